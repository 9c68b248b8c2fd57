"""Printing a plan as an official paper."""

from datetime import datetime

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.documents.paper import Block, Heading, Paper, Paragraph
from drillreg.documents.pdf import print_paper
from drillreg.documents.queries.layouts import layout_for
from drillreg.plans.models import PlanSection, PlanVersion


def plan_pdf(version: PlanVersion, *, now: datetime, draft: bool = False) -> bytes:
    """Return a version with its sections as PDF; it must be locked or issued unless a draft."""
    plan, blocks = version.plan, list[Block]()
    for section in db.session.scalars(
        select(PlanSection)
        .where(PlanSection.version_id == version.id)
        .order_by(PlanSection.position, PlanSection.id)
    ):
        blocks.append(Heading(section.heading, min(section.level, 4)))
        blocks += [Paragraph(line) for line in section.body.split("\n") if line.strip()]
    paper = Paper(
        "official",
        plan.title,
        blocks,
        issuers=[plan.org.name],
        number=version.document_number or "",
        dated=version.issued_on,
        draft="草稿" if draft else "",
    )
    return print_paper(paper, layout=layout_for(paper.layout, plan.org)).pdf
