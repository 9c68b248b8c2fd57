"""Reading resources: lists under a filter, one record, counts, the nearest shelters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.geo import morton
from drillreg.geo.shapes import distance_m
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.resources.models import Shelter, Supply
from drillreg.resources.nouns import NOUNS, AnyResource, Noun
from drillreg.resources.rules import CHECKED_WITHIN, SOON, Expiry

MOST_EXPORTED = 20_000
MOST_ON_MAP = 1000
# Half the sides of the squares in which shelters are looked for, in degrees, the smallest first.
RINGS = (0.03, 0.1, 0.3, 1.0)
RANGES = 32


@dataclass(frozen=True)
class ResourceFilter:
    """What a list of resources is narrowed to; empty means everything that stands."""

    within: Org | None = None
    kind: str = ""
    state: str = ""
    words: str = ""

    def args(self) -> dict[str, str | int]:
        """Return the filter as arguments of an address."""
        found: dict[str, str | int] = {"kind": self.kind, "state": self.state, "q": self.words}
        if self.within is not None:
            found["within"] = self.within.id
        return {name: value for name, value in found.items() if value}


def _stands(model: Any) -> tuple[ColumnElement[bool], ...]:
    return (model.voided_at.is_(None), is_imported(model))


def _in_state(noun: Noun, state: str, today: date) -> ColumnElement[bool]:
    model = noun.model
    if state == Expiry.EXPIRED:
        return Supply.expires_on < today
    if state == Expiry.SOON:
        return Supply.expires_on.between(today, today + SOON)
    return or_(model.checked_on.is_(None), model.checked_on < today - CHECKED_WITHIN)


def _narrowed(
    noun: Noun, wanted: ResourceFilter, scope: OrgScope, today: date
) -> list[ColumnElement[bool]]:
    model = noun.model
    found = [scope.allows(), *_stands(model)]
    if wanted.within is not None:
        path = wanted.within.path
        found.append(and_(Org.path >= path, Org.path < subtree_end(path)))
    if wanted.kind:
        found.append(model.kind == wanted.kind)
    if wanted.state:
        found.append(_in_state(noun, wanted.state, today))
    if wanted.words:
        texts = (model.name, model.address, model.contact_name, Org.name)
        found.append(or_(*(text.contains(wanted.words, autoescape=True) for text in texts)))
    return found


def sorts_of(noun: Noun) -> dict[str, Order]:
    """Return the orders of a list by the code in its address."""
    model = noun.model
    if noun.size == "expires_on":
        size: Any = func.coalesce(Supply.expires_on, date.max)
    else:
        size = getattr(model, noun.size)
    return {
        "place": [(Org.path, "asc"), (model.id, "asc")],
        "name": [(model.name, "asc"), (model.id, "asc")],
        "-name": [(model.name, "desc"), (model.id, "desc")],
        noun.size: [(size, "asc"), (model.id, "asc")],
        f"-{noun.size}": [(size, "desc"), (model.id, "desc")],
        "checked": [(func.coalesce(model.checked_on, date.min), "asc"), (model.id, "asc")],
        "-checked": [(func.coalesce(model.checked_on, date.min), "desc"), (model.id, "desc")],
    }


DEFAULT_SORT = "place"


def _rows(noun: Noun) -> Select[Any]:
    model = noun.model
    return select(model).join(model.org).options(contains_eager(model.org))


def resources_page(
    noun: Noun,
    wanted: ResourceFilter,
    scope: OrgScope,
    *,
    today: date,
    sort: str = DEFAULT_SORT,
    cursor: str | None = None,
    size: int = 20,
) -> Page[AnyResource]:
    """Return a page of resources of one kind with their organisation."""
    sorts = sorts_of(noun)
    order = sorts.get(sort, sorts[DEFAULT_SORT])
    statement = _rows(noun).where(*_narrowed(noun, wanted, scope, today))
    return keyset_page(statement, order=order, cursor=cursor, size=size)


def resources_count(noun: Noun, wanted: ResourceFilter, scope: OrgScope, *, today: date) -> int:
    """Return how many resources of one kind there are under a filter."""
    statement = select(func.count()).select_from(noun.model).join(noun.model.org)
    return db.session.scalar(statement.where(*_narrowed(noun, wanted, scope, today))) or 0


def all_resources(
    noun: Noun, wanted: ResourceFilter, scope: OrgScope, *, today: date
) -> Sequence[AnyResource]:
    """Return every resource of one kind under a filter, for an export."""
    columns = [column for column, _ in sorts_of(noun)[DEFAULT_SORT]]
    statement = _rows(noun).where(*_narrowed(noun, wanted, scope, today)).order_by(*columns)
    found: Sequence[AnyResource] = db.session.scalars(statement.limit(MOST_EXPORTED)).all()
    return found


def resources_on_map(
    noun: Noun, wanted: ResourceFilter, scope: OrgScope, *, today: date
) -> Sequence[AnyResource]:
    """Return the resources under a filter whose position is known."""
    statement = _rows(noun).where(
        *_narrowed(noun, wanted, scope, today), noun.model.morton.is_not(None)
    )
    found: Sequence[AnyResource] = db.session.scalars(
        statement.order_by(noun.model.id).limit(MOST_ON_MAP)
    ).all()
    return found


def get_resource(noun: Noun, resource_id: int, scope: OrgScope) -> AnyResource:
    """Return a resource, also one that was struck out; raise NotFound out of scope."""
    found: AnyResource | None = db.session.scalar(
        _rows(noun).where(
            noun.model.id == resource_id, scope.allows(), is_imported(noun.model), is_imported(Org)
        )
    )
    if found is None:
        raise NotFound(N_("There is no such resource."))
    return found


def counts_below(org: Org, scope: OrgScope) -> dict[str, int]:
    """Return how many resources of each kind stand at and below an organisation, in one query."""
    below = (scope.allows(), Org.path >= org.path, Org.path < subtree_end(org.path))
    columns = [
        select(func.count())
        .select_from(noun.model)
        .join(noun.model.org)
        .where(*below, *_stands(noun.model))
        .scalar_subquery()
        for noun in NOUNS
    ]
    row = db.session.execute(select(*columns)).one()
    return {noun.code: int(count) for noun, count in zip(NOUNS, row, strict=True)}


class Near(NamedTuple):
    """A shelter and how far it is, in metres as the crow flies."""

    shelter: Shelter
    distance_m: float


def shelters_near(lon: float, lat: float, scope: OrgScope, n: int = 5) -> list[Near]:
    """Return the `n` shelters of a scope nearest to a position (WGS84 degrees), nearest first.

    Looks in growing squares through the Morton index, and everywhere only when they hold too few.
    """
    for reach in RINGS:
        box = (lon - reach, lat - reach, lon + reach, lat + reach)
        ranges = morton.ranges(box, RANGES)
        inside = or_(*(Shelter.morton.between(low, high) for low, high in ranges))
        found = _by_distance(lon, lat, scope, inside)
        # Beyond the edge of the square something nearer than the last one could lie.
        edge = min(distance_m(lon, lat, lon + reach, lat), distance_m(lon, lat, lon, lat + reach))
        if len(found) >= n and found[n - 1].distance_m <= edge:
            return found[:n]
    return _by_distance(lon, lat, scope, Shelter.morton.is_not(None))[:n]


def _by_distance(
    lon: float, lat: float, scope: OrgScope, inside: ColumnElement[bool]
) -> list[Near]:
    statement = (
        select(Shelter)
        .join(Shelter.org)
        .options(contains_eager(Shelter.org))
        .where(scope.allows(), *_stands(Shelter), inside)
    )
    found = [
        Near(each, distance_m(lon, lat, each.lon or 0.0, each.lat or 0.0))
        for each in db.session.scalars(statement)
    ]
    return sorted(found, key=lambda near: (near.distance_m, near.shelter.id))
