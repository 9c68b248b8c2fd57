"""The structured parts of a version as they are shown and printed: `parts_of`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.orgs.models import Org
from drillreg.plans.models import (
    PlanLevel,
    PlanMember,
    PlanResource,
    PlanRoute,
    PlanVersion,
)
from drillreg.plans.part_live import Seat, Stock, seats_of, shelters_of, stocks_of
from drillreg.plans.part_rules import Point as Point
from drillreg.plans.part_rules import Standing, months_stale, read_points
from drillreg.plans.rules import VersionState

Row = TypeVar("Row", PlanMember, PlanResource, PlanRoute)


@dataclass(frozen=True)
class Level:
    """A response level: its code, when it is called, who decides, what is done."""

    level: str
    trigger: str
    decider: str
    actions: str
    id: int = 0
    row_version: int = 0


@dataclass(frozen=True)
class Member:
    """Somebody with a role: what the paper says, and how it stands today.

    `months` is 0, 6 or 12 without verification. `before` is who held the post when it was entered;
    `now` and `now_phone` are today's, where the paper says something else.
    """

    role: str
    duty: str
    org_name: str
    post_title: str
    name: str
    phone: str
    id: int = 0
    standing: Standing = Standing.TYPED
    verified_on: date | None = None
    months: int = 0
    before: str = ""
    now: str = ""
    now_phone: str = ""
    org_id: int | None = None
    post_id: int | None = None
    row_version: int = 0

    @property
    def is_stale(self) -> bool:
        """Whether somebody should look at it before relying on it."""
        changed = self.standing in {Standing.CHANGED, Standing.VACANT}
        return changed or self.months > 0 or bool(self.now or self.now_phone)


@dataclass(frozen=True)
class Resource:
    """A team, supply or shelter; `gone` when it was struck out since."""

    noun: str
    use: str
    name: str
    org_name: str
    amount: float | None
    unit: str
    contact_name: str
    contact_phone: str
    id: int = 0
    resource_id: int = 0
    gone: bool = False
    row_version: int = 0


@dataclass(frozen=True)
class Route:
    """A way to a safe place; length in metres, `capacity` in people where it is a known shelter."""

    name: str
    start: str
    destination: str
    people: int | None
    minutes: int | None
    length_m: int | None
    note: str
    points: tuple[Point, ...]
    id: int = 0
    geometry: bytes | None = None
    shelter_id: int | None = None
    capacity: int | None = None
    row_version: int = 0

    @property
    def is_too_small(self) -> bool:
        """Whether the shelter holds fewer people than the route brings."""
        return bool(self.capacity and self.people and self.people > self.capacity)


@dataclass(frozen=True)
class Annex:
    """A named paper of the version."""

    title: str
    file_name: str
    size: int
    id: int = 0


@dataclass(frozen=True)
class Parts:
    """All structured parts of a version."""

    levels: Sequence[Level] = ()
    members: Sequence[Member] = ()
    resources: Sequence[Resource] = ()
    routes: Sequence[Route] = ()
    annexes: Sequence[Annex] = ()

    def __bool__(self) -> bool:
        return any((self.levels, self.members, self.resources, self.routes, self.annexes))


def parts_of(version: PlanVersion, today: date | None = None) -> Parts:
    """Return the parts of a version in a fixed number of queries.

    Of a draft as everything stands; of a version that is with those who sign, or was issued, what
    it said when that was written down. Without a day nothing is said of how fresh contacts are.
    """
    is_open = version.state is VersionState.DRAFT and version.locked_at is None
    return _read(version, today, is_open)


def live_parts(version: PlanVersion, today: date) -> Parts:
    """Return the parts of a version as everything stands on a day, whatever it said before."""
    return _read(version, today, True)


def _read(version: PlanVersion, today: date | None, is_open: bool) -> Parts:
    resources, routes = rows_of(PlanResource, version), rows_of(PlanRoute, version)
    stocks = stocks_of(resources, _path_of(version))
    shelters = shelters_of(routes)
    members = rows_of(PlanMember, version)
    seats = seats_of(members, today)
    return Parts(
        levels=levels_of(version),
        members=[_member(row, seats[row.id], is_open, today) for row in members],
        resources=[_resource(row, stocks[row.id], is_open) for row in resources],
        routes=[_route(row, shelters.get(row.shelter_id or 0), is_open) for row in routes],
        annexes=[
            Annex(paper.annex_name or "", paper.file.name, paper.file.size, paper.id)
            for paper in version.annexes
        ],
    )


def _path_of(version: PlanVersion) -> str:
    owner = db.session.get(Org, version.plan.org_id)
    return owner.path if owner else ""


def rows_of(table: type[Row], version: PlanVersion) -> Sequence[Row]:
    """Return the rows of a list of a version in their order."""
    return db.session.scalars(
        select(table).where(table.version_id == version.id).order_by(table.position, table.id)
    ).all()


def levels_of(version: PlanVersion) -> list[Level]:
    """Return the response levels of a version, the highest first."""
    rows = db.session.scalars(
        select(PlanLevel).where(PlanLevel.version_id == version.id).order_by(PlanLevel.level)
    )
    return [
        Level(row.level, row.trigger, row.decider, row.actions, row.id, row.row_version)
        for row in rows
    ]


def _member(row: PlanMember, seat: Seat, is_open: bool, today: date | None) -> Member:
    as_kept = not is_open and row.kept_on is not None
    kept = Seat(row.org_name, row.post_title or "", row.name or "", row.phone or "")
    said = kept if as_kept or seat.standing is Standing.TYPED else seat
    standing = seat.standing
    if as_kept and standing is Standing.HELD and seat.name != said.name:
        standing = Standing.CHANGED
    linked = seat.standing is not Standing.TYPED
    fresh = months_stale(seat.verified_on, today) if linked and today else 0
    return Member(
        id=row.id,
        role=row.role,
        duty=row.duty or "",
        org_name=said.org_name,
        post_title=said.post_title,
        name=said.name,
        phone=said.phone,
        standing=standing,
        verified_on=seat.verified_on,
        months=0 if standing is Standing.VACANT else fresh,
        before="" if as_kept else seat.before,
        now=seat.name if linked and seat.name != said.name else "",
        now_phone=seat.phone if linked and seat.phone != said.phone else "",
        org_id=row.org_id,
        post_id=row.post_id,
        row_version=row.row_version,
    )


def _resource(row: PlanResource, stock: Stock, is_open: bool) -> Resource:
    as_kept = not is_open and row.kept_on is not None
    kept = Stock(
        row.name,
        row.org_name,
        row.amount,
        row.unit or "",
        row.contact_name or "",
        row.contact_phone or "",
    )
    said = kept if as_kept else stock
    return Resource(
        id=row.id,
        noun=row.noun,
        resource_id=row.resource_id,
        use=row.use or "",
        name=said.name,
        org_name=said.org_name,
        amount=said.amount,
        unit=said.unit,
        contact_name=said.contact_name,
        contact_phone=said.contact_phone,
        gone=stock.gone,
        row_version=row.row_version,
    )


def _route(row: PlanRoute, shelter: tuple[str, int] | None, is_open: bool) -> Route:
    as_kept = not is_open and row.kept_on is not None
    return Route(
        id=row.id,
        name=row.name,
        start=row.start,
        destination=row.destination if as_kept or shelter is None else shelter[0],
        people=row.people,
        minutes=row.minutes,
        length_m=row.length_m,
        note=row.note or "",
        points=tuple(read_points(row.points)),
        geometry=row.geometry,
        shelter_id=row.shelter_id,
        capacity=shelter[1] if shelter else None,
        row_version=row.row_version,
    )
