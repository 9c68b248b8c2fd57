"""Reading programmes within a scope; the planning sweep reads them all."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, raiseload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.drills.models import Drill, DrillProgramme
from drillreg.drills.queries import in_subtree
from drillreg.drills.rules import DrillStatus
from drillreg.hazards.models import HazardSite
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan


def get_programme(programme_id: int, scope: OrgScope) -> DrillProgramme:
    """Return the programme with its organisation, plan and site, or raise NotFound."""
    found = db.session.scalar(
        select(DrillProgramme)
        .join(DrillProgramme.org)
        .options(
            contains_eager(DrillProgramme.org),
            joinedload(DrillProgramme.plan).options(joinedload(Plan.org), raiseload(Plan.versions)),
            joinedload(DrillProgramme.site).joinedload(HazardSite.org),
        )
        .where(
            DrillProgramme.id == programme_id,
            scope.allows(),
            DrillProgramme.voided_at.is_(None),
        )
    )
    if found is None:
        raise NotFound(N_("There is no such programme."))
    return found


def programmes_page(
    scope: OrgScope,
    *,
    today: date,
    within: Org | None = None,
    event_type: str = "",
    ended: bool = False,
    cursor: str | None = None,
    size: int = 20,
) -> tuple[Page[DrillProgramme], int]:
    """Return a page of programmes, running or ended, in tree order, and how many there are."""
    running = or_(DrillProgramme.ended_on.is_(None), DrillProgramme.ended_on >= today)
    conditions: list[Any] = [
        scope.allows(),
        DrillProgramme.voided_at.is_(None),
        ~running if ended else running,
    ]
    if within is not None:
        conditions.append(in_subtree(within))
    if event_type:
        conditions.append(DrillProgramme.event_type == event_type)
    statement = (
        select(DrillProgramme)
        .join(DrillProgramme.org)
        .options(contains_eager(DrillProgramme.org))
        .where(*conditions)
    )
    page = keyset_page(
        statement,
        order=[(Org.path, "asc"), (DrillProgramme.id, "asc")],
        cursor=cursor,
        size=size,
    )
    total = db.session.scalar(
        select(func.count()).select_from(DrillProgramme).join(DrillProgramme.org).where(*conditions)
    )
    return page, total or 0


def next_dates(programme_ids: Iterable[int], today: date) -> dict[int, date]:
    """Return the next planned date of each programme, in one query."""
    rows = db.session.execute(
        select(Drill.programme_id, func.min(Drill.due_on))
        .where(
            Drill.programme_id.in_(list(programme_ids)),
            Drill.status == DrillStatus.PLANNED,
            Drill.due_on >= today,
            Drill.voided_at.is_(None),
        )
        .group_by(Drill.programme_id)
        .order_by(Drill.programme_id)
    ).all()
    return {programme_id: day for programme_id, day in rows if programme_id is not None}


def programmes_to_sweep(until: date) -> Sequence[int]:
    """Return the ids of running programmes that are not planned up to a day, for the sweep."""
    return db.session.scalars(
        select(DrillProgramme.id)
        .where(
            DrillProgramme.voided_at.is_(None),
            or_(DrillProgramme.planned_until.is_(None), DrillProgramme.planned_until < until),
            or_(
                DrillProgramme.ended_on.is_(None),
                DrillProgramme.planned_until.is_(None),
                DrillProgramme.planned_until < DrillProgramme.ended_on,
            ),
        )
        .order_by(DrillProgramme.id)
    ).all()
