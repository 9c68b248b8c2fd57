"""What is exposed in a county: units with the worst that threatens them, and sites with units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from drillreg.core.db import db
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.exposures.gaps import Gap, event_of, lacks_own, site_lacks
from drillreg.exposures.models import Exposure
from drillreg.exposures.queries import counts
from drillreg.exposures.rules import SubjectKind
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import LEVEL_ORDER, RiskLevel
from drillreg.hazards.scope import SITE
from drillreg.hazards.standing import is_standing
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope

DEFAULT_SORT = "level"
Owner = aliased(Org, name="owner")


@dataclass(frozen=True)
class Wanted:
    """What both lists are narrowed to; empty means everything that is threatened."""

    within: Org | None = None
    unit_kind: str = ""
    kind: str = ""
    level: str = ""
    gap: str = ""
    words: str = ""

    def args(self) -> dict[str, Any]:
        """Return the filter as arguments of an address."""
        named = {
            "within": self.within.id if self.within else None,
            "unit_kind": self.unit_kind,
            "kind": self.kind,
            "level": self.level,
            "gap": self.gap,
            "q": self.words,
        }
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True)
class ExposedUnit:
    """A threatened unit: the worst level, how many sites, how far the nearest, kinds of events."""

    org: Org
    level: RiskLevel
    sites: int
    nearest_m: float
    events: tuple[str, ...] = ()


def _pairs(scope: OrgScope) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a link between a site and a unit, both of them in scope."""
    return (
        Exposure.subject_kind == SubjectKind.UNIT,
        counts(),
        is_standing(),
        SITE.within(scope.present, org=Owner),
        scope.allows(),
        is_imported(Org),
        Org.closed_on.is_(None),
    )


