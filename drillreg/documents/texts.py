"""The sandbox task that reads the words of a paper, page by page, for the search."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pypdfium2
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table

from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

MOST_CHARACTERS = 3_000_000
UNPACKED_BYTES = 200 * 1024 * 1024
PARTS_OF_WORD = 2000
# Pages break lines anywhere: between two Chinese characters a line break says nothing.
BROKEN_LINE = re.compile(
    r"(?<=[\u2e80-\u9fff\U00020000-\U0003ffff])\s*\r?\n\s*(?=[\u2e80-\u9fff\U00020000-\U0003ffff])"
)
DAMAGED = N_("The file is damaged or locked by a password, so the search cannot read it.")


def read_text(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Return the text of `paper`: of a PDF in pages, of a Word document in one."""
    is_pdf = args["media_type"] == "application/pdf"
    pages = _pages_of_pdf(inputs / "paper") if is_pdf else _text_of_word(inputs / "paper")
    found: list[str] = []
    length = 0
    for page in pages:
        found.append(BROKEN_LINE.sub("", page))
        length += len(page)
        if length > MOST_CHARACTERS:
            raise Refused(N_("The file holds more text than the search can read."))
    return {"pages": found}


def _pages_of_pdf(path: Path) -> Iterator[str]:
    try:
        document = pypdfium2.PdfDocument(path)
        for page in document:
            yield page.get_textpage().get_text_bounded()
    except pypdfium2.PdfiumError as error:
        raise Refused(DAMAGED) from error


def _text_of_word(path: Path) -> Iterator[str]:
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if len(parts) > PARTS_OF_WORD or sum(p.file_size for p in parts) > UNPACKED_BYTES:
                raise Refused(N_("The file holds more text than the search can read."))
        document = docx.Document(str(path))
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError) as error:
        raise Refused(DAMAGED) from error
    yield "\n".join(_lines(document))


def _lines(document: Document) -> Iterator[str]:
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                yield " ".join(dict.fromkeys(cell.text for cell in row.cells))
        else:
            yield block.text
