"""Reading divisions and their boundaries: public facts that every county shares."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from drillreg.core.db import db
from drillreg.orgs.models import Division, DivisionBoundary, DivisionName
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end


def division_or_none(code: str) -> Division | None:
    """Return the division of a 12-digit code."""
    return db.session.scalar(
        select(Division).where(
            Division.code == code, Division.closed_on.is_(None), is_imported(Division)
        )
    )


def divisions_by_code(codes: Iterable[str]) -> dict[str, Division]:
    """Return the divisions of some 12-digit codes, by code."""
    wanted = sorted(set(codes))
    found: dict[str, Division] = {}
    for start in range(0, len(wanted), 500):
        for division in db.session.scalars(
            select(Division)
            .where(Division.code.in_(wanted[start : start + 500]), is_imported(Division))
            .order_by(Division.code)
        ):
            found[division.code] = division
    return found


def divisions_within(top: Division | None) -> Sequence[Division]:
    """Return a division and everything below it, by code; without one, every division."""
    statement = select(Division).where(Division.closed_on.is_(None), is_imported(Division))
    if top is not None:
        statement = statement.where(
            Division.path >= top.path, Division.path < subtree_end(top.path)
        )
    return db.session.scalars(statement.order_by(Division.code)).all()


def names_of(division: Division) -> Sequence[DivisionName]:
    """Return what a division was called, newest first."""
    return db.session.scalars(
        select(DivisionName)
        .where(DivisionName.division_id == division.id, is_imported(DivisionName))
        .order_by(DivisionName.from_on.desc(), DivisionName.id.desc())
    ).all()


def current_name_or_none(division: Division) -> DivisionName | None:
    """Return the newest row of what a division was called."""
    return next(iter(names_of(division)), None)


def division_name_on(division: Division, day: date) -> str:
    """Return what a division was called on a day; before the first record, its first name."""
    return _on(division, day, lambda row: row.name) or division.name


def division_code_on(division: Division, day: date) -> str:
    """Return the code a division had on a day."""
    return _on(division, day, lambda row: row.code) or division.code


def _on(division: Division, day: date, pick: Callable[[DivisionName], str]) -> str:
    spans = reversed(names_of(division))
    return next((pick(row) for row in spans if row.to_on is None or day < row.to_on), "")


def once_coded(code: str) -> Division | None:
    """Return the standing division that has a code, or had it: ledgers keep old codes for years."""
    former = (
        select(DivisionName.division_id)
        .where(DivisionName.code == code, is_imported(DivisionName))
        .order_by(DivisionName.from_on.desc())
        .limit(1)
    )
    return division_or_none(code) or db.session.scalar(
        select(Division).where(
            Division.id.in_(former), Division.closed_on.is_(None), is_imported(Division)
        )
    )


def boundary_or_none(division_id: int | None) -> DivisionBoundary | None:
    """Return the boundary of a division that is in force."""
    if division_id is None:
        return None
    return boundaries_of([division_id]).get(division_id)


def boundaries_of(ids: Iterable[int]) -> dict[int, DivisionBoundary]:
    """Return the boundaries in force of some divisions, by division id."""
    found = db.session.scalars(
        select(DivisionBoundary)
        .options(joinedload(DivisionBoundary.division))
        .where(
            DivisionBoundary.division_id.in_(sorted(set(ids))),
            DivisionBoundary.to_on.is_(None),
            is_imported(DivisionBoundary),
        )
        .order_by(DivisionBoundary.id)
    )
    return {boundary.division_id: boundary for boundary in found}


def boundaries_directly_below(division_id: int) -> Sequence[DivisionBoundary]:
    """Return the boundaries in force of the divisions directly below one, by code."""
    return db.session.scalars(
        select(DivisionBoundary)
        .join(DivisionBoundary.division)
        .options(joinedload(DivisionBoundary.division))
        .where(
            Division.parent_id == division_id,
            DivisionBoundary.to_on.is_(None),
            is_imported(DivisionBoundary),
            is_imported(Division),
        )
        .order_by(Division.code)
    ).all()
