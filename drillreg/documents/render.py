"""The sandbox task that lays out a document: HTML in, tagged PDF/A-3a with its data out.

Nothing is fetched: an address is either `data:`, one of the two fonts of this package
(`font:serif`, `font:sans`) or a picture given with the job (`image:NAME`).
"""

import hashlib
import os
import re
import unicodedata
import urllib.parse
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import PIL.Image
import pylopdf_fonts_zh_cn
import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from drillreg.documents.bold import embolden
from drillreg.documents.checking import check_source, check_tree
from drillreg.documents.filling import fill_holes
from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

FONTS_CSS = Path(__file__).parent / "fonts.css"
FONTS = {
    "font:serif": pylopdf_fonts_zh_cn.serif_path,
    "font:sans": pylopdf_fonts_zh_cn.sans_path,
}
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp"}
PIXELS = 40_000_000
MOST_MOVES = 6  # layouts of one document at most
NOT_SHOWN = {"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"}
WARM_UP = (
    "<style>body{font-family:DocSong}h1{font-family:DocBiaoSong}h2{font-family:DocHei}</style>"
    "<h1>四</h1><h2>五</h2><p>一号 Aa 1 — 二</p>"
)


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
    """What all renders of this process share: the fonts."""

    def __init__(self) -> None:
        self.fonts = FontConfiguration()
        self.faces = weasyprint.CSS(
            string=FONTS_CSS.read_text(encoding="utf-8"),
            font_config=self.fonts,
            url_fetcher=ClosedFetcher({}),
        )


_ready: list[_Ready] = []


def _shared() -> _Ready:
    if not _ready:
        _ready.append(_Ready())
    return _ready[0]


def warm_up() -> None:
    """Load the fonts in the server, once for all children.

    Newer versions of Pango keep a thread for fonts, which a fork would lose: there each child
    loads them itself.
    """
    PIL.Image.init()
    PIL.Image.ID[:] = ["JPEG", "PNG", "WEBP"]  # of some forty formats, each a parser in C
    PIL.Image.MAX_IMAGE_PIXELS = PIXELS
    before = len(os.listdir("/proc/self/task"))
    ready = _shared()
    _html(WARM_UP, "warm-up", "zh-CN", ClosedFetcher({})).write_pdf(
        stylesheets=[ready.faces], font_config=ready.fonts, pdf_variant="pdf/a-3a"
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


def _laid_out(page: weasyprint.HTML, styles: Sequence[weasyprint.CSS]) -> weasyprint.Document:
    """Lay a document out; while a figure leaves a hole behind itself, let text go before it."""
    ready = _shared()
    for _ in range(MOST_MOVES):
        laid_out = page.render(font_config=ready.fonts, stylesheets=[ready.faces, *styles])
        if not fill_holes(page.etree_element, laid_out):
            break
    return laid_out


def render(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Lay out `html` and leave `document.pdf`.

    `args`: html, title, language, dated (ISO instant of the attachments), attachments (file,
    name, description, relationship), images (name: file).
    Returns pages, missing (characters no font has) and refused (addresses not loaded).
    """
    return _render(args, inputs, outputs / "document.pdf", ())


def render_parts(args: dict[str, Any], inputs: Path, outputs: Path) -> list[dict[str, Any]]:
    """Lay out `parts` of a book one after another and leave `part-0.pdf`, `part-1.pdf` and so on.

    `args`: parts (each as for `render`), first_page (the running number of the first one). Each
    begins on an odd page. Returns for each what `render` returns, or refused_for and params.
    """
    page, found = args["first_page"], list[dict[str, Any]]()
    for at, part in enumerate(args["parts"]):
        page += 1 - page % 2
        # The style of a reader goes before that of the document where it is important.
        start = weasyprint.CSS(string=f"@page :first {{ counter-reset: page {page} !important }}")
        try:
            done = _render(part, inputs, outputs / f"part-{at}.pdf", [start])
        except Refused as refusal:
            found.append({"refused_for": refusal.message, "params": refusal.params})
            continue
        found.append(done)
        page += done["pages"]
    return found


def _render(
    args: dict[str, Any], inputs: Path, output: Path, styles: Sequence[weasyprint.CSS]
) -> dict[str, Any]:
    fetcher = ClosedFetcher({name: inputs / file for name, file in args["images"].items()})
    page = _html(args["html"], args["title"], args["language"], fetcher)
    at = datetime.fromisoformat(args["dated"])
    laid_out = _laid_out(page, styles)
    missing: list[str] = []

    def finish(document: weasyprint.Document, pdf: Any) -> None:
        missing.extend(_missing(document))
        embolden(document, pdf)

    laid_out.write_pdf(
        output,
        finisher=finish,
        attachments=[_attachment(inputs, entry, at) for entry in args["attachments"]],
        pdf_variant="pdf/a-3a",
        pdf_tags=True,
        pdf_identifier=hashlib.sha256(args["html"].encode()).digest()[:16],
    )
    refused = list(dict.fromkeys(fetcher.refused))
    return {"pages": len(laid_out.pages), "missing": missing, "refused": refused}


def print_numbers(first: int, count: int, width_pt: float, height_pt: float) -> bytes:
    """Return a PDF of small white pages with the running numbers from `first` on: — 1 —."""
    ready = _shared()
    style = (
        f"<style>@page {{ size: {width_pt}pt {height_pt}pt; margin: 0; background: white }}"
        f"p {{ font: 14pt/{height_pt}pt DocSong; margin: 0; text-align: center }}"
        "p + p { break-before: page }</style>"
    )
    numbers = "".join(f"<p>— {number} —</p>" for number in range(first, first + count))
    page = _html(style + numbers, "", "zh-CN", ClosedFetcher({}))
    printed: bytes = page.write_pdf(stylesheets=[ready.faces], font_config=ready.fonts)
    return printed


def print_figures(figures: Sequence[str], width_mm: float) -> bytes:
    """Return a PDF with one figure on each page, as large as the figure."""
    ready = _shared()
    rules, parts = [], []
    for at, figure in enumerate(figures):
        box = re.search(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', figure)
        wide, high = (float(box[1]), float(box[2])) if box else (620.0, 300.0)
        rules.append(
            f"@page f{at} {{ size: {width_mm}mm {width_mm * high / wide + 0.2:.2f}mm; margin: 0 }}"
            f".f{at} {{ page: f{at} }}"
        )
        parts.append(f'<div class="f{at}">{figure}</div>')
    style = f"{''.join(rules)}svg {{ width: {width_mm}mm; display: block }}"
    page = _html(f"<style>{style}</style>{''.join(parts)}", "", "zh-CN", ClosedFetcher({}))
    printed: bytes = page.write_pdf(stylesheets=[ready.faces], font_config=ready.fonts)
    return printed
