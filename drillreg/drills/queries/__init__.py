"""Reading drills and their records within a scope; the sweep of reminders reads them all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.drills.models import (
    Drill,
    DrillGroup,
    DrillMoment,
    DrillPhoto,
    Observation,
)
from drillreg.drills.rules import DrillStatus
from drillreg.drills.scope import DRILL, shown_day
from drillreg.hazards.models import HazardSite
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan, PlanVersion
from drillreg.sheets.export import READ_AT_MOST

MOST_SHOWN = 20_000
STATES = ("planned", "overdue", "held", "cancelled")


@dataclass(frozen=True)
class DrillFilter:
    """What a list of drills is narrowed to; empty means everything."""

    within: Org | None = None
    org_kind: str = ""
    event_type: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None
    words: str = ""
    programme_id: int | None = None
    open_only: bool = False


@dataclass(frozen=True)
class DrillRecord:
    """A drill with everything recorded of it, in the order it was entered or happened."""

    drill: Drill
    groups: Sequence[DrillGroup]
    moments: Sequence[DrillMoment]
    observations: Sequence[Observation]
    photos: Sequence[DrillPhoto]

    @property
    def strengths(self) -> list[Observation]:
        """Return what went well."""
        return [seen for seen in self.observations if seen.is_strength]

    @property
    def improvements(self) -> list[Observation]:
        """Return what is to be improved."""
        return [seen for seen in self.observations if not seen.is_strength]


@dataclass(frozen=True)
class Counts:
    """How many drills of a period stand in which state; `due` are all but the cancelled."""

    due: int = 0
    held: int = 0
    cancelled: int = 0
    overdue: int = 0
    planned: int = 0


def _drills(scope: OrgScope) -> Select[Drill]:
    return (
        select(Drill)
        .join(Drill.org)
        .options(contains_eager(Drill.org))
        .where(DRILL.within(scope), Drill.voided_at.is_(None))
    )


def get_drill(drill_id: int, scope: OrgScope) -> Drill:
    """Return the drill with its organisation, programme, plan and site, or raise NotFound."""
    found = db.session.scalar(_whole(scope).where(Drill.id == drill_id))
    if found is None:
        raise NotFound(N_("There is no such drill."))
    return found


def get_drill_by_public_id(public_id: str, scope: OrgScope) -> Drill:
    """Return the drill that a calendar entry or a printed code names, or raise NotFound."""
    found = db.session.scalar(_whole(scope).where(Drill.public_id == public_id))
    if found is None:
        raise NotFound(N_("There is no such drill."))
    return found


def _whole(scope: OrgScope) -> Select[Drill]:
    return _drills(scope).options(
        joinedload(Drill.programme),
        # A report names the number that the plan carried on the day of the drill.
        joinedload(Drill.plan).options(
            joinedload(Plan.org), selectinload(Plan.versions).raiseload(PlanVersion.files)
        ),
        joinedload(Drill.site).joinedload(HazardSite.org),
    )


def drill_record(drill_id: int, scope: OrgScope) -> DrillRecord:
    """Return a drill with groups, moments, observations and photos, in five queries."""
    drill = get_drill(drill_id, scope)

    def of(model: Any, *order: Any) -> Sequence[Any]:
        return db.session.scalars(
            select(model)
            .where(model.drill_id == drill.id, model.voided_at.is_(None))
            .order_by(*order, model.id)
        ).all()

    return DrillRecord(
        drill,
        of(DrillGroup),
        of(DrillMoment, DrillMoment.seconds),
        of(Observation, Observation.is_strength.desc()),
        of(DrillPhoto),
    )


def get_photo(photo_id: int, scope: OrgScope) -> DrillPhoto:
    """Return a photo of a drill, or raise NotFound."""
    found = db.session.scalar(
        select(DrillPhoto)
        .join(Drill, Drill.id == DrillPhoto.drill_id)
        .join(Org, Org.id == Drill.org_id)
        .where(DrillPhoto.id == photo_id, DrillPhoto.voided_at.is_(None), DRILL.within(scope))
    )
    if found is None:
        raise NotFound(N_("There is no such photo."))
    return found


def _conditions(given: DrillFilter, today: date) -> list[ColumnElement[bool]]:
    found = _state_conditions(given.state, today)
    if given.within is not None:
        found.append(in_subtree(given.within))
    if given.org_kind:
        found.append(Org.kind == given.org_kind)
    if given.event_type:
        found.append(Drill.event_type == given.event_type)
    if given.words:
        found.append(
            or_(
                Drill.title.contains(given.words, autoescape=True),
                Org.name.contains(given.words, autoescape=True),
            )
        )
    if given.programme_id is not None:
        found.append(Drill.programme_id == given.programme_id)
    return found + _span_conditions(given)


def _span_conditions(given: DrillFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if given.since is not None:
        found.append(shown_day() >= given.since)
    if given.until is not None:
        found.append(shown_day() <= given.until)
    if given.open_only:
        found.append(Drill.status == DrillStatus.PLANNED)
    return found


def _state_conditions(state: str, today: date) -> list[ColumnElement[bool]]:
    if state == "overdue":
        return [Drill.status == DrillStatus.PLANNED, Drill.due_on < today]
    if state == "planned":
        return [Drill.status == DrillStatus.PLANNED, Drill.due_on >= today]
    return [Drill.status == DrillStatus(state)] if state else []


def drills_page(
    scope: OrgScope,
    given: DrillFilter,
    *,
    today: date,
    newest_first: bool = False,
    cursor: str | None = None,
    size: int = 20,
) -> Page[Drill]:
    """Return a page of drills: those to be held first, each state by the day they are due."""
    way: Any = "desc" if newest_first else "asc"
    statement = _drills(scope).where(*_conditions(given, today))
    # "planned" sorts behind "held" and "cancelled": what is still to do comes first.
    order: Order = [(Drill.status, "desc"), (Drill.due_on, way), (Drill.id, way)]
    return keyset_page(statement, order=order, cursor=cursor, size=size)


def drills_of(scope: OrgScope, given: DrillFilter, *, today: date) -> Sequence[Drill]:
    """Return all drills of a filter by day, for an export."""
    return db.session.scalars(
        _drills(scope)
        .where(*_conditions(given, today))
        .order_by(Drill.due_on, Drill.id)
        .limit(READ_AT_MOST)
    ).all()


def count_drills(scope: OrgScope, given: DrillFilter, *, today: date) -> int:
    """Return how many drills a filter leaves."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Drill)
            .join(Drill.org)
            .where(DRILL.within(scope), Drill.voided_at.is_(None), *_conditions(given, today))
        )
        or 0
    )