def _of_sites(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.kind:
        found.append(HazardSite.kind == wanted.kind)
    if wanted.level:
        found.append(HazardSite.level == RiskLevel(wanted.level))
    return found


def _below(org: Org | None, path: Any) -> list[ColumnElement[bool]]:
    return [and_(path >= org.path, path < subtree_end(org.path))] if org is not None else []


def _grouped(wanted: Wanted, scope: OrgScope, today: date) -> Any:
    """Return a subquery of a row for each threatened unit."""
    where = [*_pairs(scope), *_of_sites(wanted), *_below(wanted.within, Org.path)]
    if wanted.unit_kind:
        where.append(Org.kind == wanted.unit_kind)
    if wanted.words:
        texts = (Org.name, Org.name_en)
        where.append(or_(*(text.contains(wanted.words, autoescape=True) for text in texts)))
    if wanted.gap:
        where.append(lacks_own(Gap(wanted.gap), today))
    return (
        select(
            Org.id.label("org_id"),
            func.min(HazardSite.level_rank).label("rank"),
            func.count().label("sites"),
            func.min(Exposure.distance_m).label("nearest"),
        )
        .select_from(Exposure)
        .join(HazardSite, HazardSite.id == Exposure.site_id)
        .join(Owner, Owner.id == HazardSite.org_id)
        .join(Org, Org.id == Exposure.subject_id)
        .where(*where)
        .group_by(Org.id)
        .subquery()
    )


def _unit_rows(wanted: Wanted, scope: OrgScope, today: date, sort: str) -> tuple[Any, Order]:
    found = _grouped(wanted, scope, today)
    orders: dict[str, Order] = {
        "level": [(found.c.rank, "asc"), (Org.id, "asc")],
        "sites": [(found.c.sites, "desc"), (Org.id, "desc")],
        "nearest": [(found.c.nearest, "asc"), (Org.id, "asc")],
    }
    statement = select(Org, found.c.rank, found.c.sites, found.c.nearest).join(
        found, found.c.org_id == Org.id
    )
    return statement.where(scope.allows()), orders.get(sort, orders[DEFAULT_SORT])


def _as_units(rows: Iterable[Any], scope: OrgScope) -> list[ExposedUnit]:
    return _with_events(
        [
            ExposedUnit(org, LEVEL_ORDER[rank], int(sites), float(nearest))
            for org, rank, sites, nearest, *_ in rows
        ],
        scope,
    )


def _with_events(units: list[ExposedUnit], scope: OrgScope) -> list[ExposedUnit]:
    """Add the kinds of events that threaten each unit, in one query."""
    rows = db.session.execute(
        select(Exposure.subject_id, HazardSite.kind)
        .join(HazardSite, HazardSite.id == Exposure.site_id)
        .join(Owner, Owner.id == HazardSite.org_id)
        .join(Org, Org.id == Exposure.subject_id)
        .where(Exposure.subject_id.in_([unit.org.id for unit in units]), *_pairs(scope))
        .distinct()
    ).all()
    events: dict[int, set[str]] = {}
    for org_id, kind in rows:
        events.setdefault(org_id, set()).add(event_of(kind))
    return [replace(unit, events=tuple(sorted(events.get(unit.org.id, ())))) for unit in units]


def exposed_units(
    wanted: Wanted,
    scope: OrgScope,
    *,
    today: date,
    sort: str = DEFAULT_SORT,
    cursor: str | None = None,
    size: int = 20,
) -> Page[ExposedUnit]:
    """Return a page of the threatened units in scope, the worst first."""
    statement, order = _unit_rows(wanted, scope, today, sort)
    page = keyset_page(statement, order=order, cursor=cursor, size=size)
    return Page(_as_units(page.rows, scope), page.next_cursor, page.size)


def count_units(wanted: Wanted, scope: OrgScope, *, today: date) -> int:
    """Return how many units in scope are threatened under a filter."""
    found = _grouped(wanted, scope, today)
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def all_exposed_units(
    wanted: Wanted, scope: OrgScope, *, today: date, sort: str, at_most: int
) -> Sequence[ExposedUnit]:
    """Return every threatened unit under a filter, for an export, in the order of the list."""
    statement, order = _unit_rows(wanted, scope, today, sort)
    ordered = statement.order_by(
        *(column.asc() if way == "asc" else column.desc() for column, way in order)
    )
    units: list[ExposedUnit] = []
    rows = db.session.execute(ordered.limit(at_most)).all()
    for at in range(0, len(rows), 500):
        units += _as_units(rows[at : at + 500], scope)
    return units


def _sites(wanted: Wanted, scope: OrgScope, today: date) -> Select[Any]:
    """Select the sites in scope that threaten a unit in scope."""
    unit = aliased(Org)
    threatened = (
        select(Exposure.site_id)
        .join(unit, unit.id == Exposure.subject_id)
        .where(
            Exposure.site_id == HazardSite.id,
            Exposure.subject_kind == SubjectKind.UNIT,
            counts(),
            scope.allows(unit),
            is_imported(unit),
            unit.closed_on.is_(None),
            *([unit.kind == wanted.unit_kind] if wanted.unit_kind else []),
        )
        .correlate(HazardSite)
        .exists()
    )
    where = [SITE.within(scope.present), is_standing(), threatened, *_of_sites(wanted)]
    where += _below(wanted.within, Org.path)
    if wanted.words:
        texts = (HazardSite.name, HazardSite.name_en, HazardSite.number)
        where.append(or_(*(text.contains(wanted.words, autoescape=True) for text in texts)))
    if wanted.gap:
        where.append(site_lacks(Gap(wanted.gap), scope, today))
    return (
        select(HazardSite)
        .join(HazardSite.org)
        .options(contains_eager(HazardSite.org), joinedload(HazardSite.division))
        .where(*where)
    )


SITE_ORDER: Order = [(HazardSite.level_rank, "asc"), (HazardSite.id, "asc")]


def threatening_sites(
    wanted: Wanted, scope: OrgScope, *, today: date, cursor: str | None = None, size: int = 20
) -> Page[HazardSite]:
    """Return a page of the sites in scope that threaten units, the worst first."""
    statement = _sites(wanted, scope, today)
    return keyset_page(statement, order=SITE_ORDER, cursor=cursor, size=size)


def count_threatening(wanted: Wanted, scope: OrgScope, *, today: date) -> int:
    """Return how many sites in scope threaten units under a filter."""
    found = _sites(wanted, scope, today).with_only_columns(HazardSite.id).options()
    return db.session.scalar(select(func.count()).select_from(found.subquery())) or 0


def all_threatening(
    wanted: Wanted, scope: OrgScope, *, today: date, at_most: int
) -> Sequence[HazardSite]:
    """Return every site under a filter, for an export, in the order of the list."""
    ordered = _sites(wanted, scope, today).order_by(HazardSite.level_rank, HazardSite.id)
    return db.session.scalars(ordered.limit(at_most)).all()
