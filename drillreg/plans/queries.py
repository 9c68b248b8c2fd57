"""Reading plans; every function takes the scope it may look into."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, raiseload

from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan, PlanFile, PlanVersion
from drillreg.plans.rules import PlanState, VersionState, plan_state
from drillreg.plans.scope import PLAN
from drillreg.plans.standing import LAST_DAY, Draft, Issued, as_seen, in_state, with_versions
from drillreg.sheets.export import READ_AT_MOST

FIRST_DAY = date(1900, 1, 1)


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
    # One of `plan_level.toml`, and the first and last day of issue.
    level: str = ""
    issued_from: date | None = None
    issued_until: date | None = None


@dataclass(frozen=True)
class PlanRow:
    """A line of the register."""

    plan: Plan
    org: Org
    issued: PlanVersion | None
    draft: PlanVersion | None
    # The organisation has left the reader's territory: the plan stands as it did on that day.
    is_past: bool = False

    def state(self, today: date) -> PlanState:
        """Say how the plan stands on a day."""
        ended = self.issued is not None and self.issued.state is VersionState.ABOLISHED
        return plan_state(
            has_issued=self.issued is not None,
            abolished=ended and not self.is_past,
            review_on=self.issued.review_on if self.issued else None,
            today=today,
        )

    @property
    def version(self) -> PlanVersion | None:
        """The version the line speaks of."""
        return self.issued or self.draft


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
    return and_(PLAN.within(scope), is_imported(Org), Plan.voided_at.is_(None))


def filtered(
    statement: Select[*tuple[Any, ...]], scope: OrgScope, chosen: PlanFilter, today: date
) -> Select[*tuple[Any, ...]]:
    """Join what a list of plans speaks of and narrow it to a scope and a filter."""
    statement = with_versions(statement.join(Org, Org.id == Plan.org_id), scope)
    statement = statement.where(visible(scope))
    if chosen.org is not None:
        statement = statement.where(_within(chosen.org, chosen.own))
    if chosen.kind:
        statement = statement.where(Plan.kind == chosen.kind)
    if chosen.event_type:
        statement = statement.where(Plan.event_type == chosen.event_type)
    if chosen.state:
        statement = statement.where(in_state(chosen.state, scope, today))
    if chosen.words:
        statement = statement.where(_has_words(chosen.words))
    return statement.where(*_of_level_and_day(chosen))


def _of_level_and_day(chosen: PlanFilter) -> Iterator[ColumnElement[bool]]:
    if level := code_list("plan_level").get(chosen.level):
        yield Org.kind.in_(level.attributes["org_kinds"])
    if chosen.issued_from is not None:
        yield Issued.issued_on >= chosen.issued_from
    if chosen.issued_until is not None:
        yield Issued.issued_on <= chosen.issued_until


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
        filtered(_row_statement(), scope, chosen, today),
        order=_order(chosen.sort),
        cursor=cursor,
        size=size,
    )
    return Page(_rows(page.rows, scope), page.next_cursor, page.size)


def _rows(found: Iterable[Any], scope: OrgScope) -> list[PlanRow]:
    return [
        PlanRow(plan, org, issued, draft, scope.cut(PLAN.code, plan.id, org) is not None)
        for plan, org, issued, draft, *_ in found
    ]


def rows_of(plan_ids: Collection[int], scope: OrgScope) -> list[PlanRow]:
    """Return the lines of some plans, as far as they are in scope."""
    statement = with_versions(_row_statement().join(Org, Org.id == Plan.org_id), scope)
    statement = statement.where(visible(scope), Plan.id.in_(plan_ids))
    return _rows(db.session.execute(statement), scope)


def count_plans(scope: OrgScope, chosen: PlanFilter, *, today: date) -> int:
    """Return how many plans a filter leaves."""
    return db.session.scalar(filtered(select(func.count(Plan.id)), scope, chosen, today)) or 0


def all_plans(scope: OrgScope, chosen: PlanFilter, *, today: date) -> list[PlanRow]:
    """Return every plan a filter leaves, in its order, for an export."""
    sorting = [c.asc() if way == "asc" else c.desc() for c, way in _order(chosen.sort)]
    statement = filtered(_row_statement(), scope, chosen, today).order_by(*sorting)
    return _rows(db.session.execute(statement.limit(READ_AT_MOST)), scope)


def get_plan(plan_id: int, scope: OrgScope) -> Plan:
    """Return a plan with its organisation, parent and versions, or raise NotFound."""
    found = db.session.scalar(
        select(Plan)
        .join(Plan.org)
        .options(contains_eager(Plan.org), joinedload(Plan.parent).joinedload(Plan.org))
        .options(joinedload(Plan.parent).raiseload(Plan.versions))
        .where(Plan.id == plan_id, PLAN.within(scope), is_imported(Org))
    )
    if found is None:
        raise NotFound(N_("There is no such plan."))
    return as_seen(found, scope)


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
        with_versions(_row_statement().join(Org, Org.id == Plan.org_id), scope)
        .where(Plan.parent_plan_id == plan.id, visible(scope))
        .order_by(Org.path, Plan.id)
    )
    return _rows(db.session.execute(statement), scope)


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
            SITE.within(scope),
        )
    )
    return found or 0
