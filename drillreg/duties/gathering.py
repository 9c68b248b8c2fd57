"""Reading what an evaluation needs, for many organisations at once: plain values, few queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select

from drillreg.core import clock
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.duties.book import RuleBook, book_of
from drillreg.duties.facts import Facts, Place, Proof, Version, Waiver
from drillreg.duties.models import DutyWaiver
from drillreg.duties.terms import Anchor, Shape
from drillreg.evidence.models import Evidence
from drillreg.office.queries import values_by_place
from drillreg.orgs.models import Org, OrgVersion, Oversight
from drillreg.orgs.queries import is_imported
from drillreg.workdays.models import CalendarDay, CalendarSeason
from drillreg.workdays.queries import calendar_for, seasons_of
from drillreg.workdays.seasons import SeasonCalendar


class Places:
    """The calendars of many organisations; those that share their entries share the object."""

    def __init__(self) -> None:
        with_days = select(CalendarDay.owner_org_id).where(CalendarDay.voided_at.is_(None))
        with_seasons = select(CalendarSeason.owner_org_id).where(CalendarSeason.voided_at.is_(None))
        found = db.session.scalars(with_days.union(with_seasons)).all()
        self._entered = frozenset(each for each in found if each is not None)
        self._roles = {item.code: str(item.attributes["role"]) for item in code_list("period_kind")}
        self._places: dict[tuple[int, ...], Place] = {}

    def of(self, path: str, overseers: Iterable[int]) -> Place:
        """Return the calendar of an organisation: its own, its overseers', what stands above."""
        own, *above = (int(part) for part in reversed(path.strip("/").split("/")))
        owners = tuple(
            each for each in dict.fromkeys((own, *overseers, *above)) if each in self._entered
        )
        if owners not in self._places:
            seasons = SeasonCalendar(owners, seasons_of(owners), self._roles)
            self._places[owners] = Place(calendar_for(*owners), seasons)
        return self._places[owners]


def place_of(org: Org, today: date) -> Place:
    """Return the calendar of one organisation."""
    return Places().of(org.path, _overseers([org.id], today).get(org.id, ()))


@dataclass
class Gathered:
    """One organisation, ready to be evaluated."""

    org_id: int
    path: str
    kinds: frozenset[str]
    facts: Facts
    place: Place
    book: RuleBook
    proofs: list[Proof] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)


def gather(org_ids: Sequence[int], today: date, places: Places) -> list[Gathered]:
    """Return some organisations with what their duties depend on, in a fixed number of queries."""
    orgs = db.session.execute(
        select(
            Org.id,
            Org.path,
            Org.kind,
            Org.field,
            Org.is_outside,
            Org.attributes,
            Org.opened_on,
            Org.closed_on,
        )
        .where(Org.id.in_(org_ids), is_imported(Org))
        .order_by(Org.id)
    ).all()
    versions = _versions(org_ids)
    overseers = _overseers(org_ids, today)
    roots = sorted({_root(org.path) for org in orgs})
    since = Since(roots)
    books = {owner: book_of(owner) for owner in roots}
    found = {}
    for org in orgs:
        extra = {"field": org.field, "is_outside": org.is_outside}
        rows = versions.get(org.id) or [(org.opened_on or date.min, None, org.kind, org.attributes)]
        facts = Facts(
            org.id,
            [
                Version(first, last, kind, {**attributes, **extra, "kind": kind})
                for first, last, kind, attributes in rows
            ],
            org.opened_on,
            org.closed_on,
            since.of(org.path),
        )
        found[org.id] = Gathered(
            org.id,
            org.path,
            frozenset(version.kind for version in facts.versions),
            facts,
            places.of(org.path, overseers.get(org.id, ())),
            books[_root(org.path)],
        )
    _add_proofs(found, today)
    _add_waivers(found)
    return list(found.values())


def _root(path: str) -> int:
    return int(path.split("/", 1)[0])


