"""Reading inspections, their teams and lists within a scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.hazards.standing import is_standing
from drillreg.i18n import N_
from drillreg.orgs.models import Division, Org
from drillreg.orgs.scope import OrgScope
from drillreg.patrols.due import is_in
from drillreg.patrols.inspection_rules import Candidate, InspectionState
from drillreg.patrols.models import Inspection, InspectionItem, InspectionMember
from drillreg.patrols.scope import may_see

SEEN, NOT_DONE, WAITING = "seen", "not-done", "waiting"


@dataclass(frozen=True)
class Counts:
    """How far the list of an inspection is."""

    total: int = 0
    seen: int = 0
    abnormal: int = 0
    not_done: int = 0

    @property
    def waiting(self) -> int:
        """Return how many have neither a result nor a reason."""
        return self.total - self.seen - self.not_done


def inspections_page(
    scope: OrgScope, *, state: str = "", way: str = "", cursor: str | None = None, size: int = 20
) -> Page[Inspection]:
    """Return a page of inspections in reach, the newest first."""
    statement = (
        select(Inspection)
        .join(Inspection.org)
        .options(contains_eager(Inspection.org))
        .where(Inspection.voided_at.is_(None), may_see(scope))
    )
    if state:
        statement = statement.where(Inspection.state == InspectionState(state))
    if way:
        statement = statement.where(Inspection.way == way)
    order: Any = [(Inspection.from_on, "desc"), (Inspection.id, "desc")]
    return keyset_page(statement, order=order, cursor=cursor, size=size)


def get_inspection(inspection_id: int, scope: OrgScope) -> Inspection:
    """Return an inspection, or raise NotFound out of reach or while it is hidden."""
    found = db.session.scalar(
        select(Inspection)
        .join(Inspection.org)
        .options(contains_eager(Inspection.org))
        .where(Inspection.id == inspection_id, Inspection.voided_at.is_(None), may_see(scope))
    )
    if found is None:
        raise NotFound(N_("There is no such inspection."))
    return found


def get_item(item_id: int, scope: OrgScope) -> InspectionItem:
    """Return a place on the list of an inspection that the reader reaches as its organiser."""
    found: InspectionItem | None = db.session.scalar(
        _items()
        .join(InspectionItem.inspection)
        .join(Org, Org.id == Inspection.org_id)
        .options(
            contains_eager(InspectionItem.inspection).contains_eager(Inspection.org, alias=Org)
        )
        .where(
            InspectionItem.id == item_id,
            InspectionItem.voided_at.is_(None),
            Inspection.voided_at.is_(None),
            scope.present.allows(),
        )
    )
    if found is None:
        raise NotFound(N_("There is no such place on a list."))
    return found


def _items() -> Select[Any]:
    return select(InspectionItem).options(
        joinedload(InspectionItem.org),
        joinedload(InspectionItem.site).joinedload(HazardSite.org),
        joinedload(InspectionItem.site).joinedload(HazardSite.division).joinedload(Division.parent),
        joinedload(InspectionItem.member),
        joinedload(InspectionItem.check),
    )


def _mine(inspection: Inspection, scope: OrgScope) -> list[ColumnElement[bool]]:
    """Return the conditions of the rows a reader sees: the organiser all, the inspected theirs."""
    found: list[ColumnElement[bool]] = [
        InspectionItem.inspection_id == inspection.id,
        InspectionItem.voided_at.is_(None),
    ]
    if not scope.present.includes(inspection.org):
        reached = select(Org.id).where(Org.id == InspectionItem.org_id, scope.present.allows())
        found.append(reached.exists())
    return found


def _is(state: str) -> ColumnElement[bool]:
    seen = InspectionItem.seen_on.is_not(None)
    told = InspectionItem.not_done_reason.is_not(None)
    if state == SEEN:
        return seen
    return and_(~seen, told if state == NOT_DONE else ~told)


def items_page(
    inspection: Inspection,
    scope: OrgScope,
    *,
    state: str = "",
    member_id: int | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[InspectionItem]:
    """Return a page of the list as the reader may see it."""
    statement = _items().where(*_mine(inspection, scope))
    if state:
        statement = statement.where(_is(state))
    if member_id is not None:
        statement = statement.where(InspectionItem.member_id == member_id)
    return keyset_page(statement, order=[(InspectionItem.id, "asc")], cursor=cursor, size=size)


def all_items(inspection: Inspection, scope: OrgScope, *, at_most: int) -> Sequence[InspectionItem]:
    """Return the whole list as the reader may see it."""
    statement = _items().where(*_mine(inspection, scope)).order_by(InspectionItem.id)
    return db.session.scalars(statement.limit(at_most)).all()


def counts_of(inspection: Inspection, scope: OrgScope) -> Counts:
    """Return how far the list is, as the reader may see it."""
    row = db.session.execute(
        select(
            func.count(),
            func.sum(case((_is(SEEN), 1), else_=0)),
            func.sum(case((InspectionItem.seen_result == "abnormal", 1), else_=0)),
            func.sum(case((_is(NOT_DONE), 1), else_=0)),
        ).where(*_mine(inspection, scope))
    ).one()
    return Counts(*(int(value or 0) for value in row))


def counts_of_many(found: Sequence[Inspection], scope: OrgScope) -> dict[int, Counts]:
    """Return how far some lists are, as the reader may see them, in one query."""
    reached = select(Org.id).where(Org.id == InspectionItem.org_id, scope.present.allows())
    home = aliased(Org)
    rows = db.session.execute(
        select(
            InspectionItem.inspection_id,
            func.count(),
            func.sum(case((_is(SEEN), 1), else_=0)),
            func.sum(case((InspectionItem.seen_result == "abnormal", 1), else_=0)),
            func.sum(case((_is(NOT_DONE), 1), else_=0)),
        )
        .join(Inspection, Inspection.id == InspectionItem.inspection_id)
        .join(home, home.id == Inspection.org_id)
        .where(
            InspectionItem.inspection_id.in_([each.id for each in found]),
            InspectionItem.voided_at.is_(None),
            or_(scope.present.allows(home), reached.exists()),
        )
        .group_by(InspectionItem.inspection_id)
    )
    return {row[0]: Counts(*(int(value or 0) for value in row[1:])) for row in rows}


def members_of(inspection: Inspection) -> Sequence[InspectionMember]:
    """Return the team, its leader first; who left it is not named."""
    return db.session.scalars(
        select(InspectionMember)
        .where(InspectionMember.inspection_id == inspection.id, InspectionMember.left_at.is_(None))
        .order_by(InspectionMember.is_leader.desc(), InspectionMember.id)
    ).all()


def candidates(
    within: Org, scope: OrgScope, *, kinds: Sequence[str], levels: Sequence[str]
) -> list[Candidate]:
    """Return the sites below an organisation that can be drawn, by key."""
    conditions = [
        SITE.within(scope.present),
        is_standing(),
        is_in(within),
    ]
    if kinds:
        conditions.append(HazardSite.kind.in_(kinds))
    if levels:
        conditions.append(HazardSite.level.in_(levels))
    rows = db.session.execute(
        select(HazardSite.id, HazardSite.level, HazardSite.last_check_on, HazardSite.org_id)
        .join(HazardSite.org)
        .where(*conditions)
        .order_by(HazardSite.id)
    )
    return [Candidate(row[0], row[1].value, row[2], row[3]) for row in rows]


def my_items(actor: Actor, today: date, *, at_most: int = 60) -> Sequence[InspectionItem]:
    """Return what a member of a team is to see in inspections under way, by planned day."""
    planned = func.coalesce(InspectionItem.planned_on, Inspection.to_on)
    return db.session.scalars(
        _items()
        .join(InspectionItem.inspection)
        .options(contains_eager(InspectionItem.inspection))
        .join(InspectionMember, InspectionMember.id == InspectionItem.member_id)
        .where(
            InspectionMember.account_id.in_(sorted(actor.account_ids)),
            Inspection.state == InspectionState.RUNNING,
            Inspection.voided_at.is_(None),
            Inspection.from_on <= today,
            InspectionItem.voided_at.is_(None),
            _is(WAITING),
        )
        .order_by(planned, InspectionItem.id)
        .limit(at_most)
    ).all()


def site_orgs(site_ids: Sequence[int], scope: OrgScope) -> dict[int, int]:
    """Return the responsible organisation of some sites in scope, by key."""
    rows = db.session.execute(
        select(HazardSite.id, HazardSite.org_id)
        .join(HazardSite.org)
        .where(HazardSite.id.in_(sorted(site_ids)), SITE.within(scope.present))
        .order_by(HazardSite.id)
    )
    return {row[0]: row[1] for row in rows}
