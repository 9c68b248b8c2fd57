"""Binding printed papers and foreign PDF files to one book, in the closed child."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.sandbox import client
from drillreg.sandbox.limits import BACKGROUND

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
