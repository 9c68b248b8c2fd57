"""The coverage matrix: what stands below a node against kinds of event or of duty, in one query."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select

from drillreg.core.db import db
from drillreg.duties.counting import Tally, added_up, tallies
from drillreg.duties.evaluating import kinds_with_children
from drillreg.duties.models import DutyOrg
from drillreg.duties.states import State
from drillreg.evidence.rules import Grade
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported, top_orgs
from drillreg.orgs.rules import covers, subtree_end
from drillreg.orgs.scope import OrgScope

# More organisations than that are not shown; the rest comes by choosing a kind or a town.
MOST_PLACES = 150
FIRST_KIND = "town"


class Cover(StrEnum):
    """How a cell reads. SELF: all met, but nobody else has seen it."""

    ALL = "all"
    SELF = "self"
    WAITING = "waiting"
    SOON = "soon"
    SOME = "some"
    NONE = "none"
    WAIVED = "waived"
    NOT_OWED = "not-owed"


def cover(tally: Tally) -> Cover:
    """Say how a cell reads: what is late speaks before what is due, and that before what is met."""
    if not tally.owed:
        return Cover.WAIVED if tally[State.WAIVED] else Cover.NOT_OWED
    if tally[State.BREACHED]:
        return Cover.SOME if tally.met else Cover.NONE
    if tally[State.DUE_SOON] or tally[State.AT_RISK]:
        return Cover.SOON
    if tally[State.OPEN]:
        return Cover.WAITING
    return Cover.SELF if self_reported(tally) == tally.met else Cover.ALL


def self_reported(tally: Tally) -> int:
    """Return how much of what is met rests on a report of the organisation itself alone."""
    return tally.grades.get(Grade.SELF_REPORTED, 0)


@dataclass(frozen=True)
class Place:
    """An organisation of the matrix. `is_own`: the node itself without what stands below it."""

    org: Org
    is_own: bool = False
    has_below: bool = False


@dataclass(frozen=True)
class Below:
    """What stands directly below a node: the kinds there are, those chosen, whether some were cut.

    `node` None: everything one reaches that nothing else in reach stands above.
    """

    node: Org | None
    kinds: Mapping[str, int]
    kind: str
    places: Sequence[Place]
    total: int

    @property
    def cut(self) -> bool:
        """Whether there are more than are shown."""
        return self.total > MOST_PLACES


@dataclass(frozen=True)
class Matrix:
    """Tallies by (organisation, word): a word is a kind of event or of duty."""

    below: Below
    words: Sequence[str]
    cells: Mapping[tuple[int, str], Tally] = field(default_factory=dict)

    def at(self, place: Place, word: str) -> Tally:
        """Return one cell."""
        return self.cells.get((place.org.id, word), Tally())

    @property
    def total(self) -> Tally:
        """The sum of all that is shown."""
        return added_up(self.cells.values())


def _open_below(node: Org, scope: OrgScope) -> Select[Any]:
    return select(Org).where(
        Org.parent_id == node.id, Org.closed_on.is_(None), scope.allows(), is_imported(Org)
    )


def below_of(node: Org | None, scope: OrgScope, kind: str | None) -> Below:
    """Return what stands below a node; `kind` None: towns where there are some, else all."""
    if node is None:
        tops = [org for org in top_orgs(scope) if org.closed_on is None]
        if len(tops) == 1:
            return below_of(tops[0], scope, kind)
        counted: dict[str, int] = {}
        for org in tops:
            counted[org.kind] = counted.get(org.kind, 0) + 1
        chosen = _chosen_kind(counted, kind)
        tops = [org for org in tops if chosen in {"", org.kind}]
        return Below(None, counted, chosen, _places(tops, scope), len(tops))
    found = _open_below(node, scope)
    rows = db.session.execute(
        found.with_only_columns(Org.kind, func.count()).group_by(Org.kind).order_by(Org.kind)
    )
    counted = {str(row[0]): int(row[1]) for row in rows}
    chosen = _chosen_kind(counted, kind)
    if chosen:
        found = found.where(Org.kind == chosen)
    orgs = db.session.scalars(found.order_by(Org.id).limit(MOST_PLACES)).all()
    own = Place(node, is_own=bool(counted))
    total = counted.get(chosen, 0) if chosen else sum(counted.values())
    return Below(node, counted, chosen, [own, *_places(orgs, scope)], total)


def _chosen_kind(counted: Mapping[str, int], kind: str | None) -> str:
    if kind is None:
        return FIRST_KIND if FIRST_KIND in counted else ""
    return kind if kind in counted else ""


def _places(orgs: Sequence[Org], scope: OrgScope) -> list[Place]:
    """Return organisations as they are counted: a subtree only where all of it is in reach."""
    uppers = kinds_with_children()
    return [
        Place(
            org,
            has_below=org.kind in uppers
            and (scope.everything or any(covers(path, org.path) for path in scope.paths)),
        )
        for org in orgs[:MOST_PLACES]
    ]


def read_matrix(
    below: Below,
    today: date,
    *,
    by: str,
    owed: str = "",
    event_types: Collection[str] = (),
    order: Sequence[str],
) -> Matrix:
    """Return the matrix of organisations read in scope, its cells in one query.

    `by`: "event_type" or "owed". `order`: all words in the order in which they stand.
    """
    where = {"owed": [owed] if owed else [], "event_type": event_types}
    found = tallies(
        {place.org.id for place in below.places if place.has_below},
        {place.org.id for place in below.places if not place.has_below},
        today,
        by=(by,),
        where=where,
    )
    used = {word for _, word in found}
    return Matrix(below, [word for word in order if word in used], found)


def stale_in(below: Below, scope: OrgScope) -> tuple[int, datetime | None]:
    """Return how many organisations at and below a node have old results, and since when."""
    found = (
        select(func.count(), func.min(DutyOrg.stale_since))
        .select_from(DutyOrg)
        .join(Org, Org.id == DutyOrg.org_id)
        .where(DutyOrg.stale_since.is_not(None), scope.allows())
    )
    if below.node is not None:
        path = below.node.path
        found = found.where(Org.path >= path, Org.path < subtree_end(path))
    count, since = db.session.execute(found).one()
    return int(count), since