def _versions(org_ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(
        select(
            OrgVersion.org_id,
            OrgVersion.from_on,
            OrgVersion.to_on,
            OrgVersion.kind,
            OrgVersion.attributes,
        )
        .where(OrgVersion.org_id.in_(org_ids))
        .order_by(OrgVersion.org_id, OrgVersion.from_on)
    ):
        found.setdefault(row[0], []).append(tuple(row)[1:])
    return found


def _overseers(org_ids: Sequence[int], today: date) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for org_id, overseer in db.session.execute(
        select(Oversight.org_id, Oversight.overseer_id)
        .where(
            Oversight.org_id.in_(org_ids),
            Oversight.from_on <= today,
            or_(Oversight.to_on.is_(None), Oversight.to_on > today),
        )
        .order_by(Oversight.id)
    ):
        found.setdefault(org_id, []).append(overseer)
    return found


class Since:
    """From which day the records of a place are kept: nobody is late for what was before."""

    def __init__(self, roots: Iterable[int]) -> None:
        self._usual, self._own = values_by_place("duties.since-year")
        first = func.min(OrgVersion.recorded_at)
        self._began = {
            org_id: clock.local_date(at)
            for org_id, at in db.session.execute(
                select(OrgVersion.org_id, first)
                .where(OrgVersion.org_id.in_(sorted(roots)))
                .group_by(OrgVersion.org_id)
            )
        }

    def of(self, path: str) -> date | None:
        """Return 1 January of the year that the nearest office set, else the day it began here."""
        near = [(len(place), year) for place, year in self._own if path.startswith(place)]
        year = max(near)[1] if near else self._usual
        return date(year, 1, 1) if year else self._began.get(_root(path))


def horizons(books: Iterable[RuleBook], today: date) -> dict[str, date | None]:
    """Return, by kind of evidence, how far back it is read; None: all of it."""
    found: dict[str, date | None] = {}
    for book in books:
        for chain in book.chains.values():
            for rule in chain:
                is_counted = rule.asks.shape is Shape.PERIOD and rule.asks.anchor is Anchor.CALENDAR
                far = rule.horizon(today) if is_counted else None
                for kind in rule.counts.kinds:
                    found[kind] = _further(found[kind], far) if kind in found else far
                for kind in rule.subjects.kinds if rule.subjects else ():
                    found[kind] = None
    return found


def _further(one: date | None, other: date | None) -> date | None:
    return None if one is None or other is None else min(one, other)


def _add_proofs(found: Mapping[int, Gathered], today: date) -> None:
    wanted = horizons({id(each.book): each.book for each in found.values()}.values(), today)
    always = sorted(kind for kind, first in wanted.items() if first is None)
    dated = [
        and_(Evidence.kind == kind, Evidence.on_date >= first)
        for kind, first in sorted(wanted.items())
        if first is not None
    ]
    for row in db.session.execute(
        select(
            Evidence.org_id,
            Evidence.id,
            Evidence.kind,
            Evidence.subject_kind,
            Evidence.subject_id,
            Evidence.on_date,
            Evidence.entered_at,
            Evidence.grade,
            Evidence.attributes,
            Evidence.until_on,
        )
        .where(
            Evidence.org_id.in_(sorted(found)),
            Evidence.voided_at.is_(None),
            or_(Evidence.kind.in_(always), *dated),
        )
        .order_by(Evidence.id)
    ):
        org_id, key, kind, subject_kind, subject_id, on_date, entered_at, grade, said, until = row
        found[org_id].proofs.append(
            Proof(
                key,
                kind,
                subject_kind,
                subject_id,
                on_date,
                clock.local_date(entered_at),
                grade,
                said,
                until,
            )
        )


def _add_waivers(found: Mapping[int, Gathered]) -> None:
    for row in db.session.scalars(
        select(DutyWaiver)
        .where(DutyWaiver.org_id.in_(sorted(found)), DutyWaiver.voided_at.is_(None))
        .order_by(DutyWaiver.id)
    ):
        found[row.org_id].waivers.append(
            Waiver(row.rule, row.from_on, row.until_on, row.key, row.event_type)
        )
