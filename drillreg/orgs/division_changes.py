"""Renaming, recoding, moving, merging and splitting divisions as of a day, by a document."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, literal, select, update

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.changes import announce
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.geo.shapes import area_km2, bbox_of, merged
from drillreg.i18n import N_
from drillreg.orgs.divisions import boundaries_of, current_name_or_none
from drillreg.orgs.models import Division, DivisionBoundary, DivisionName, Org
from drillreg.orgs.operations import CHANGED, new_path
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import (
    GOVERNMENT_KINDS,
    LEVEL_ABOVE,
    DivisionLevel,
    child_path,
    covers,
    subtree_end,
)
from drillreg.orgs.scope import OrgScope
from drillreg.orgs.versions import ensure_not_later

# A grid has the twelve digits of its village and three of its own.
CODE_LENGTHS = {DivisionLevel.GRID: (15,)}
DEFAULT_LENGTHS = (12,)


@dataclass(frozen=True)
class Basis:
    """From when a change holds, by which document, and who enters it."""

    from_on: date
    document: str
    actor: Actor
    now: datetime
    today: date


def ensure_may_change(division: Division, from_on: date, today: date) -> None:
    """Raise unless a division stands, and the day is neither after today nor before its last."""
    ensure_not_later(from_on, today)
    if division.closed_on is not None:
        raise DomainError(N_("%(name)s is closed and stays as it was."), name=division.name)
    newest = current_name_or_none(division)
    if newest is not None and from_on < newest.from_on:
        raise DomainError(
            N_("What stands now is in force since %(day)s; a change cannot be older."),
            day=newest.from_on,
        )


def ensure_code(code: str, level: DivisionLevel, but: Division | None = None) -> None:
    """Raise unless a code has the digits of its level and no other division has or had it."""
    lengths = CODE_LENGTHS.get(level, DEFAULT_LENGTHS)
    if not (code.isascii() and code.isdigit() and len(code) in lengths):
        raise DomainError(
            N_("%(code)s is not a code of this level: it has %(length)d digits."),
            code=code,
            length=lengths[0],
        )
    own = but.id if but else 0
    taken = db.session.scalar(
        select(Division.name).where(Division.code == code, Division.id != own)
    ) or db.session.scalar(
        select(DivisionName.name).where(
            DivisionName.code == code, DivisionName.division_id != own, is_imported(DivisionName)
        )
    )
    if taken is not None:
        raise DomainError(N_("%(name)s has or had the code %(code)s."), name=taken, code=code)


def rename_division(division: Division, *, name: str, code: str, basis: Basis) -> None:
    """Give a division another name, code or both from a day on."""
    ensure_may_change(division, basis.from_on, basis.today)
    if (name, code) == (division.name, division.code):
        raise DomainError(N_("Name and code are the same as before."))
    if code != division.code:
        ensure_code(code, division.level, division)
    old = {"name": division.name, "code": division.code}
    _end_name(division, basis)
    division.name, division.code = name, code
    _begin_name(division, basis)
    _record("division-renamed", division, basis, old=old, new={"name": name, "code": code})


def ensure_may_stand_below(division: Division, parent: Division) -> None:
    """Raise unless a division may be part of another one of the level above."""
    if parent.closed_on is not None:
        raise DomainError(N_("%(name)s is closed and stays as it was."), name=parent.name)
    if covers(division.path, parent.path) or parent.level is not LEVEL_ABOVE.get(division.level):
        raise DomainError(
            N_("%(name)s cannot be a part of %(parent)s."), name=division.name, parent=parent.name
        )
    if division.parent_id == parent.id:
        raise DomainError(
            N_("%(name)s already is a part of %(parent)s."), name=division.name, parent=parent.name
        )


def move_division(division: Division, parent: Division, *, basis: Basis) -> None:
    """Let a division, with all below it, be part of another one from a day on."""
    ensure_may_change(division, basis.from_on, basis.today)
    ensure_may_stand_below(division, parent)
    former = division.parent_id
    _end_name(division, basis)
    _put_below(division, parent)
    _begin_name(division, basis)
    _record("division-moved", division, basis, from_parent_id=former, to_parent_id=parent.id)


def _put_below(division: Division, parent: Division) -> None:
    old, new = division.path, child_path(parent.path, division.id)
    division.parent_id = parent.id
    db.session.flush()
    db.session.execute(
        update(Division)
        .where(Division.path >= old, Division.path < subtree_end(old))
        .values(path=literal(new).concat(func.substr(Division.path, len(old) + 1)))
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()


def ensure_may_merge(division: Division, into: Division) -> None:
    """Raise unless two divisions of one level may become one."""
    if into.closed_on is not None:
        raise DomainError(N_("%(name)s is closed and stays as it was."), name=into.name)
    if into.id == division.id or into.level is not division.level:
        raise DomainError(N_("Only divisions of the same level merge."))


def merge_division(division: Division, into: Division, *, basis: Basis) -> int:
    """Make a division part of another one of its level; return how many units follow.

    It stays readable below the other. Outlines become one where both are known.
    """
    ensure_may_change(division, basis.from_on, basis.today)
    ensure_may_change(into, basis.from_on, basis.today)
    ensure_may_merge(division, into)
    for child in children_of_division(division):
        _end_name(child, basis)
        _put_below(child, into)
        _begin_name(child, basis)
    _end_name(division, basis)
    division.closed_on, division.merged_into_id = basis.from_on, into.id
    _put_below(division, into)
    _join_boundaries(division, into, basis.from_on)
    count = _follow(division, into)
    _record("division-merged", division, basis, into_id=into.id, count=count)
    return count


def _follow(division: Division, into: Division) -> int:
    """Let units that lay in a division lie in the other; a government keeps its own."""
    found = db.session.execute(
        update(Org)
        .where(Org.division_id == division.id, Org.kind.not_in(GOVERNMENT_KINDS.values()))
        .values(division_id=into.id)
        .execution_options(synchronize_session=False)
    )
    return int(found.rowcount)  # type: ignore[attr-defined]


def _join_boundaries(division: Division, into: Division, day: date) -> None:
    known = boundaries_of([division.id, into.id])
    mine, theirs = known.get(division.id), known.get(into.id)
    if mine is None or theirs is None:
        return
    mine.to_on, theirs.to_on = max(day, mine.from_on), max(day, theirs.from_on)
    wkb = merged([theirs.wkb, mine.wkb])
    west, south, east, north = bbox_of(wkb)
    db.session.add(
        DivisionBoundary(
            division_id=into.id,
            from_on=day,
            wkb=wkb,
            min_lon=west,
            min_lat=south,
            max_lon=east,
            max_lat=north,
            area_km2=round(area_km2(wkb), 3),
            source_crs=theirs.source_crs,
            notices=[],
        )
    )


def split_division(
    division: Division, *, name: str, code: str, children: Collection[int], basis: Basis
) -> Division:
    """Make a new division of the same level out of parts of another one."""
    ensure_may_change(division, basis.from_on, basis.today)
    ensure_code(code, division.level)
    new = make_division(
        name=name, code=code, level=division.level, parent=division.parent, basis=basis
    )
    new.split_from_id = division.id
    for child in children_of_division(division):
        if child.id in children:
            _end_name(child, basis)
            _put_below(child, new)
            _begin_name(child, basis)
    _record("division-split", division, basis, new_id=new.id, count=len(children))
    return new


def make_division(
    *, name: str, code: str, level: DivisionLevel, parent: Division | None, basis: Basis
) -> Division:
    """Make a division that begins on a day."""
    new = Division(
        name=name,
        code=code,
        level=level,
        parent_id=parent.id if parent else None,
        path=new_path(),
    )
    db.session.add(new)
    db.session.flush()
    new.path = child_path(parent.path if parent else "", new.id)
    _begin_name(new, basis)
    return new


def close_division(division: Division, *, basis: Basis) -> None:
    """Close a division that has nothing standing below it."""
    ensure_may_change(division, basis.from_on, basis.today)
    if children_of_division(division):
        raise DomainError(N_("%(name)s still has divisions below it."), name=division.name)
    _end_name(division, basis)
    division.closed_on = basis.from_on
    boundary = boundaries_of([division.id]).get(division.id)
    if boundary is not None:
        boundary.to_on = max(basis.from_on, boundary.from_on)
    _record("division-closed", division, basis)


def children_of_division(division: Division) -> Sequence[Division]:
    """Return the standing divisions directly below one, by code."""
    return db.session.scalars(
        select(Division)
        .where(
            Division.parent_id == division.id, Division.closed_on.is_(None), is_imported(Division)
        )
        .order_by(Division.code)
    ).all()


def units_in(division: Division, scope: OrgScope) -> int:
    """Return how many units in scope lie directly in a division."""
    found = select(func.count()).where(
        Org.division_id == division.id,
        scope.allows(),
        Org.kind.not_in(GOVERNMENT_KINDS.values()),
        Org.closed_on.is_(None),
        is_imported(Org),
    )
    return int(db.session.scalar(found) or 0)


def _end_name(division: Division, basis: Basis) -> None:
    """End what a division is called and part of; one never written down gets the day before."""
    newest = current_name_or_none(division)
    if newest is None:
        newest = _row(division, basis.from_on - timedelta(days=1), "")
        db.session.add(newest)
    newest.to_on = max(basis.from_on, newest.from_on)
    db.session.flush()


def _begin_name(division: Division, basis: Basis) -> None:
    same_day = db.session.scalar(
        select(DivisionName).where(
            DivisionName.division_id == division.id,
            DivisionName.from_on == basis.from_on,
            is_imported(DivisionName),
        )
    )
    if same_day is None:
        db.session.add(_row(division, basis.from_on, basis.document))
    else:
        same_day.name, same_day.code = division.name, division.code
        same_day.parent_id, same_day.to_on = division.parent_id, None
        same_day.basis = basis.document
    db.session.flush()


def _row(division: Division, from_on: date, document: str) -> DivisionName:
    return DivisionName(
        division_id=division.id,
        name=division.name,
        code=division.code,
        parent_id=division.parent_id,
        from_on=from_on,
        basis=document or None,
    )


def _record(action: str, division: Division, basis: Basis, **detail: Any) -> None:
    record(
        action,
        subject_kind="division",
        subject_id=division.id,
        actor=basis.actor,
        now=basis.now,
        from_on=basis.from_on,
        basis=basis.document,
        **detail,
    )
    # Which rules hold somewhere is told by the code of the division.
    lie_in = select(Org.id).where(Org.division_id == division.id).order_by(Org.id)
    if ids := db.session.scalars(lie_in).all():
        announce(CHANGED, org_ids=list(ids))
