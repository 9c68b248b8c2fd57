"""The sandbox tasks that make pictures of pages: figures for Word, and sheets that come back."""

from pathlib import Path
from typing import Any

import pypdfium2

from drillreg.documents.render import print_figures
from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

FIGURE_DPI = 220
SCAN_DPI = 110
MOST_PAGES = 30
LARGEST_SIDE_PT = 3000  # A0 is 3370 points long: nothing a desk scanner takes


def draw_figures(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Draw SVG figures, one a page, and leave `figure-N.png`."""
    document = pypdfium2.PdfDocument(print_figures(args["figures"], args["width_mm"]))
    for at, page in enumerate(document):
        image = page.render(scale=FIGURE_DPI / 72).to_pil()
        image.save(outputs / f"figure-{at}.png", "PNG", optimize=True)
    return {"figures": len(document)}


def open_pdf(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Open `scan` and leave a picture `page-N.jpg` of every page."""
    try:
        document = pypdfium2.PdfDocument(inputs / "scan")
        pages = len(document)
    except pypdfium2.PdfiumError as error:
        raise Refused(
            N_("This PDF cannot be opened: it is damaged or locked by a password.")
        ) from error
    if not 0 < pages <= MOST_PAGES:
        raise Refused(N_("A scan has 1 to %(most)d pages."), most=MOST_PAGES)
    for at, page in enumerate(document):
        if max(page.get_size()) > LARGEST_SIDE_PT:
            raise Refused(N_("A page of this PDF is larger than any scanned sheet."))
        image = page.render(scale=SCAN_DPI / 72).to_pil().convert("RGB")
        image.save(outputs / f"page-{at}.jpg", "JPEG", quality=78)
    return {"pages": pages}
