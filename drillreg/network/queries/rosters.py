"""Reading rosters: a month, a day with its hand-over, who is on duty now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select, tuple_

from drillreg.core.db import db
from drillreg.network.duties import Cells, kinds_with_roster, place_of, running
from drillreg.network.models import Duty, DutyChange, HandOver, RosterMonth
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope

SHOWN_CHANGES = 50


def month_or_none(org: Org, first: date) -> RosterMonth | None:
    """Return the roster of an organisation for a month, when one was begun."""
    return db.session.scalar(
        select(RosterMonth).where(RosterMonth.org_id == org.id, RosterMonth.month == first)
    )


def duties_of(org: Org, since: date, until: date) -> Sequence[Duty]:
    """Return the duties of an organisation from a day to another, both included."""
    return db.session.scalars(
        select(Duty)
        .where(Duty.org_id == org.id, Duty.day.between(since, until))
        .order_by(Duty.day, Duty.position, Duty.place)
    ).all()


def cells_of(duties: Iterable[Duty]) -> Cells:
    """Return duties as the table shows them: the names of each day and position."""
    names: dict[tuple[date, str], list[str]] = {}
    for duty in duties:
        names.setdefault((duty.day, duty.position), []).append(duty.name)
    return {key: "、".join(found) for key, found in names.items()}


def changes_of(org: Org, since: date, until: date) -> Sequence[DutyChange]:
    """Return the changes of a published roster between two days, the newest first."""
    return db.session.scalars(
        select(DutyChange)
        .where(DutyChange.org_id == org.id, DutyChange.day.between(since, until))
        .order_by(DutyChange.id.desc())
        .limit(SHOWN_CHANGES)
    ).all()


def hand_over_or_none(org: Org, day: date) -> HandOver | None:
    """Return the hand-over note of an organisation for a day."""
    return db.session.scalar(select(HandOver).where(HandOver.org_id == org.id, HandOver.day == day))


def hand_overs_of(org: Org, since: date, until: date) -> dict[date, HandOver]:
    """Return the hand-over notes of an organisation by day."""
    found = db.session.scalars(
        select(HandOver)
        .where(HandOver.org_id == org.id, HandOver.day.between(since, until))
        .order_by(HandOver.day)
    )
    return {each.day: each for each in found}


@dataclass(frozen=True)
class OnDuty:
    """An organisation that keeps a roster, and who is on duty there now."""

    org: Org
    duties: tuple[Duty, ...]

    @property
    def is_missing(self) -> bool:
        """Say whether nobody is named for this hour."""
        return not self.duties


def orgs_with_roster(scope: OrgScope, within: Org | None = None) -> Sequence[Org]:
    """Return the open organisations in scope that must keep a roster, in tree order."""
    statement = select(Org).where(
        scope.allows(),
        is_imported(Org),
        Org.closed_on.is_(None),
        Org.is_outside.is_(False),
        Org.kind.in_(kinds_with_roster()),
    )
    if within is not None:
        statement = statement.where(Org.path >= within.path, Org.path < subtree_end(within.path))
    return db.session.scalars(statement.order_by(Org.path)).all()


def on_duty_now(scope: OrgScope, moment: datetime) -> list[OnDuty]:
    """Return who is on duty at a moment of the wall clock in a scope: two queries.

    Organisations that keep a roster come with nobody where none is named; any other only when
    somebody is on duty there.
    """
    now = tuple_(Duty.day, Duty.position).in_(running(moment))
    named = select(Duty.org_id).where(now)
    asked = and_(Org.kind.in_(kinds_with_roster()), Org.is_outside.is_(False))
    orgs_found = (
        select(Org)
        .where(scope.allows(), is_imported(Org), Org.closed_on.is_(None))
        .where(or_(asked, Org.id.in_(named)))
    )
    orgs = db.session.scalars(orgs_found.order_by(Org.path)).all()
    by_org: dict[int, list[Duty]] = {}
    for duty in db.session.scalars(
        select(Duty)
        .where(now, Duty.org_id.in_([org.id for org in orgs]))
        .order_by(Duty.day, Duty.place)
    ):
        by_org.setdefault(duty.org_id, []).append(duty)
    return [OnDuty(org, in_order(by_org.get(org.id, ()))) for org in orgs]


def in_order(duties: Iterable[Duty]) -> tuple[Duty, ...]:
    """Return duties in the order of the columns of the roster."""
    return tuple(sorted(duties, key=lambda duty: (duty.day, place_of(duty.position), duty.place)))


def duties_ahead(person_id: int, org: Org, *, today: date) -> Sequence[Duty]:
    """Return the duties a person still has at an organisation from a day on."""
    return db.session.scalars(
        select(Duty)
        .where(Duty.person_id == person_id, Duty.org_id == org.id, Duty.day >= today)
        .order_by(Duty.day, Duty.position)
    ).all()


def phones_known(org: Org) -> dict[str, str]:
    """Return the newest phone number on an organisation's rosters, by name."""
    rows = db.session.execute(
        select(Duty.name, Duty.phone)
        .where(Duty.org_id == org.id, Duty.phone.is_not(None))
        .order_by(Duty.day.desc(), Duty.id.desc())
        .limit(400)
    ).all()
    return {row.name: row.phone for row in reversed(rows)}


def months_of(
    ids: Sequence[int], scope: OrgScope, firsts: Sequence[date]
) -> dict[tuple[int, date], RosterMonth]:
    """Return the rosters of some organisations for some months, in one query."""
    found = db.session.scalars(
        select(RosterMonth)
        .join(Org, Org.id == RosterMonth.org_id)
        .where(RosterMonth.org_id.in_(ids), RosterMonth.month.in_(firsts), scope.allows())
    )
    return {(each.org_id, each.month): each for each in found}
