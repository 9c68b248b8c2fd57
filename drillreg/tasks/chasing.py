"""The chasing list: who is late with what, from every feature; the app fills the registry.

Each feature gives one select of its late rows with the same columns; the list is their union, so
that it is filtered, counted and paged as one table.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask import Flask, current_app
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    Subquery,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import joinedload

from drillreg.core.db import Big, db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope

MOST_EXPORTED = 20_000
LONG_TEXT = String(2000)


@dataclass(frozen=True)
class ChaseSource:
    """One kind of lateness: a code of `chase_kind.toml`, and a select of what is late on a day.

    The select joins `Org` and has the columns of `chase_columns`.
    """

    kind: str
    late: Callable[[date], Select[Any]]


def chase_columns(
    kind: str,
    subject_kind: str,
    subject_id: Any,
    *,
    org_id: Any,
    what: Any,
    since: Any,
    what_en: Any = None,
    person: Any = None,
) -> list[ColumnElement[Any]]:
    """Return the columns every source has; `since` is the day it was due."""

    def text(value: Any) -> ColumnElement[Any]:
        return cast(null() if value is None else value, LONG_TEXT)

    return [
        cast(literal(kind), LONG_TEXT).label("kind"),
        cast(literal(subject_kind), LONG_TEXT).label("subject_kind"),
        cast(subject_id, Big).label("subject_id"),
        cast(org_id, Big).label("org_id"),
        text(what).label("what"),
        text(what_en).label("what_en"),
        text(person).label("person"),
        since.label("since"),
    ]


class Chased(NamedTuple):
    """One thing that is late: kind, record, organisation, words, the day it was due."""

    kind: str
    subject_kind: str
    subject_id: int
    what: str
    what_en: str | None
    person: str | None
    since: date
    org: Org

    @property
    def key(self) -> tuple[str, int]:
        """Return what the record is called in the step log."""
        return self.subject_kind, self.subject_id


@dataclass(frozen=True)
class ChaseFilter:
    """What the chasing list is narrowed to on a day; `besides` is one's own organisation."""

    today: date
    kind: str = ""
    kinds: Collection[str] = ()
    within: Org | None = None
    words: str = ""
    besides: int | None = None


def register_chasing(app: Flask, sources: Iterable[ChaseSource]) -> None:
    """Ask these features for what is late."""
    app.extensions.setdefault("drillreg.chasing", []).extend(sources)


def _sources() -> list[ChaseSource]:
    found: list[ChaseSource] = current_app.extensions.get("drillreg.chasing", [])
    return found


def _units(scope: OrgScope, wanted: ChaseFilter) -> list[ColumnElement[bool]]:
    found: list[Any] = [scope.allows()]
    if wanted.besides is not None:
        found.append(Org.id != wanted.besides)
    if wanted.within is not None:
        path = wanted.within.path
        below: Any = (Org.path >= path) & (Org.path < subtree_end(path))
        # Of a department also what it supervises, wherever that stands in the tree.
        overseen = OrgScope(scope.on, overseers=frozenset({wanted.within.id}))
        found.append(or_(below, overseen.allows()))
    return found


def _chosen(wanted: ChaseFilter, kind: str) -> list[ChaseSource]:
    return [
        source
        for source in _sources()
        if kind in {"", source.kind} and (not wanted.kinds or source.kind in wanted.kinds)
    ]


def _late(scope: OrgScope, wanted: ChaseFilter, *, kind: str) -> Subquery:
    units = _units(scope, wanted)
    parts = [source.late(wanted.today).where(*units) for source in _chosen(wanted, kind)]
    if not parts:
        parts = [select(*_no_columns()).select_from(Org).where(Org.id.is_(None))]
    return union_all(*parts).subquery("late")


def _no_columns() -> list[ColumnElement[Any]]:
    return chase_columns(
        "", "", cast(null(), Integer), org_id=Org.id, what="", since=cast(null(), Date)
    )


def _words(late: Subquery, wanted: ChaseFilter) -> list[ColumnElement[bool]]:
    if not wanted.words:
        return []
    columns = (late.c.what, late.c.person, Org.name)
    return [or_(*(column.contains(wanted.words, autoescape=True) for column in columns))]


def _rows(scope: OrgScope, wanted: ChaseFilter, *, kind: str) -> tuple[Select[Any], Subquery]:
    late = _late(scope, wanted, kind=kind)
    columns = [late.c[name] for name in Chased._fields[:-1]]
    statement = select(*columns, Org).join(Org, Org.id == late.c.org_id)
    return statement.options(joinedload(Org.parent)).where(*_words(late, wanted)), late


def chase_page(
    scope: OrgScope, wanted: ChaseFilter, *, cursor: str | None = None, size: int = 20
) -> Page[Chased]:
    """Return a page of what is late in scope, the longest late first."""
    statement, late = _rows(scope, wanted, kind=wanted.kind)
    order: Any = [(late.c.since, "asc"), (late.c.kind, "asc"), (late.c.subject_id, "asc")]
    found = keyset_page(statement, order=order, cursor=cursor, size=size)
    rows = [Chased(*row[: len(Chased._fields)]) for row in found.rows]
    return Page(rows, found.next_cursor, found.size)


def all_chased(scope: OrgScope, wanted: ChaseFilter) -> Sequence[Chased]:
    """Return everything of a filter that is late, at most 20,000, for an export."""
    statement, late = _rows(scope, wanted, kind=wanted.kind)
    order = (late.c.since, late.c.kind, late.c.subject_id)
    rows = db.session.execute(statement.order_by(*order).limit(MOST_EXPORTED)).all()
    return [Chased(*row) for row in rows]


def count_chased(scope: OrgScope, wanted: ChaseFilter) -> dict[str, int]:
    """Return by kind how much is late, whatever kind the filter asks for, in one query."""
    counting = _counted_words(scope, wanted) if wanted.words else _counted(scope, wanted)
    rows = db.session.execute(counting).all() if counting is not None else []
    counts = {str(row[0]): int(row[1]) for row in rows}
    return {source.kind: counts.get(source.kind, 0) for source in _sources()}


def _counted_words(scope: OrgScope, wanted: ChaseFilter) -> Any:
    late = _late(scope, wanted, kind="")
    joined = select(late.c.kind, func.count()).join(Org, Org.id == late.c.org_id)
    return joined.where(*_words(late, wanted)).group_by(late.c.kind)


def _counted(scope: OrgScope, wanted: ChaseFilter) -> Any:
    """Return a statement that counts each kind by itself: no row is read beyond its index."""
    units = _units(scope, wanted)
    parts = [
        source.late(wanted.today)
        .where(*units)
        .with_only_columns(
            cast(literal(source.kind), LONG_TEXT), func.count(), maintain_column_froms=True
        )
        for source in _chosen(wanted, "")
    ]
    return union_all(*parts) if parts else None


def get_chased(scope: OrgScope, wanted: ChaseFilter, subject_id: int) -> Chased:
    """Return one thing of the filter's kind while it is late and in scope, or raise NotFound."""
    statement, late = _rows(scope, wanted, kind=wanted.kind)
    row = db.session.execute(statement.where(late.c.subject_id == subject_id)).first()
    if row is None or not wanted.kind:
        raise NotFound(N_("This is not late any more, or out of your reach."))
    return Chased(*row)
