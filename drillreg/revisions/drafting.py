"""Reading yearly drafting plans within a scope: their items, how far each is, what to propose."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, raiseload

from drillreg.core.codes import code_label, code_list
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.duties.cards import books_of
from drillreg.duties.queries import DutyFilter, all_duties
from drillreg.duties.states import State
from drillreg.duties.terms import Owed
from drillreg.i18n import N_
from drillreg.orgs.calendars import calendar_owner
from drillreg.orgs.models import Org
from drillreg.orgs.queries import orgs_of_kinds
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.naming import suggested_title
from drillreg.plans.queries import visible
from drillreg.plans.rules import VersionState
from drillreg.revisions.models import DraftingCopy, DraftingItem, DraftingPlan
from drillreg.revisions.queries import first_to_answer, reasons_of
from drillreg.revisions.rules import Progress, progress
from drillreg.revisions.wording import kept

# Proposals of one kind that are shown at once; what is left is proposed again the next time.
MOST = 100
MAKERS = "drafting_maker"


def makers(scope: OrgScope) -> Sequence[Org]:
    """Return the organisations in scope that make such plans, in the order of the tree."""
    return orgs_of_kinds(scope, code_list(MAKERS).codes())


def drafting_page(
    scope: OrgScope, *, cursor: str | None = None, size: int = 20
) -> Page[DraftingPlan]:
    """Return a page of drafting plans in scope, the newest year first."""
    statement = (
        select(DraftingPlan)
        .join(DraftingPlan.org)
        .options(contains_eager(DraftingPlan.org))
        .where(scope.present.allows())
    )
    order = [(DraftingPlan.year, "desc"), (DraftingPlan.id, "desc")]
    return keyset_page(statement, order=order, cursor=cursor, size=size)  # type: ignore[arg-type]


def get_drafting(drafting_id: int, scope: OrgScope) -> DraftingPlan:
    """Return a drafting plan with its organisation, or raise NotFound."""
    found = db.session.scalar(
        select(DraftingPlan)
        .join(DraftingPlan.org)
        .options(contains_eager(DraftingPlan.org))
        .where(DraftingPlan.id == drafting_id, scope.present.allows())
    )
    if found is None:
        raise NotFound(N_("There is no such drafting plan."))
    return found


def get_item(item_id: int, scope: OrgScope) -> DraftingItem:
    """Return an item that is seen by who made the plan, who writes and who leads; else NotFound."""
    maker, lead = aliased(Org), aliased(Org)
    now = scope.present
    found = db.session.scalar(
        select(DraftingItem)
        .join(DraftingItem.drafting)
        .join(maker, maker.id == DraftingPlan.org_id)
        .join(Org, Org.id == DraftingItem.org_id)
        .join(lead, lead.id == DraftingItem.lead_org_id)
        .options(
            contains_eager(DraftingItem.drafting).contains_eager(DraftingPlan.org, alias=maker),
            contains_eager(DraftingItem.org),
            contains_eager(DraftingItem.lead, alias=lead),
        )
        .where(
            DraftingItem.id == item_id,
            or_(now.allows(maker), now.allows(Org), now.allows(lead)),
        )
    )
    if found is None:
        raise NotFound(N_("There is no such drafting plan."))
    return found


@dataclass(frozen=True)
class Line:
    """An item and how far it is."""

    item: DraftingItem
    progress: Progress
    plan_id: int | None
    issued_on: date | None

    def is_late(self, today: date) -> bool:
        """Say whether it should have been issued by now."""
        return self.progress is not Progress.ISSUED and self.item.due_on < today


def _standing(*where: ColumnElement[bool]) -> dict[int, Line]:
    """Return the standing items under a condition with their progress, in two statements."""
    items = db.session.scalars(
        select(DraftingItem)
        .options(joinedload(DraftingItem.org), joinedload(DraftingItem.lead))
        .where(DraftingItem.voided_at.is_(None), *where)
        .order_by(DraftingItem.due_on, DraftingItem.id)
    ).all()
    plans = _plans_of(items)
    return {item.id: _line(item, plans) for item in items}


def _plans_of(items: Sequence[DraftingItem]) -> list[tuple[Plan, list[PlanVersion]]]:
    """Return the plans the items are about: by key, a new one by its owner, kind and event."""
    ids = sorted({item.plan_id for item in items if item.plan_id})
    owners = sorted({item.org_id for item in items if item.plan_id is None})
    if not ids and not owners:
        return []
    rows = db.session.execute(
        select(Plan, PlanVersion)
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .options(raiseload(Plan.versions), raiseload(PlanVersion.files))
        .where(
            or_(Plan.id.in_(ids), Plan.org_id.in_(owners)),
            Plan.voided_at.is_(None),
            PlanVersion.state.in_((VersionState.CURRENT, VersionState.DRAFT)),
        )
        .order_by(Plan.id)
    )
    found: dict[int, tuple[Plan, list[PlanVersion]]] = {}
    for plan, version in rows:
        found.setdefault(plan.id, (plan, []))[1].append(version)
    return list(found.values())


def is_about(item: DraftingItem, plan: Plan) -> bool:
    """Say whether an item means a plan."""
    if item.plan_id is not None:
        return item.plan_id == plan.id
    subject = (plan.org_id, plan.kind, plan.event_type)
    return subject == (item.org_id, item.kind, item.event_type)


def _line(item: DraftingItem, plans: Sequence[tuple[Plan, list[PlanVersion]]]) -> Line:
    found = [(plan, versions) for plan, versions in plans if is_about(item, plan)]
    versions = [version for _, each in found for version in each]
    drafts = [v for v in versions if v.state is VersionState.DRAFT]
    issued = [v.issued_on for v in versions if v.state is VersionState.CURRENT and v.issued_on]
    last = max(issued, default=None)
    return Line(
        item,
        progress(
            issued_on=last,
            entered_on=item.entered_on,
            has_draft=bool(drafts),
            locked=any(v.locked_at is not None for v in drafts),
        ),
        found[-1][0].id if found else None,
        last,
    )


def lines_of(drafting: DraftingPlan) -> list[Line]:
    """Return the standing items of a drafting plan read in scope, the earliest due first."""
    return list(_standing(DraftingItem.drafting_id == drafting.id).values())


def line_of(item: DraftingItem) -> Line:
    """Return how far an item read in scope is."""
    return _line(item, _plans_of([item]))


def counts_of(draftings: Sequence[DraftingPlan]) -> dict[int, tuple[int, int]]:
    """Return how many items each of some drafting plans has, and how many of them are issued."""
    ids = [each.id for each in draftings]
    found: dict[int, tuple[int, int]] = dict.fromkeys(ids, (0, 0))
    for line in _standing(DraftingItem.drafting_id.in_(ids)).values():
        total, done = found[line.item.drafting_id]
        issued = line.progress is Progress.ISSUED
        found[line.item.drafting_id] = (total + 1, done + issued)
    return found


def struck_of(drafting: DraftingPlan) -> Sequence[DraftingItem]:
    """Return the items of a drafting plan read in scope that were struck out."""
    return db.session.scalars(
        select(DraftingItem)
        .where(DraftingItem.drafting_id == drafting.id, DraftingItem.voided_at.is_not(None))
        .order_by(DraftingItem.id)
    ).all()


def copies_of(drafting: DraftingPlan) -> Sequence[DraftingCopy]:
    """Return to whom a drafting plan read in scope was copied, in order."""
    return db.session.scalars(
        select(DraftingCopy)
        .where(DraftingCopy.drafting_id == drafting.id)
        .order_by(DraftingCopy.sent_on, DraftingCopy.id)
    ).all()


# What the office should put into it


@dataclass(frozen=True)
class Proposal:
    """A plan that is missing, late or to be revised, as the office could put it into its plan."""

    key: str
    org: Org
    kind: str
    event_type: str
    title: str
    plan_id: int | None
    why: str


def proposals_for(drafting: DraftingPlan, scope: OrgScope, *, today: date) -> list[Proposal]:
    """Return what is not in a drafting plan yet: gaps, plans past review, plans with open reasons.

    The first hundred of each; what is due for review by the end of the year counts as well.
    """
    taken = lines_of(drafting)
    found = [
        *_gaps(drafting.org, scope, today),
        *_to_review(drafting, scope),
        *_to_answer(drafting.org, scope, today),
    ]
    seen: set[str] = set()
    left = []
    for each in found:
        known = any(
            line.item.plan_id == each.plan_id
            if each.plan_id
            else (line.item.org_id, line.item.event_type) == (each.org.id, each.event_type)
            for line in taken
        )
        if not known and each.key not in seen:
            seen.add(each.key)
            left.append(each)
    return left


def _kinds_by_org() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in code_list("plan_kind"):
        for kind in item.attributes["org_kinds"]:
            found.setdefault(kind, []).append(item.code)
    return found


def _kind_for(org: Org, event_type: str, kinds: Collection[str]) -> str:
    """Return the usual kind of plan of an organisation for an event: the overall one for all."""
    overall = [kind for kind in kinds if "overall" in kind]
    others = [kind for kind in kinds if "overall" not in kind]
    ordered = [*overall, *others] if event_type == "general" else [*others, *overall]
    return next(iter(ordered), "")


def _gaps(org: Org, scope: OrgScope, today: date) -> list[Proposal]:
    wanted = DutyFilter(
        node=org,
        owed=frozenset({Owed.PLAN.value}),
        states=frozenset({State.BREACHED, State.AT_RISK}),
    )
    rows = all_duties(scope.present, wanted, today=today)[:MOST]
    kinds, events = _kinds_by_org(), code_list("event_type")
    found = []
    books = books_of(rows, {row.org_id: row.org for row in rows})
    for row in rows:
        owner, event_type = row.org, row.event_type or "general"
        rule = books[calendar_owner(owner)].on(row.rule, row.rule_from)
        kind = _kind_for(owner, event_type, kinds.get(owner.kind, []))
        event = events.get(event_type)
        if not kind or event is None or rule is None:
            continue
        found.append(
            Proposal(
                f"gap-{owner.id}-{event_type}",
                owner,
                kind,
                event_type,
                suggested_title(owner.name, event.label["zh"], event_type, kind),
                None,
                kept(N_("Missing: %(rule)s"), rule=rule.title["zh"]),
            )
        )
    return found


def _to_review(drafting: DraftingPlan, scope: OrgScope) -> list[Proposal]:
    path = drafting.org.path
    rows = db.session.execute(
        select(Plan, PlanVersion.review_on)
        .join(Plan.org)
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .options(contains_eager(Plan.org), raiseload(Plan.versions))
        .where(
            visible(scope.present),
            Org.path >= path,
            Org.path < subtree_end(path),
            PlanVersion.state == VersionState.CURRENT,
            PlanVersion.review_on <= date(drafting.year, 12, 31),
        )
        .order_by(PlanVersion.review_on, Plan.id)
        .limit(MOST)
    )
    return [
        _of_plan(plan, kept(N_("To be evaluated by %(day)s"), day=review_on.isoformat()))
        for plan, review_on in rows
        if review_on is not None
    ]


def _to_answer(org: Org, scope: OrgScope, today: date) -> list[Proposal]:
    plans = first_to_answer(scope, org, today=today, most=MOST)
    reasons = reasons_of([plan.id for plan in plans], today)
    found = []
    for plan in plans:
        if plan.id in reasons:
            each = reasons[plan.id]
            origins = [t.origin for t in each.recorded] + [s.origin for s in each.seen]
            words = "；".join(code_label(code, "trigger_origin") for code in dict.fromkeys(origins))
            found.append(_of_plan(plan, words))
    return found


def _of_plan(plan: Plan, why: str) -> Proposal:
    return Proposal(
        f"plan-{plan.id}", plan.org, plan.kind, plan.event_type, plan.title, plan.id, why
    )


def count_items(drafting: DraftingPlan) -> int:
    """Return how many items of a drafting plan read in scope stand."""
    return (
        db.session.scalar(
            select(func.count(DraftingItem.id)).where(
                DraftingItem.drafting_id == drafting.id, DraftingItem.voided_at.is_(None)
            )
        )
        or 0
    )
