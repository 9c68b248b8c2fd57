"""Reading plans; every function takes the scope it may look into."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, raiseload

from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.hazards.models import HazardSite
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan, PlanFile, PlanVersion
from drillreg.plans.rules import PlanState, Secrecy, VersionState, plan_state
from drillreg.sheets.export import READ_AT_MOST

# The version that was issued and not replaced: in force, or ended with the plan. A plan has at
# most one, and at most one draft.
Issued = aliased(PlanVersion, name="issued")
Draft = aliased(PlanVersion, name="draft")

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True)
class PlanFilter:
    """What a list of plans is narrowed to, and how it is sorted ("-" in front: downwards)."""

    org: Org | None = None
    own: bool = False
    kind: str = ""
    event_type: str = ""
    state: str = ""
    words: str = ""
    sort: str = ""


@dataclass(frozen=True)
class PlanRow:
    """A line of the register."""

    plan: Plan
    org: Org
    issued: PlanVersion | None
    draft: PlanVersion | None

    def state(self, today: date) -> PlanState:
        """Say how the plan stands on a day."""
        return plan_state(
            has_issued=self.issued is not None,
            abolished=self.issued is not None and self.issued.state is VersionState.ABOLISHED,
            review_on=self.issued.review_on if self.issued else None,
            today=today,
        )

    @property
    def version(self) -> PlanVersion | None:
        """The version the line speaks of."""
        return self.issued or self.draft


def with_versions(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join the issued version and the draft of each plan."""
    standing = (VersionState.CURRENT, VersionState.ABOLISHED)
    return statement.outerjoin(
        Issued, and_(Issued.plan_id == Plan.id, Issued.state.in_(standing))
    ).outerjoin(Draft, and_(Draft.plan_id == Plan.id, Draft.state == VersionState.DRAFT))


def in_state(state: str, today: date) -> ColumnElement[bool]:
    """Return the condition of a state on a day; the statement must be with_versions()."""
    current = Issued.state == VersionState.CURRENT
    late = func.coalesce(Issued.review_on, LAST_DAY) < today
    conditions: dict[str, ColumnElement[bool]] = {
        PlanState.CURRENT: and_(current, ~late),
        PlanState.REVIEW_DUE: and_(current, late),
        PlanState.DRAFT: Issued.id.is_(None),
        PlanState.ABOLISHED: Issued.state == VersionState.ABOLISHED,
    }
    return conditions[state]


def _has_words(words: str) -> ColumnElement[bool]:
    numbered = select(PlanVersion.plan_id).where(
        PlanVersion.document_number.icontains(words, autoescape=True)
    )
    return or_(
        Plan.title.icontains(words, autoescape=True),
        Plan.title_en.icontains(words, autoescape=True),
        Plan.id.in_(numbered),
    )


def _within(org: Org, own: bool) -> ColumnElement[bool]:
    if own:
        return Org.id == org.id
    return and_(Org.path >= org.path, Org.path < subtree_end(org.path))


def visible(scope: OrgScope) -> ColumnElement[bool]:
    """Return the condition that a plan stands and its organisation is in scope."""
    return and_(scope.allows(), is_imported(Org), Plan.voided_at.is_(None))


def _filtered(
    statement: Select[*tuple[Any, ...]], scope: OrgScope, chosen: PlanFilter, today: date
) -> Select[*tuple[Any, ...]]:
    statement = with_versions(statement.join(Org, Org.id == Plan.org_id)).where(visible(scope))
    if chosen.org is not None:
        statement = statement.where(_within(chosen.org, chosen.own))
    if chosen.kind:
        statement = statement.where(Plan.kind == chosen.kind)
    if chosen.event_type:
        statement = statement.where(Plan.event_type == chosen.event_type)
    if chosen.state:
        statement = statement.where(in_state(chosen.state, today))
    if chosen.words:
        statement = statement.where(_has_words(chosen.words))
    return statement


def _order(sort: str) -> Order:
    """Return the total order of a list: plans without the date stand behind the others."""
    column = {"issued": Issued.issued_on, "review": Issued.review_on}.get(sort.lstrip("-"))
    tree: Order = [(Org.path, "asc"), (Plan.id, "asc")]
    if column is None:
        return tree
    if sort.startswith("-"):
        return [(func.coalesce(column, FIRST_DAY), "desc"), *tree]
    return [(func.coalesce(column, LAST_DAY), "asc"), *tree]


def _row_statement() -> Select[*tuple[Any, ...]]:
    return select(Plan, Org, Issued, Draft).options(
        raiseload(Plan.versions), raiseload(Issued.files), raiseload(Draft.files)
    )


def plans_page(
    scope: OrgScope, chosen: PlanFilter, *, today: date, cursor: str | None = None, size: int = 20
) -> Page[PlanRow]:
    """Return a page of the register."""
    page = keyset_page(
        _filtered(_row_statement(), scope, chosen, today),
        order=_order(chosen.sort),
        cursor=cursor,
        size=size,
    )
    return Page([PlanRow(*row[:4]) for row in page.rows], page.next_cursor, page.size)


def count_plans(scope: OrgScope, chosen: PlanFilter, *, today: date) -> int:
    """Return how many plans a filter leaves."""
    return db.session.scalar(_filtered(select(func.count(Plan.id)), scope, chosen, today)) or 0


