"""The paper of a report through the closed child against bare WeasyPrint in a warm process."""

import hashlib
import io
import tempfile
import time
from pathlib import Path

import pypdf
import weasyprint
from weasyprint.text.fonts import FontConfiguration

from drillreg.core.db import db
from drillreg.documents.composing import paper_html
from drillreg.documents.render import FONTS_CSS, ClosedFetcher
from drillreg.reports.document import (
    layout_of_snapshot,
    photos_of,
    render_report,
    report_paper,
)
from drillreg.reports.models import Report
from drillreg.reports.snapshot import canonical
from tests.bench.result import Row
from tests.bench.sizes import Size
from tests.faults.county import make_county
from tests.faults.installation import Installation
from tests.faults.papers import Desk

PAPERS = 8


def snapshots(installation: Installation, count: int) -> list[dict]:
    """Take drills through their reports on the real pages; return what was frozen."""
    county = make_county(installation)
    installation.start_web()
    desk = Desk(installation, county)
    ids = [desk.approved(number) for number in range(count)]
    with installation.app.app_context():
        found = [db.session.get_one(Report, report_id).snapshot for report_id in ids]
        db.session.remove()
    return found


class Bare:
    """WeasyPrint with the same document, fonts and options, in this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fonts = FontConfiguration()
        text = FONTS_CSS.read_text(encoding="utf-8")
        self.layout = weasyprint.CSS(
            string=text, font_config=self.fonts, url_fetcher=ClosedFetcher({})
        )

    def render(self, html: str, photos: dict[str, bytes], data: bytes) -> bytes:
        """Print one document with its data attached."""
        paths = {}
        for name, photo in photos.items():
            paths[name] = self.folder / name
            paths[name].write_bytes(photo)
        page = weasyprint.HTML(string=html, url_fetcher=ClosedFetcher(paths))
        laid_out = page.render(font_config=self.fonts, stylesheets=[self.layout])
        printed: bytes = laid_out.write_pdf(
            attachments=[weasyprint.Attachment(string=data.decode(), name="report.json")],
            pdf_variant="pdf/a-3a",
            pdf_tags=True,
            pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
        )
        return printed


def report_pdf(installation: Installation, size: Size) -> list[Row]:
    """Measure distinct reports; both sides are warm, pages are compared."""
    row = Row("report PDF / bare WeasyPrint", "any", "s", 1.15, False)
    if installation.backend == "postgresql":
        return []
    with tempfile.TemporaryDirectory() as folder:
        desk = Installation(Path(folder) / "desk", "sqlite")
        desk.create()
        try:
            found = snapshots(desk, 2 if size.name == "toy" else PAPERS)
            with desk.app.app_context():
                measure(row, found, Bare(Path(folder)), size.rounds)
        finally:
            desk.rest()
    return [row]


def measure(row: Row, found: list[dict], bare: Bare, rounds: int) -> None:
    """Print each report in turn on both sides; a round is the sum over all reports."""
    sources = [
        (paper_html(report_paper(s), layout_of_snapshot(s)), photos_of(s), canonical(s))
        for s in found
    ]
    render_report(found[0])
    bare.render(*sources[0])
    for _ in range(rounds):
        ours = theirs = 0.0
        for snapshot, source in zip(found, sources, strict=True):
            started = time.perf_counter()
            printed = render_report(snapshot)
            between = time.perf_counter()
            plain = bare.render(*source)
            ours, theirs = ours + between - started, theirs + time.perf_counter() - between
            assert printed.pages == len(pypdf.PdfReader(io.BytesIO(plain)).pages)
        row.ours.append(ours / len(found))
        row.limit.append(theirs / len(found))
    row.note = f"{len(found)} reports of {printed.pages} pages"
