"""Printing an official document, in the closed child."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from drillreg.core.errors import DomainError
from drillreg.documents.composing import paper_html
from drillreg.documents.layouts import Layout, layout_of
from drillreg.documents.paper import Paper
from drillreg.i18n import N_
from drillreg.sandbox import client
from drillreg.sandbox.limits import INTERACTIVE, Limits, amount

# Attachments of documents without a date of their own: a fixed instant keeps equal content equal.
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF: the data a document was made from, unless said otherwise."""

    name: str
    data: bytes
    description: str = ""
    relationship: str = "Data"


@dataclass(frozen=True)
class Rendered:
    """A PDF, its pages, and what to warn about: characters no font has, addresses not loaded."""

    pdf: bytes
    pages: int
    missing: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def render_document(
    html: str,
    *,
    title: str,
    language: str = "zh-CN",
    attachments: Sequence[Attachment] = (),
    images: Mapping[str, bytes] | None = None,
    dated: datetime = UNDATED,
    limits: Limits = INTERACTIVE,
    wait: float = 10,
) -> Rendered:
    """Print HTML as tagged PDF/A-3a; pictures are `<img src="image:NAME">`, NAME from `images`.

    At most 200,000 characters, 500 rows in a table, 20 levels of nesting; raises SandboxRefused
    beyond, and the other errors of the sandbox. `dated` is written into the attachments.
    """
    pictures = dict(images or {})
    files = {f"image-{at}": data for at, data in enumerate(pictures.values())}
    files |= {f"attachment-{at}": each.data for at, each in enumerate(attachments)}
    args = order(html, title=title, language=language, dated=dated)
    args["images"] = {name: f"image-{at}" for at, name in enumerate(pictures)}
    args["attachments"] = [
        {
            "file": f"attachment-{at}",
            "name": each.name,
            "description": each.description,
            "relationship": each.relationship,
        }
        for at, each in enumerate(attachments)
    ]
    task = "drillreg.documents.render:render"
    result = client.run(task, args, inputs=files, limits=limits, wait=wait)
    return rendered(result.files.get("document.pdf"), result.value, limits)


def order(
    html: str, *, title: str, language: str = "zh-CN", dated: datetime = UNDATED
) -> dict[str, Any]:
    """Return what the child is told of a document without pictures and attachments."""
    return {
        "html": html,
        "title": title,
        "language": language,
        "dated": dated.isoformat(),
        "images": {},
        "attachments": [],
    }


def rendered(pdf: bytes | None, said: Mapping[str, Any], limits: Limits) -> Rendered:
    """Return what the child has printed and said of it, or raise DomainError."""
    if pdf is None:
        raise DomainError(N_("The document could not be printed."))
    most = amount("pages", limits.slot)
    if said["pages"] > most:
        raise DomainError(
            N_("The document has %(pages)d pages; at most %(most)d are printed at once."),
            pages=said["pages"],
            most=most,
        )
    return Rendered(pdf, said["pages"], tuple(said["missing"]), tuple(said["refused"]))


def print_paper(
    paper: Paper,
    *,
    layout: Layout | None = None,
    images: Mapping[str, bytes] | None = None,
    attachments: Sequence[Attachment] = (),
    dated: datetime = UNDATED,
    limits: Limits = INTERACTIVE,
) -> Rendered:
    """Print a paper in its layout, or in `layout` as an office wants it; see `render_document`.

    `images` holds the bytes of its photos by name. Raises the errors of the sandbox; call it
    outside any transaction.
    """
    html = paper_html(paper, layout or layout_of(paper.layout))
    return render_document(
        html,
        title=paper.title.replace("\n", ""),
        language=paper.language,
        images=images,
        attachments=attachments,
        dated=dated,
        limits=limits,
    )