def all_plans(scope: OrgScope, chosen: PlanFilter, *, today: date) -> list[PlanRow]:
    """Return every plan a filter leaves, in its order, for an export."""
    order = [c.asc() if way == "asc" else c.desc() for c, way in _order(chosen.sort)]
    statement = _filtered(_row_statement(), scope, chosen, today).order_by(*order)
    return [PlanRow(*row) for row in db.session.execute(statement.limit(READ_AT_MOST))]


def get_plan(plan_id: int, scope: OrgScope) -> Plan:
    """Return a plan with its organisation, parent and versions, or raise NotFound."""
    found = db.session.scalar(
        select(Plan)
        .join(Plan.org)
        .options(contains_eager(Plan.org), joinedload(Plan.parent).joinedload(Plan.org))
        .options(joinedload(Plan.parent).raiseload(Plan.versions))
        .where(Plan.id == plan_id, scope.allows(), is_imported(Org))
    )
    if found is None:
        raise NotFound(N_("There is no such plan."))
    return found


def get_paper(plan: Plan, paper_id: int) -> PlanFile:
    """Return a standing paper of a plan that was read within a scope, or raise NotFound."""
    for version in plan.versions:
        for paper in version.papers:
            if paper.id == paper_id:
                return paper
    raise NotFound(N_("There is no such paper."))


def children_of(plan: Plan, scope: OrgScope) -> list[PlanRow]:
    """Return the plans made under a plan, as far as they are in scope."""
    statement = (
        with_versions(_row_statement().join(Org, Org.id == Plan.org_id))
        .where(Plan.parent_plan_id == plan.id, visible(scope))
        .order_by(Org.path, Plan.id)
    )
    return [PlanRow(*row) for row in db.session.execute(statement)]


def count_sites_under(plan: Plan, scope: OrgScope) -> int:
    """Return how many hazard sites in scope lie where a plan applies and are of its event."""
    kinds = [
        kind.code
        for kind in code_list("hazard_kind")
        if plan.event_type in {"general", kind.attributes["event_type"]}
    ]
    found = db.session.scalar(
        select(func.count(HazardSite.id))
        .join(Org, Org.id == HazardSite.org_id)
        .where(
            _within(plan.org, own=False),
            HazardSite.kind.in_(kinds),
            HazardSite.voided_at.is_(None),
            is_imported(HazardSite),
            scope.allows(),
        )
    )
    return found or 0


def _ids_on_path(path: str) -> list[int]:
    """Return the ids of an organisation and everything above it."""
    return [int(part) for part in path.rstrip("/").split("/")]


def parent_choices(
    org: Org, scope: OrgScope, *, except_id: int | None = None
) -> Sequence[tuple[int, Plan, Org]]:
    """Return the plans in force at and above an organisation that a plan can be made under.

    What lies outside the scope is offered only when it is public.
    """
    rows = db.session.execute(
        select(Plan, Org)
        .join(Org, Org.id == Plan.org_id)
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .options(raiseload(Plan.versions))
        .where(
            PlanVersion.state == VersionState.CURRENT,
            Plan.voided_at.is_(None),
            Plan.id != (except_id or 0),
            Org.id.in_(_ids_on_path(org.path)),
            or_(scope.allows(), Plan.secrecy == Secrecy.PUBLIC),
        )
        .order_by(Org.path, Plan.event_type, Plan.id)
    ).all()
    return [(plan.id, plan, owner) for plan, owner in rows]


def _in_force(scope: OrgScope) -> Select[Plan]:
    return (
        select(Plan)
        .join(Plan.org)
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .options(contains_eager(Plan.org), raiseload(Plan.versions))
        .where(PlanVersion.state == VersionState.CURRENT, visible(scope))
    )


def current_plans_for(org: Org, event_type: str, scope: OrgScope) -> Sequence[Plan]:
    """Return an organisation's own plans in force for a kind of event, oldest first."""
    return db.session.scalars(
        _in_force(scope)
        .where(Plan.org_id == org.id, Plan.event_type == event_type)
        .order_by(Plan.id)
    ).all()


def plans_covering(org: Org, event_type: str, scope: OrgScope) -> Sequence[Plan]:
    """Return the plans in force that reach an organisation in a kind of event.

    Its own and those of the organisations above it, for this event or for all hazards; the
    nearest organisation first, the plan for this very event before the general one.
    """
    return db.session.scalars(
        _in_force(scope)
        .where(
            Org.id.in_(_ids_on_path(org.path)),
            Plan.event_type.in_([event_type, "general"]),
        )
        .order_by(Org.path.desc(), Plan.event_type == "general", Plan.id)
    ).all()


def plan_choices(scope: OrgScope, org: Org) -> list[tuple[int, str]]:
    """Return (id, label) of the plans in force that an organisation can drill, its own first."""
    found = db.session.scalars(
        _in_force(scope)
        .where(Org.id.in_(_ids_on_path(org.path)))
        .order_by(Org.path.desc(), Plan.event_type, Plan.id)
    ).all()
    return [
        (plan.id, plan.title if plan.org_id == org.id else f"{plan.title}（{plan.org.name}）")
        for plan in found
    ]
