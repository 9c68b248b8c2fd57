"""What everybody may read without signing in: plans made known to the public, never internal ones.

No scope is asked: the publication itself opens the text (国办发〔2024〕5号 §28).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, raiseload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.filings.models import PlanClock, Publication
from drillreg.i18n import N_
from drillreg.plans.models import Plan, PlanFile, PlanVersion
from drillreg.plans.rules import Secrecy, VersionState

# The audience of `publication_audience.toml` that is everybody.
PUBLIC = "public"


@dataclass(frozen=True)
class Published:
    """A plan as the public sees it; `whole`: its text was made known and not only the abridged."""

    plan: Plan
    version: PlanVersion
    whole: bool

    @property
    def papers(self) -> list[PlanFile]:
        """The files of the text: the plan itself, or what stands for a classified one."""
        annexes = {paper.id for paper in self.version.annexes}
        is_open = self.whole or self.plan.secrecy is Secrecy.LINE
        return [p for p in self.version.papers if p.id not in annexes] if is_open else []


def _known() -> ColumnElement[bool]:
    """Return the condition that something was made known to everybody and may be read by them."""
    abridged_line = and_(Plan.secrecy == Secrecy.LINE, Publication.is_abridged)
    return and_(
        PlanClock.route == PUBLIC,
        Publication.voided_at.is_(None),
        Plan.voided_at.is_(None),
        PlanVersion.state == VersionState.CURRENT,
        or_(Plan.secrecy == Secrecy.PUBLIC, abridged_line),
    )


def _versions() -> Any:
    """Return the versions made known to everybody, and whether the whole text of each was."""
    whole = func.max(case((Publication.is_abridged, 0), else_=1)).label("whole")
    return (
        select(Publication.version_id, whole)
        .join(Publication.clock)
        .join(PlanVersion, PlanVersion.id == Publication.version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(_known())
        .group_by(Publication.version_id)
    )


def published_page(cursor: str | None, *, size: int = 30) -> Page[PlanVersion]:
    """Return a page of versions in force that were made known to everybody, the newest first."""
    shown = _versions().subquery()
    statement = (
        select(PlanVersion)
        .join(shown, shown.c.version_id == PlanVersion.id)
        .join(PlanVersion.plan)
        .join(Plan.org)
        .options(
            contains_eager(PlanVersion.plan).contains_eager(Plan.org),
            contains_eager(PlanVersion.plan).raiseload(Plan.versions),
            raiseload(PlanVersion.files),
        )
    )
    order: Any = [(PlanVersion.issued_on, "desc"), (PlanVersion.id, "desc")]
    return keyset_page(statement, order=order, cursor=cursor, size=size)


def count_published() -> int:
    """Return how many plans everybody may read."""
    return db.session.scalar(select(func.count()).select_from(_versions().subquery())) or 0


def get_published(plan_id: int) -> Published:
    """Return a plan that everybody may read, or raise NotFound."""
    shown = _versions().subquery()
    row = db.session.execute(
        select(PlanVersion, shown.c.whole)
        .join(shown, shown.c.version_id == PlanVersion.id)
        .join(PlanVersion.plan)
        .join(Plan.org)
        .options(contains_eager(PlanVersion.plan).contains_eager(Plan.org))
        .where(PlanVersion.plan_id == plan_id)
    ).first()
    if row is None:
        raise NotFound(N_("There is nothing at this address."))
    version, whole = row
    return Published(version.plan, version, bool(whole) and version.plan.secrecy is Secrecy.PUBLIC)


def readable_by_all(plan: Plan) -> bool:
    """Say whether a plan fetched in scope has a page that everybody may read."""
    found = _versions().where(Plan.id == plan.id).limit(1)
    return db.session.execute(found).first() is not None
