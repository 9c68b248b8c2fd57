"""The paper of a plan: cover, approvals, contents, sections, annexes (GB/T 9704-2012)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath

from drillreg.core import clock
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.documents.layouts import Layout
from drillreg.documents.markdown_blocks import blocks_of
from drillreg.documents.paper import (
    Block,
    Column,
    Cover,
    Heading,
    Manner,
    Paper,
    Paragraph,
    Row,
    Strong,
    Table,
    day_text,
)
from drillreg.documents.pdf import print_paper
from drillreg.documents.queries.layouts import layout_for
from drillreg.documents.word import word_of
from drillreg.orgs.history import PastNames
from drillreg.orgs.models import Org
from drillreg.plans.models import PlanFile, PlanSection, PlanVersion
from drillreg.plans.part_printing import part_blocks
from drillreg.plans.parts import parts_of
from drillreg.plans.rules import Secrecy
from drillreg.plans.sections import is_written, printed_sections
from drillreg.sandbox.limits import BACKGROUND, INTERACTIVE, Limits
from drillreg.steps.queries import steps_of

LAYOUT = "official"
DRAFT = "草案"
INTERNAL = "内部"
SUBJECT = "plan-version"
# Who signs when nothing was signed here yet, in the order of 国办发〔2024〕5号 §23 to §25.
TO_SIGN = ("编制", "审核", "审批", "签发", "校对")
# A text that is longer is laid out with the limits of background work.
LONG = 30_000


def _body(sections: Sequence[PlanSection]) -> list[Block]:
    blocks: list[Block] = []
    for section in sections:
        blocks.append(Heading(section.heading, min(max(section.level, 1), 4)))
        blocks += blocks_of(section.body)
    return blocks


def _signed_rows(version: PlanVersion) -> list[Row]:
    """Return who did what to a version, each step as it was taken last and not sent back."""
    words = code_list("step_code")
    last = {step.code: step for step in steps_of(SUBJECT, version.id)}
    rows: list[Row] = []
    for step in sorted(last.values(), key=lambda each: each.id):
        item = words.get(step.code)
        if item is None or item.attributes.get("bad"):
            continue
        when = day_text(clock.local(step.at).date())
        rows.append((item.label["zh"], step.name, step.remark or "", when))
    return rows


def _approvals(version: PlanVersion, *, draft: bool) -> list[Block]:
    """Return the page of approvals; lines to sign by hand where nothing was signed here."""
    rows = [] if draft else _signed_rows(version)
    columns = [
        Column("环节", 18, "center"),
        Column("签批人", 24, "center"),
        Column("意见", 34),
        Column("日期", 24, "center"),
    ]
    return [
        Paragraph([Strong("审批签发页")], Manner.CENTER),
        Table(
            columns,
            rows or [(name, "", "", "") for name in TO_SIGN],
            ruled=True,
            row_mm=14,
        ),
    ]


def _edition(version: PlanVersion) -> str:
    return f"第{version.number}版"


def _attached(version: PlanVersion) -> list[PlanFile]:
    """Return the papers of a version: the text first, then the annexes in their order."""
    return [*(paper for paper in version.papers if paper.annex_name is None), *version.annexes]


def _owner(version: PlanVersion) -> Org:
    return db.session.get_one(Org, version.plan.org_id)


def plan_paper(version: PlanVersion, *, draft: bool = False) -> Paper:
    """Return the paper of a version that was read within a scope; always Chinese.

    The organisation is named as on the day of issue.
    """
    plan, issued = version.plan, version.issued_on
    issuer = PastNames([plan.org_id]).on(_owner(version), issued)
    number = version.document_number or ""
    return Paper(
        LAYOUT,
        plan.title,
        [*_body(printed_sections(plan, version)), *part_blocks(parts_of(version))],
        signed=False,
        attachments=[PurePath(paper.file.name).stem for paper in _attached(version)],
        printed_by=issuer if issued else "",
        printed_on=issued,
        contents=True,
        cover=Cover(
            plan.title,
            mark=INTERNAL if plan.secrecy is Secrecy.INTERNAL else "",
            number=number,
            edition=_edition(version),
            issuer=issuer,
            day=day_text(issued),
        ),
        front=_approvals(version, draft=draft),
        draft=DRAFT if draft else "",
    )


def book_paper(version: PlanVersion) -> Paper:
    """Return a version as a part of a book: its cover parts it from the one before.

    The printer of the book knows on which page it begins.

    A version whose text lies in its papers is its cover alone.
    """
    whole = plan_paper(version)
    written = is_written(version)
    return replace(
        whole,
        title=whole.title if written else "",
        attachments=whole.attachments if written else (),
        printed_by="",
        contents=False,
        front=(),
        first_page=1,
    )


def _read(version: PlanVersion, *, draft: bool) -> tuple[Paper, Layout]:
    """Read all that a paper says and end the read: nothing is held open while it is printed."""
    paper = plan_paper(version, draft=draft)
    layout = layout_for(LAYOUT, _owner(version))
    db.session.rollback()
    return paper, layout


def limits_for(paper: Paper) -> Limits:
    """Return what laying a paper out may use: more for a long text."""
    length = sum(len(block.text) for block in paper.blocks if isinstance(block, Paragraph))
    return BACKGROUND if length > LONG else INTERACTIVE


def plan_pdf(version: PlanVersion, *, now: datetime, draft: bool = False) -> bytes:
    """Print a version, read within a scope, as tagged PDF/A with `now` as its date.

    Raises the errors of the sandbox. Call it outside any unit of work: it ends the read, and what
    the caller needs afterwards is read anew.
    """
    paper, layout = _read(version, draft=draft)
    return print_paper(paper, layout=layout, dated=now, limits=limits_for(paper)).pdf


def plan_word(version: PlanVersion, *, draft: bool = False) -> bytes:
    """Return the same paper as a Word file; call it outside any unit of work."""
    paper, layout = _read(version, draft=draft)
    return word_of(paper, layout=layout)
