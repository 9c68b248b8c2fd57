"""Bold where no bold face is at hand: glyphs of one family are filled and stroked.

WeasyPrint has no faux bold. A finished content stream is a list of operators, so a stroke of the
same colour can be asked for while a font of that family is set (PDF 32000-1, 9.3.6).
"""

from typing import Any

import weasyprint

FAMILY = "DocBiaoSong"
STROKE = 0.028  # of the size of the type
FILL, FILL_AND_STROKE = b"0 Tr", b"2 Tr"


def _names(document: weasyprint.Document) -> set[bytes]:
    return {f"/{font.hash}".encode() for font in document.fonts.values() if font.family == FAMILY}


def _bold(operators: list[Any], names: set[bytes]) -> list[Any]:
    """Return the operators of a stream with a stroke around every glyph of the fonts named."""
    written: list[Any] = []
    colour = b"0 0 0 RG"
    for operator in operators:
        written.append(operator)
        if not isinstance(operator, bytes):
            continue
        if operator.endswith(b" rg"):
            colour = operator[:-2] + b"RG"
        elif operator.endswith(b" Tf"):
            name, size, _ = operator.split()
            if name in names:
                written += [FILL_AND_STROKE, colour, b"%.3f w" % (float(size) * STROKE), b"1 j"]
            else:
                written.append(FILL)
        elif operator == b"ET":
            written.append(FILL)
    return written


def embolden(document: weasyprint.Document, pdf: Any) -> None:
    """Stroke the glyphs of FAMILY in every content stream of a PDF about to be written."""
    names = _names(document)
    if not names:
        return
    for found in pdf.objects:
        operators = getattr(found, "stream", None)
        if isinstance(operators, list) and any(
            isinstance(each, bytes) and each.split(b" ")[0] in names for each in operators
        ):
            found.stream = _bold(operators, names)
