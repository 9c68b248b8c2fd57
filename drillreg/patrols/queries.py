"""Reading patrol plans within a scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from drillreg.accounts.models import Account, Person, RoleAssignment
from drillreg.accounts.rules import roles
from drillreg.core.access import Permission
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.hazards.standing import is_standing
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.patrols.covering import WITHIN, covered
from drillreg.patrols.models import PatrolDay, PatrolPlan


@dataclass(frozen=True)
class PlanFilter:
    """What the list of plans is narrowed to; `state` is "running", "paused" or "ended"."""

    within: Org | None = None
    kind: str = ""
    state: str = ""


def _conditions(wanted: PlanFilter, scope: OrgScope, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [scope.present.allows(), PatrolPlan.voided_at.is_(None)]
    if wanted.within is not None:
        path = wanted.within.path
        found += [Org.path >= path, Org.path < subtree_end(path)]
    if wanted.kind:
        found.append(PatrolPlan.kind == wanted.kind)
    lasts = or_(PatrolPlan.to_on.is_(None), PatrolPlan.to_on >= today)
    if wanted.state == "running":
        found += [lasts, PatrolPlan.paused_on.is_(None)]
    elif wanted.state == "paused":
        found += [lasts, PatrolPlan.paused_on.is_not(None)]
    elif wanted.state == "ended":
        found.append(~lasts)
    return found


def plans_page(
    wanted: PlanFilter, scope: OrgScope, *, today: date, cursor: str | None = None, size: int = 20
) -> Page[PatrolPlan]:
    """Return a page of plans, the newest first."""
    return keyset_page(
        select(PatrolPlan)
        .join(PatrolPlan.org)
        .options(contains_eager(PatrolPlan.org), joinedload(PatrolPlan.within))
        .where(*_conditions(wanted, scope, today)),
        order=[(PatrolPlan.id, "desc")],
        cursor=cursor,
        size=size,
    )


def count_plans(wanted: PlanFilter, scope: OrgScope, *, today: date) -> int:
    """Return how many plans there are under a filter."""
    statement = select(func.count()).select_from(PatrolPlan).join(PatrolPlan.org)
    return db.session.scalar(statement.where(*_conditions(wanted, scope, today))) or 0


def get_plan(plan_id: int, scope: OrgScope) -> PatrolPlan:
    """Return a plan with its organisations, or raise NotFound out of scope."""
    found = db.session.scalar(
        select(PatrolPlan)
        .join(PatrolPlan.org)
        .options(contains_eager(PatrolPlan.org), joinedload(PatrolPlan.within))
        .where(PatrolPlan.id == plan_id, scope.present.allows(), PatrolPlan.voided_at.is_(None))
    )
    if found is None:
        raise NotFound(N_("There is no such patrol plan."))
    return found


def seen_plans(plan_ids: Sequence[int], scope: OrgScope) -> frozenset[int]:
    """Return which of some plans may be opened: those of organisations in scope."""
    found = db.session.scalars(
        select(PatrolPlan.id)
        .join(PatrolPlan.org)
        .where(PatrolPlan.id.in_(sorted(set(plan_ids))), scope.present.allows())
    )
    return frozenset(found)


def days_ahead(plan: PatrolPlan, today: date, *, at_most: int = 8) -> Sequence[PatrolDay]:
    """Return the rounds that go on or come next."""
    return db.session.scalars(
        select(PatrolDay)
        .where(PatrolDay.plan_id == plan.id, PatrolDay.last_on >= today)
        .order_by(PatrolDay.first_on, PatrolDay.id)
        .limit(at_most)
    ).all()


def sites_of_plan(plan: PatrolPlan, scope: OrgScope, fresh: ColumnElement[bool]) -> dict[str, int]:
    """Return how many sites a plan covers today: fresh, stale and never checked."""
    never = HazardSite.last_check_on.is_(None)
    state = case((never, "never"), (fresh, "fresh"), else_="stale")
    rows = db.session.execute(
        select(state, func.count())
        .select_from(PatrolPlan)
        .join(WITHIN, WITHIN.id == PatrolPlan.within_id)
        .join(HazardSite, HazardSite.id > 0)
        .join(Org, Org.id == HazardSite.org_id)
        .where(PatrolPlan.id == plan.id, *covered(), is_standing(), SITE.within(scope.present))
        .group_by(state)
    )
    return {str(row[0]): int(row[1]) for row in rows}


def sites_by_number(numbers: Sequence[str], scope: OrgScope) -> dict[str, list[int]]:
    """Return the keys of the standing sites in scope by number, for those asked for."""
    found: dict[str, list[int]] = {}
    rows = db.session.execute(
        select(HazardSite.number, HazardSite.id)
        .join(HazardSite.org)
        .where(HazardSite.number.in_(numbers), SITE.within(scope.present), is_standing())
        .order_by(HazardSite.id)
    )
    for number, site_id in rows:
        found.setdefault(number, []).append(site_id)
    return found


def numbers_of(plan: PatrolPlan) -> list[str]:
    """Return the numbers of the sites a plan names."""
    ids = [pick.site_id for pick in plan.picks if pick.site_id is not None]
    if not ids:
        return []
    return list(
        db.session.scalars(
            select(HazardSite.number).where(HazardSite.id.in_(ids)).order_by(HazardSite.number)
        )
    )


def people_to_send(org: Org, *, on: date, at_most: int = 500) -> dict[int, str]:
    """Return the accounts below an organisation that record checks, with name and place."""
    codes = [role.code for role in roles().values() if Permission.LOG_CHECKS in role.territory]
    rows = db.session.execute(
        select(Account.id, Person.name, Org.name)
        .join(Person, Person.id == Account.person_id)
        .join(RoleAssignment, RoleAssignment.account_id == Account.id)
        .join(Org, Org.id == RoleAssignment.org_id)
        .where(
            RoleAssignment.role.in_(codes),
            RoleAssignment.from_on <= on,
            or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > on),
            Account.disabled_at.is_(None),
            Org.path >= org.path,
            Org.path < subtree_end(org.path),
        )
        .order_by(Org.path, Account.id)
        .limit(at_most)
    )
    return {account_id: f"{name}（{place}）" for account_id, name, place in rows}
