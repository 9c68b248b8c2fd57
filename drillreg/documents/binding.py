"""Printing the papers of a book and binding them with foreign PDF files, in the closed child."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from drillreg.core.errors import DomainError
from drillreg.documents.composing import paper_html
from drillreg.documents.layouts import Layout
from drillreg.documents.paper import Paper
from drillreg.documents.pdf import Rendered, order, rendered
from drillreg.i18n import N_
from drillreg.sandbox import client
from drillreg.sandbox.limits import BACKGROUND
from drillreg.sandbox.refusals import SandboxRefused

WAIT_SECONDS = 120


@dataclass(frozen=True)
class BookPart:
    """A PDF that lies in a file; with a title it begins a part of the book."""

    path: Path
    title: str = ""


@dataclass(frozen=True)
class TakenIn:
    """The pages of a foreign PDF, numbered."""

    pdf: bytes
    pages: int


def print_parts(
    parts: Sequence[tuple[Paper, Layout]], *, first_page: int
) -> list[Rendered | DomainError]:
    """Print papers of a book after one another, numbered from a page on, each from an odd one.

    One child prints them all. What cannot be printed stands as its error in its place; where the
    child fails as a whole, each paper is tried on its own.
    """
    try:
        return _print_together(parts, first_page)
    except DomainError as error:
        if len(parts) == 1:
            return [error]
    found: list[Rendered | DomainError] = []
    for part in parts:
        first_page += 1 - first_page % 2
        (printed,) = print_parts([part], first_page=first_page)
        found.append(printed)
        first_page += printed.pages if isinstance(printed, Rendered) else 0
    return found


def _print_together(
    parts: Sequence[tuple[Paper, Layout]], first_page: int
) -> list[Rendered | DomainError]:
    orders = [
        order(paper_html(paper, layout), title=paper.title.replace("\n", ""))
        for paper, layout in parts
    ]
    result = client.run(
        "drillreg.documents.render:render_parts",
        {"parts": orders, "first_page": first_page},
        limits=BACKGROUND,
        wait=WAIT_SECONDS,
    )
    found: list[Rendered | DomainError] = []
    for at, said in enumerate(result.value):
        try:
            if "refused_for" in said:
                raise SandboxRefused(said["refused_for"], **said["params"])
            found.append(rendered(result.files.get(f"part-{at}.pdf"), said, BACKGROUND))
        except DomainError as error:
            found.append(error)
    return found


def take_in(paper: Path, *, first_page: int) -> TakenIn:
    """Return the pages of a foreign PDF with running numbers; raise the errors of the sandbox."""
    result = client.run(
        "drillreg.documents.merging:take_in",
        {"first_page": first_page},
        inputs={"paper": paper},
        limits=BACKGROUND,
        wait=WAIT_SECONDS,
    )
    return TakenIn(result.files["pages.pdf"], result.value["pages"])


def bind(title: str, parts: Sequence[BookPart]) -> bytes:
    """Return a book of parts in their order; raise the errors of the sandbox."""
    names = [f"part-{at}.pdf" for at in range(len(parts))]
    result = client.run(
        "drillreg.documents.merging:bind",
        {
            "title": title,
            "parts": [
                {"file": name, "title": part.title} for name, part in zip(names, parts, strict=True)
            ],
        },
        inputs={name: part.path for name, part in zip(names, parts, strict=True)},
        limits=BACKGROUND,
        wait=WAIT_SECONDS,
    )
    if "book.pdf" not in result.files:
        raise DomainError(N_("The document could not be printed."))
    return result.files["book.pdf"]
