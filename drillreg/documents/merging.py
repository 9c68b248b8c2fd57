"""The sandbox tasks of a book: a foreign PDF taken in page by page, and parts bound to one file."""

import io
from pathlib import Path
from typing import Any

import pypdf
from pypdf.errors import PyPdfError
from pypdf.generic import NameObject

from drillreg.documents.render import print_numbers
from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

MOST_PAGES = 1000  # of one attached paper
LARGEST_SIDE_PT = 3000
# A running number on a foreign page: its white field, above the foot, in from the edge.
NUMBER_PT, FOOT_PT, EDGE_PT = (72.0, 18.0), 62, 80
A4_PT = (595.28, 841.89)
TOO_MANY = N_("Of one attached paper, 1 to %(most)d pages are taken in.")
DAMAGED = N_("This PDF cannot be opened: it is damaged or locked by a password.")


def _open(path: Path) -> pypdf.PdfReader:
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused(DAMAGED)
        pages = len(reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(DAMAGED) from error
    if not 0 < pages <= MOST_PAGES:
        raise Refused(TOO_MANY, most=MOST_PAGES)
    return reader


def take_in(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Copy the pages of `paper` to `pages.pdf`, each with its running number from `first_page` on.

    Forms, scripts, links and attachments stay behind.
    """
    reader, first = _open(inputs / "paper"), args["first_page"]
    writer = pypdf.PdfWriter()
    numbers = pypdf.PdfReader(io.BytesIO(print_numbers(first, len(reader.pages), *NUMBER_PT)))
    try:
        for number, page in enumerate(reader.pages, start=first):
            if max(page.mediabox.width, page.mediabox.height) > LARGEST_SIDE_PT:
                raise Refused(N_("A page of this PDF is larger than any scanned sheet."))
            for name in ("/Annots", "/AA", "/B", "/StructParents"):
                page.pop(NameObject(name), None)
            page.transfer_rotation_to_content()
            _stamp(writer.add_page(page), numbers.pages[number - first], number)
        writer.write(outputs / "pages.pdf")
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(DAMAGED) from error
    return {"pages": len(reader.pages)}


def _stamp(page: pypdf.PageObject, field: pypdf.PageObject, number: int) -> None:
    """Lay the number outside at the foot, on white, over whatever the page says there."""
    box, (wide, _) = page.cropbox, NUMBER_PT
    left = float(box.left) + EDGE_PT if number % 2 == 0 else float(box.right) - EDGE_PT - wide
    foot = float(box.bottom) + FOOT_PT
    page.merge_transformed_page(field, pypdf.Transformation().translate(left, foot))


def bind(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Bind parts to `book.pdf`, each beginning on a right-hand page, with a bookmark by its title.

    `args`: title, and parts: file, title (none: belongs to the part before). Returns pages.
    """
    writer = pypdf.PdfWriter()
    for part in args["parts"]:
        if part["title"] and len(writer.pages) % 2:
            writer.add_blank_page(*A4_PT)
        at = len(writer.pages)
        writer.append(inputs / part["file"], import_outline=False)
        if part["title"]:
            writer.add_outline_item(title=part["title"], page_number=at)
    writer.add_metadata({"/Title": args["title"]})
    writer.write(outputs / "book.pdf")
    return {"pages": len(writer.pages)}