def drills_between(
    scope: OrgScope, given: DrillFilter, *, first: date, last: date, today: date
) -> Sequence[Drill]:
    """Return the drills shown from one day to another, in order of day and organisation."""
    return db.session.scalars(
        _drills(scope)
        .where(shown_day() >= first, shown_day() <= last, *_conditions(given, today))
        .order_by(shown_day(), Org.path, Drill.id)
        .limit(MOST_SHOWN)
    ).all()


def counts_of(drills: Iterable[Drill], today: date) -> Counts:
    """Count drills by state."""
    listed = list(drills)
    held = sum(drill.status is DrillStatus.HELD for drill in listed)
    cancelled = sum(drill.status is DrillStatus.CANCELLED for drill in listed)
    overdue = sum(drill.status is DrillStatus.PLANNED and drill.due_on < today for drill in listed)
    due = len(listed) - cancelled
    return Counts(due, held, cancelled, overdue, due - held - overdue)


def next_drills(
    scope: OrgScope, *, where: ColumnElement[bool], today: date, at_most: int = 5
) -> Sequence[Drill]:
    """Return the planned drills of a panel, the most overdue first."""
    return db.session.scalars(
        _drills(scope)
        .where(where, Drill.status == DrillStatus.PLANNED)
        .order_by(Drill.due_on, Drill.id)
        .limit(at_most)
    ).all()


def next_planned(org: Org, scope: OrgScope, *, event_type: str = "") -> Drill | None:
    """Return the planned drill of an organisation that is due first, of a kind of event if any."""
    wanted = Drill.event_type != event_type
    return db.session.scalar(
        _drills(scope)
        .where(Drill.org_id == org.id, Drill.status == DrillStatus.PLANNED)
        .order_by(wanted, Drill.due_on, Drill.id)
        .limit(1)
    )


def last_held(scope: OrgScope, *, where: ColumnElement[bool], at_most: int = 3) -> Sequence[Drill]:
    """Return the drills of a panel that were held, newest first."""
    return db.session.scalars(
        _drills(scope)
        .where(where, Drill.status == DrillStatus.HELD)
        .order_by(Drill.held_on.desc(), Drill.id.desc())
        .limit(at_most)
    ).all()


def in_subtree(org: Org) -> ColumnElement[bool]:
    """Return the condition that a drill belongs to an organisation or one below it."""
    return and_(Org.path >= org.path, Org.path < subtree_end(org.path))


def drills_to_sweep(until: date, *, drill_id: int | None = None) -> Sequence[Drill]:
    """Return the planned drills due up to a day, or one of them, for the sweep.

    With the organisation and the one above it.
    """
    return db.session.scalars(
        select(Drill)
        .join(Drill.org)
        .options(contains_eager(Drill.org).joinedload(Org.parent))
        .where(
            Drill.id == drill_id if drill_id is not None else true(),
            Drill.status == DrillStatus.PLANNED,
            Drill.voided_at.is_(None),
            Drill.due_on <= until,
            or_(Org.closed_on.is_(None), Org.closed_on >= Drill.due_on),
        )
        .order_by(Drill.due_on, Drill.id)
    ).all()
