"""The sandbox tasks of a book: a foreign PDF taken in page by page, and parts bound to one file."""

from pathlib import Path
from typing import Any

import pypdf
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
)

from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

MOST_PAGES = 1000  # of one attached paper
LARGEST_SIDE_PT = 3000
# Where a running number stands on a foreign page: its size, above the foot, in from the edge.
NUMBER_PT, FOOT_PT, EDGE_PT = 14, 66, 92
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
    reader = _open(inputs / "paper")
    writer = pypdf.PdfWriter()
    try:
        for number, page in enumerate(reader.pages, start=args["first_page"]):
            if max(page.mediabox.width, page.mediabox.height) > LARGEST_SIDE_PT:
                raise Refused(N_("A page of this PDF is larger than any scanned sheet."))
            for name in ("/Annots", "/AA", "/B", "/StructParents"):
                page.pop(NameObject(name), None)
            page.transfer_rotation_to_content()
            _stamp(writer, writer.add_page(page), number)
        writer.write(outputs / "pages.pdf")
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(DAMAGED) from error
    return {"pages": len(reader.pages)}


def _stamp(writer: pypdf.PdfWriter, page: pypdf.PageObject, number: int) -> None:
    """Write the number outside at the foot, on white, over whatever the page says there."""
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Times-Roman"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    width = NUMBER_PT * (2.5 + 0.5 * len(str(number)))
    box = page.cropbox
    left = float(box.left) + EDGE_PT if number % 2 == 0 else float(box.right) - EDGE_PT - width
    foot = float(box.bottom) + FOOT_PT
    drawing = DecodedStreamObject()
    drawing.set_data(
        b"q 1 g %.1f %.1f %.1f %.1f re f 0 g BT /DrNumber %d Tf %.1f %.1f Td (\x97 %d \x97) Tj ET Q"
        % (left - 3, foot - 4, width + 6, NUMBER_PT + 4, NUMBER_PT, left, foot, number)
    )
    # What the page drew is shut in, so that nothing it left open moves the number.
    before, after = DecodedStreamObject(), DecodedStreamObject()
    before.set_data(b"q\n")
    after.set_data(b"\nQ\n")
    own = page.get(NameObject("/Contents"))
    own = own.get_object() if own is not None else ArrayObject()
    parts = list(own) if isinstance(own, ArrayObject) else [page.raw_get("/Contents")]
    page[NameObject("/Contents")] = ArrayObject(
        [writer._add_object(before), *parts, *map(writer._add_object, (after, drawing))]
    )
    resources = DictionaryObject(
        page.get(NameObject("/Resources"), DictionaryObject()).get_object()
    )
    fonts = DictionaryObject(resources.get("/Font", DictionaryObject()).get_object())
    fonts[NameObject("/DrNumber")] = writer._add_object(font)
    resources[NameObject("/Font")] = fonts
    page[NameObject("/Resources")] = resources


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
