"""The sandbox task that lays out a document: HTML in, tagged PDF/A-3a with its data out.

Nothing is fetched: an address is either `data:`, one of the two fonts of this package
(`font:serif`, `font:sans`) or a picture given with the job (`image:NAME`).
"""

import hashlib
import os
import unicodedata
import urllib.parse
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import PIL.Image
import pylopdf_fonts_zh_cn
import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from drillreg.documents.checking import check_source, check_tree
from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

LAYOUTS = Path(__file__).parent / "layouts"
FONTS = {
    "font:serif": pylopdf_fonts_zh_cn.serif_path,
    "font:sans": pylopdf_fonts_zh_cn.sans_path,
}
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp"}
PIXELS = 40_000_000
NOT_SHOWN = {"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"}
WARM_UP = "<p>一号 Aa 1 — <b>二</b> <i class=kai>三</i></p><h1>四</h1><h2>五</h2><h3>六</h3>"


class ClosedFetcher(URLFetcher):  # type: ignore[misc]
    """Serves data addresses, our fonts and the pictures of the job; notes what it refuses."""

    def __init__(self, pictures: Mapping[str, Path]) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)
        self.pictures = dict(pictures)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Return what an address stands for, or raise ValueError."""
        if url in FONTS:
            return URLFetcherResponse(url, FONTS[url]().read_bytes(), {"Content-Type": "font/otf"})
        scheme, _, name = url.partition(":")
        if scheme == "image" and (path := self.pictures.get(urllib.parse.unquote(name))):
            return URLFetcherResponse(url, *_picture(path))
        if scheme != "data":
            self.refused.append(url[:200])
            raise ValueError("a document loads nothing from outside")
        return super().fetch(url, headers)


def _picture(path: Path) -> tuple[bytes, dict[str, str]]:
    data = path.read_bytes()
    for start, kind in PICTURES.items():
        if data.startswith(start):
            return data, {"Content-Type": kind}
    raise Refused(N_("Only JPEG, PNG and WebP pictures can stand in a document."))


class _Ready:
    """What all renders of this process share: fonts and parsed layouts."""

    def __init__(self) -> None:
        self.fonts = FontConfiguration()
        fetcher = ClosedFetcher({})
        self.layouts = {
            path.stem: weasyprint.CSS(
                string=path.read_text(encoding="utf-8"),
                font_config=self.fonts,
                url_fetcher=fetcher,
            )
            for path in sorted(LAYOUTS.glob("*.css"))
        }


_ready: list[_Ready] = []


def _shared() -> _Ready:
    if not _ready:
        _ready.append(_Ready())
    return _ready[0]


def warm_up() -> None:
    """Load fonts and layouts in the server, once for all children.

    Newer versions of Pango keep a thread for fonts, which a fork would lose: there each child
    loads them itself.
    """
    PIL.Image.init()
    PIL.Image.ID[:] = ["JPEG", "PNG", "WEBP"]  # of some forty formats, each a parser in C
    PIL.Image.MAX_IMAGE_PIXELS = PIXELS
    before = len(os.listdir("/proc/self/task"))
    ready = _shared()
    for layout in ready.layouts.values():
        _html(WARM_UP, "warm-up", "zh-CN", ClosedFetcher({})).write_pdf(
            stylesheets=[layout], font_config=ready.fonts, pdf_variant="pdf/a-3a"
        )
    if len(os.listdir("/proc/self/task")) > before:
        _ready.clear()


def _set_title(root: ElementTree.Element, title: str) -> None:
    head = root.find("head")
    if head is None:
        head = ElementTree.Element("head")
        root.insert(0, head)
    for old in head.findall("title"):
        head.remove(old)
    ElementTree.SubElement(head, "title").text = title


def _html(html: str, title: str, language: str, fetcher: ClosedFetcher) -> weasyprint.HTML:
    check_source(html)
    document = weasyprint.HTML(string=html, url_fetcher=fetcher)
    check_tree(document.etree_element)
    document.etree_element.set("lang", language)
    _set_title(document.etree_element, title)
    return document


def _attachment(inputs: Path, entry: Mapping[str, str], at: datetime) -> weasyprint.Attachment:
    return weasyprint.Attachment(
        file_obj=(inputs / entry["file"]).open("rb"),
        name=entry["name"],
        description=entry["description"],
        relationship=entry["relationship"],
        created=at,
        modified=at,
    )


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in NOT_SHOWN


def _missing(document: weasyprint.Document) -> list[str]:
    """Return the characters no font here has; they would print as empty boxes."""
    codes = {code for font in document.fonts.values() for code in font.missing}
    return sorted(filter(_is_seen, map(chr, codes)))


def render(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Lay out `html` and leave `document.pdf`.

    `args`: html, title, language, layout (name of a file in layouts/), dated (ISO instant of the
    attachments), attachments (file, name, description, relationship), images (name: file).
    Returns pages, missing (characters no font has) and refused (addresses not loaded).
    """
    ready = _shared()
    fetcher = ClosedFetcher({name: inputs / file for name, file in args["images"].items()})
    page = _html(args["html"], args["title"], args["language"], fetcher)
    at = datetime.fromisoformat(args["dated"])
    laid_out = page.render(font_config=ready.fonts, stylesheets=[ready.layouts[args["layout"]]])
    missing: list[str] = []
    laid_out.write_pdf(
        outputs / "document.pdf",
        finisher=lambda document, _: missing.extend(_missing(document)),
        attachments=[_attachment(inputs, entry, at) for entry in args["attachments"]],
        pdf_variant="pdf/a-3a",
        pdf_tags=True,
        pdf_identifier=hashlib.sha256(args["html"].encode()).digest()[:16],
    )
    return {"pages": len(laid_out.pages), "missing": missing, "refused": fetcher.refused}
