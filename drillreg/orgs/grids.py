"""Grids below a village, made and closed many at a time."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.orgs.division_changes import Basis, close_division, make_division
from drillreg.orgs.models import Division, Org
from drillreg.orgs.operations import OrgFacts, close_org, create_org, ensure_not_closed
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import DivisionLevel

MOST_AT_ONCE = 200


def grids_of(village: Org, *, closed: bool = False) -> Sequence[Org]:
    """Return the grids of a village, in the order they were made."""
    statement = select(Org).where(Org.parent_id == village.id, Org.kind == "grid", is_imported(Org))
    if not closed:
        statement = statement.where(Org.closed_on.is_(None))
    return db.session.scalars(statement.order_by(Org.id)).all()


def ensure_village(village: Org) -> None:
    """Raise unless an organisation is an open village: grids stand below nothing else."""
    ensure_not_closed(village)
    if village.kind != "village":
        raise DomainError(N_("Grids stand below a village or community."))


def ensure_names(village: Org, names: Sequence[str]) -> None:
    """Raise when there are no names, too many, or one is taken."""
    if not names:
        raise DomainError(N_("Give at least one name."))
    if len(names) > MOST_AT_ONCE:
        raise DomainError(
            N_("%(count)d at once are too many; at most %(most)d."),
            count=len(names),
            most=MOST_AT_ONCE,
        )
    taken = {grid.name for grid in grids_of(village)}
    for at, name in enumerate(names):
        if name in taken or name in names[:at]:
            raise DomainError(N_("There already is an organisation %(name)s there."), name=name)


def make_grids(village: Org, names: Sequence[str], *, basis: Basis) -> int:
    """Make grids below a village, each with a division where the village has one."""
    ensure_village(village)
    ensure_names(village, names)
    codes = _free_codes(village.division, len(names)) if village.division else []
    for at, name in enumerate(names):
        division = None
        if village.division is not None:
            division = make_division(
                name=name,
                code=codes[at],
                level=DivisionLevel.GRID,
                parent=village.division,
                basis=basis,
            )
        create_org(
            OrgFacts(
                name=name,
                kind="grid",
                attributes={},
                code=division.code if division else None,
                division_id=division.id if division else None,
                opened_on=basis.from_on,
            ),
            parent=village,
            actor=basis.actor,
            now=basis.now,
            today=basis.today,
        )
    return len(names)


def _free_codes(village: Division, count: int) -> list[str]:
    """Return codes of the village with three digits more that nothing has or had."""
    taken = set(
        db.session.scalars(
            select(Division.code).where(Division.code.startswith(village.code, autoescape=True))
        )
    )
    numbers = (f"{village.code}{number:03d}" for number in range(1, 1000))
    free = [code for code in numbers if code not in taken][:count]
    if len(free) < count:
        raise DomainError(N_("%(name)s has no free grid codes left."), name=village.name)
    return free


def close_grids(village: Org, ids: Collection[int], *, reason: str, basis: Basis) -> int:
    """Close grids of a village and their divisions as of a day."""
    found = [grid for grid in grids_of(village) if grid.id in ids]
    for grid in found:
        close_org(
            grid,
            closed_on=basis.from_on,
            reason=reason,
            actor=basis.actor,
            now=basis.now,
            today=basis.today,
        )
        if grid.division is not None and grid.division.level is DivisionLevel.GRID:
            close_division(grid.division, basis=basis)
    return len(found)
