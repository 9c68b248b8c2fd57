"""A compiled book through the closed child against bare WeasyPrint of the same parts, and pypdf."""

import io
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pypdf

from drillreg.books.compiling import compile_book
from drillreg.core.db import db, unit_of_work
from drillreg.documents.composing import paper_html
from drillreg.documents.queries.layouts import layout_for
from drillreg.files.models import StoredFile
from drillreg.files.operations import path_of
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan, PlanSection, PlanVersion
from drillreg.plans.printing import LAYOUT, book_paper
from drillreg.plans.rules import VersionState
from tests.bench.result import Row
from tests.bench.rows.papers import Bare
from tests.bench.sizes import Size
from tests.faults.installation import Installation

PLANS = 200
NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
CHAPTERS = ("总则", "组织指挥体系", "监测预警", "应急响应", "后期处置", "保障措施")
TEXT = (
    "发生险情灾情后，{name}立即启动应急响应，组织受威胁群众按转移路线撤离，逐户清点人数，"
    "封锁危险区域，并在规定时限内报告县应急管理局和行业主管部门。\n\n"
    "| 级别 | 启动条件 | 决定人 |\n|:--:|---|---|\n| Ⅳ级 | 威胁10人以下 | 值班领导 |\n"
)


def _write(count: int) -> list[int]:
    """Write plans of some six chapters at one organisation; return their versions."""
    org = db.session.query(Org).order_by(Org.id).first()
    versions = []
    for number in range(count):
        name = f"第{number + 1}号预案"
        version = PlanVersion(
            number=1,
            state=VersionState.CURRENT,
            document_number=f"应急〔2026〕{number + 1}号",
            issued_on=date(2026, 3, 2),
            created_at=NOW,
        )
        plan = Plan(
            org_id=org.id,
            kind="special",
            event_type="flood",
            title=name,
            created_at=NOW,
            versions=[version],
        )
        db.session.add(plan)
        db.session.flush()
        for at, heading in enumerate(CHAPTERS):
            db.session.add(
                PlanSection(
                    version_id=version.id,
                    key=str(at),
                    position=at,
                    heading=heading,
                    body=TEXT.format(name=name) * 2,
                    edited_at=NOW,
                )
            )
        versions.append(version.id)
    return versions


def _sources(versions: list[int]) -> list[str]:
    found = []
    for version_id in versions:
        version = db.session.get_one(PlanVersion, version_id)
        org = db.session.get_one(Org, version.plan.org_id)
        found.append(paper_html(book_paper(version), layout_for(LAYOUT, org)))
    db.session.rollback()
    return found


def _bound(bare: Bare, sources: list[str]) -> int:
    writer = pypdf.PdfWriter()
    for html in sources:
        writer.append(io.BytesIO(bare.render(html, {}, b"{}")), import_outline=False)
    writer.write(io.BytesIO())
    return len(writer.pages)


def compiled_book(installation: Installation, size: Size) -> list[Row]:
    """Measure one book; both sides print every plan apart and bind them."""
    if installation.backend == "postgresql":
        return []
    count = 4 if size.name == "toy" else PLANS
    row = Row("compiled book / bare WeasyPrint and pypdf", "any", "s", 1.15, False)
    with tempfile.TemporaryDirectory() as folder, installation.app.app_context():
        bare = Bare(Path(folder))
        with unit_of_work():
            versions = _write(count)
        sources = _sources(versions)
        bare.render(sources[0], {}, b"{}")
        args = {"versions": versions, "org_id": 1, "day": "2026-05-12", "title": "汇编"}
        compile_book({**args, "versions": versions[:1]}, lambda *_: None)
        started = time.perf_counter()
        result = compile_book(args, lambda *_: None)
        between = time.perf_counter()
        pages = _bound(bare, sources)
        row.limit.append(time.perf_counter() - between)
        row.ours.append(between - started)
        kept = db.session.get_one(StoredFile, result["file_id"])
        ours = len(pypdf.PdfReader(path_of(kept.sha256)).pages)
        assert ours >= pages
        row.note = f"{count} plans, {ours} pages, {kept.size / 1e6:.0f} MB"
    return [row]
