"""Reading number series within a scope: what was given out, what is missing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.documents.models import IssuedNumber, NumberSeries
from drillreg.documents.rules import NumberState, gaps
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope


@dataclass(frozen=True)
class SeriesFilter:
    """What a list of series is narrowed to."""

    within: Org | None = None
    kind: str = ""
    year: int | None = None


@dataclass(frozen=True)
class Standing:
    """How a series stands: numbers by state, and the runs that no record holds."""

    used: int = 0
    reserved: int = 0
    void: int = 0
    by_hand: int = 0
    gaps: Sequence[tuple[int, int]] = ()


def _series(scope: OrgScope, chosen: SeriesFilter) -> Select[Any]:
    statement = (
        select(NumberSeries)
        .join(NumberSeries.issuer)
        .options(contains_eager(NumberSeries.issuer))
        .where(scope.allows())
    )
    if chosen.within is not None:
        path = chosen.within.path
        statement = statement.where(Org.path >= path, Org.path < subtree_end(path))
    if chosen.kind:
        statement = statement.where(NumberSeries.document_kind == chosen.kind)
    if chosen.year:
        statement = statement.where(NumberSeries.year == chosen.year)
    return statement


def series_page(scope: OrgScope, chosen: SeriesFilter, *, cursor: str | None = None) -> Page[Any]:
    """Return a page of series: this year first, then by issuer."""
    order: Any = [
        (NumberSeries.year, "desc"),
        (Org.path, "asc"),
        (NumberSeries.document_kind, "asc"),
        (NumberSeries.id, "asc"),
    ]
    return keyset_page(_series(scope, chosen), order=order, cursor=cursor)


def count_series(scope: OrgScope, chosen: SeriesFilter) -> int:
    """Return how many series there are."""
    counted = _series(scope, chosen).with_only_columns(func.count())
    return db.session.scalar(counted.order_by(None)) or 0


def all_series(scope: OrgScope, chosen: SeriesFilter) -> Sequence[NumberSeries]:
    """Return every series, for an export."""
    order = (NumberSeries.year.desc(), Org.path, NumberSeries.document_kind)
    return db.session.scalars(_series(scope, chosen).order_by(*order)).all()


def years_of_series(scope: OrgScope) -> Sequence[int]:
    """Return the years that have a series, newest first."""
    found = select(NumberSeries.year).join(NumberSeries.issuer).where(scope.allows()).distinct()
    return db.session.scalars(found.order_by(NumberSeries.year.desc())).all()


def get_series(series_id: int, scope: OrgScope) -> NumberSeries:
    """Return a series with its issuer, or raise NotFound."""
    found: NumberSeries | None = db.session.scalar(
        _series(scope, SeriesFilter()).where(NumberSeries.id == series_id)
    )
    if found is None:
        raise NotFound(N_("There is no such number series."))
    return found


def get_number(number_id: int, scope: OrgScope) -> IssuedNumber:
    """Return a number with its series, or raise NotFound."""
    found = db.session.scalar(
        select(IssuedNumber)
        .join(IssuedNumber.series)
        .join(NumberSeries.issuer)
        .options(contains_eager(IssuedNumber.series).contains_eager(NumberSeries.issuer))
        .where(IssuedNumber.id == number_id, scope.allows())
    )
    if found is None:
        raise NotFound(N_("There is no such number."))
    return found


def standings(series: Collection[NumberSeries]) -> Mapping[int, Standing]:
    """Return how each of some series stands, with one statement for all."""
    if not series:
        return {}
    rows = db.session.execute(
        select(
            IssuedNumber.series_id, IssuedNumber.number, IssuedNumber.state, IssuedNumber.by_hand
        ).where(IssuedNumber.series_id.in_([each.id for each in series]))
    ).all()
    return {each.id: _standing(each, [r for r in rows if r[0] == each.id]) for each in series}


def _standing(series: NumberSeries, rows: Sequence[Any]) -> Standing:
    states = [row.state for row in rows]
    return Standing(
        used=states.count(NumberState.USED),
        reserved=states.count(NumberState.RESERVED),
        void=states.count(NumberState.VOID),
        by_hand=sum(row.by_hand for row in rows),
        gaps=gaps(series.first_number, series.last_number, [row.number for row in rows]),
    )


def _numbers(series: NumberSeries, state: str, words: str) -> Select[Any]:
    statement = select(IssuedNumber).where(IssuedNumber.series_id == series.id)
    if state:
        statement = statement.where(IssuedNumber.state == NumberState(state))
    if words:
        like = f"%{words}%"
        statement = statement.where(
            or_(IssuedNumber.text.like(like), IssuedNumber.title.like(like))
        )
    return statement


def numbers_page(
    series: NumberSeries, *, state: str = "", words: str = "", cursor: str | None = None
) -> Page[Any]:
    """Return a page of the numbers of a series already found in scope, newest first."""
    order: Any = [(IssuedNumber.number, "desc")]
    return keyset_page(_numbers(series, state, words), order=order, cursor=cursor)


def all_numbers(scope: OrgScope, chosen: SeriesFilter) -> Sequence[IssuedNumber]:
    """Return every number of the series a filter leaves, for an export."""
    ids = _series(scope, chosen).with_only_columns(NumberSeries.id)
    return db.session.scalars(
        select(IssuedNumber)
        .options(joinedload(IssuedNumber.series).joinedload(NumberSeries.issuer))
        .where(IssuedNumber.series_id.in_(ids))
        .order_by(IssuedNumber.series_id, IssuedNumber.number)
    ).all()
