"""Who has followed a plan above: the tree below it, read level by level within a scope."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, raiseload

from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.queries import visible
from drillreg.plans.rules import VersionState
from drillreg.plans.scope import PLAN
from drillreg.revisions.models import PlanTrigger
from drillreg.revisions.rules import FOLLOWING, PARENTS, Above, Answer, Follow, follow

DEPTH = 5
# Plans of one level that are read at most; a county has some hundred.
MOST = 500
ENDED = (VersionState.CURRENT, VersionState.ABOLISHED)

Own = aliased(PlanVersion, name="own")
Work = aliased(PlanVersion, name="work")
Top = aliased(PlanVersion, name="top")
Rests = aliased(PlanVersion, name="rests")


@dataclass
class Branch:
    """A plan in the tree: how it stands to the one above, and what is made under it."""

    plan: Plan
    org: Org
    follow: Follow
    version: PlanVersion | None
    rests_on: int | None
    reason: str = ""
    below: list["Branch"] = field(default_factory=list)
    # Plans made under it that lie out of reach: how many follow, how many do not.
    hidden_following: int = 0
    hidden_behind: int = 0

    @property
    def follows(self) -> bool:
        """Whether nothing is left to do."""
        return self.follow in FOLLOWING


@dataclass(frozen=True)
class Tally:
    """How many of the plans made directly under one follow it, out of reach or not."""

    following: int
    behind: int


def _rows(parent_ids: Collection[int], scope: OrgScope) -> Select[Any]:
    """Select the plans made under some, each with how it and the one above stand."""
    inside = case((PLAN.within(scope.present), 1), else_=0)
    return (
        _standing(select(Plan, Org, Own, Work, Top, Rests.number, PlanTrigger, inside))
        .options(
            raiseload(Plan.versions),
            *(raiseload(each.files) for each in (Own, Work, Top)),
        )
        .where(Plan.parent_plan_id.in_(sorted(parent_ids)))
        .order_by(Org.path, Plan.id)
        .limit(MOST)
    )


def _standing(statement: Select[Any]) -> Select[Any]:
    ended = select(PlanVersion.plan_id).where(PlanVersion.state == VersionState.ABOLISHED)
    return (
        statement.select_from(Plan)
        .join(Org, Org.id == Plan.org_id)
        .outerjoin(Own, and_(Own.plan_id == Plan.id, Own.state == VersionState.CURRENT))
        .outerjoin(Work, and_(Work.plan_id == Plan.id, Work.state == VersionState.DRAFT))
        .outerjoin(Top, and_(Top.plan_id == Plan.parent_plan_id, Top.state.in_(ENDED)))
        .outerjoin(Rests, Rests.id == Own.parent_version_id)
        .outerjoin(
            PlanTrigger,
            and_(
                PlanTrigger.plan_id == Plan.id,
                PlanTrigger.origin.in_(PARENTS),
                PlanTrigger.subject_id == Top.id,
                PlanTrigger.answer == Answer.KEEP,
            ),
        )
        .where(Plan.voided_at.is_(None), is_imported(Org), Plan.id.not_in(ended))
    )


def _branch(row: Any) -> Branch:
    plan, org, own, work, top, number, kept, _ = row
    above = Above(top.id if top else None, top is not None and top.state is VersionState.CURRENT)
    how = follow(
        above,
        rests_on=own.parent_version_id if own else None,
        issued=own is not None,
        writing_on=work.parent_version_id if work else None,
        confirmed=kept is not None,
    )
    return Branch(plan, org, how, own or work, number, kept.answer_reason if kept else "")


def tree_below(plan: Plan, scope: OrgScope) -> Branch:
    """Return the tree below a plan read in scope, one statement a level, at most DEPTH levels.

    Plans out of reach are counted where they hang and not opened.
    """
    root = Branch(plan, plan.org, Follow.FOLLOWED, plan.current, None)
    level = {plan.id: root}
    seen = {plan.id}
    for _ in range(DEPTH):
        if not level:
            break
        below: dict[int, Branch] = {}
        for row in db.session.execute(_rows(level.keys(), scope)):
            branch = _branch(row)
            above = level[branch.plan.parent_plan_id or 0]
            if not row[-1]:
                above.hidden_following += branch.follows
                above.hidden_behind += not branch.follows
            elif branch.plan.id not in seen:
                above.below.append(branch)
                below[branch.plan.id] = branch
        seen |= below.keys()
        level = below
    return root


def own_standing(plan: Plan, scope: OrgScope) -> Branch | None:
    """Return how a plan read in scope stands to the one above; None where it has none."""
    if plan.parent_plan_id is None or plan.voided_at is not None:
        return None
    row = db.session.execute(_rows([plan.parent_plan_id], scope).where(Plan.id == plan.id)).first()
    return _branch(row) if row else None


def tally_below(plan: Plan, scope: OrgScope) -> Tally:
    """Return how many plans directly under one read in scope follow it and how many do not."""
    branches = [_branch(row) for row in db.session.execute(_rows([plan.id], scope))]
    following = sum(branch.follows for branch in branches)
    return Tally(following, len(branches) - following)


def top_version(plan_id: int) -> PlanVersion | None:
    """Return the version of a plan that is in force, or that was when it was abolished."""
    return db.session.scalar(
        select(PlanVersion).where(PlanVersion.plan_id == plan_id, PlanVersion.state.in_(ENDED))
    )


# Plans that should rest on another


def _lacks_parent() -> ColumnElement[bool]:
    gone = select(PlanVersion.plan_id).where(PlanVersion.state == VersionState.ABOLISHED)
    kinds = [
        and_(Plan.kind == item.code, Org.kind.in_(item.attributes["org_kinds"]))
        for item in code_list("parent_needed")
    ]
    return and_(
        or_(*kinds),
        or_(Plan.parent_plan_id.is_(None), Plan.parent_plan_id.in_(gone)),
        Plan.id.not_in(gone),
    )


ORDER: Order = [(Org.path, "asc"), (Plan.id, "asc")]


def without_parent(scope: OrgScope, *, cursor: str | None = None, size: int = 20) -> Page[Plan]:
    """Return a page of the plans in scope that should name a plan above and name none in force."""
    statement = (
        select(Plan)
        .join(Plan.org)
        .options(contains_eager(Plan.org), raiseload(Plan.versions))
        .where(visible(scope.present), _lacks_parent())
    )
    return keyset_page(statement, order=ORDER, cursor=cursor, size=size)


def count_without_parent(scope: OrgScope) -> int:
    """Return how many plans in scope should name a plan above and name none in force."""
    statement = select(func.count(Plan.id)).join(Org, Org.id == Plan.org_id)
    return db.session.scalar(statement.where(visible(scope.present), _lacks_parent())) or 0


def flat(branches: Sequence[Branch], depth: int = 0) -> list[tuple[int, Branch]]:
    """Return a tree as lines, each with how deep it hangs."""
    lines = []
    for branch in branches:
        lines.append((depth, branch))
        lines += flat(branch.below, depth + 1)
    return lines
