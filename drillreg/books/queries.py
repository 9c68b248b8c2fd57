"""Reading abridged plans and cards; the caller has fetched the plan in scope."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from drillreg.books.models import ActionCard, PlanAbridged
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.queries import PlanFilter, PlanRow, all_plans
from drillreg.plans.rules import Secrecy, VersionState
from drillreg.work.models import WorkItem

BOOK_WORK = "books.compile"


def abridged_of(plan: Plan) -> PlanAbridged | None:
    """Return the edited abridged text of a plan, or None."""
    return db.session.scalar(select(PlanAbridged).where(PlanAbridged.plan_id == plan.id))


def cards_of(plan: Plan) -> Sequence[ActionCard]:
    """Return the standing cards of a plan in the order they were made."""
    return db.session.scalars(
        select(ActionCard)
        .where(ActionCard.plan_id == plan.id, ActionCard.voided_at.is_(None))
        .order_by(ActionCard.id)
    ).all()


def get_card(plan: Plan, card_id: int) -> ActionCard:
    """Return a standing card of a plan, or raise NotFound."""
    found = next((card for card in cards_of(plan) if card.id == card_id), None)
    if found is None:
        raise NotFound(N_("There is no such card."))
    return found


def shown_version(plan: Plan) -> PlanVersion:
    """Return the version that stands for a plan: in force, else its draft, else its newest."""
    return plan.current or plan.draft or plan.versions[0]


def plans_to_bind(
    scope: OrgScope, org: Org, *, own: bool, internal: bool, today: date
) -> list[PlanRow]:
    """Return the plans in force at and below an organisation that a reader reaches today."""
    chosen = PlanFilter(org=org, own=own)
    return [
        row
        for row in all_plans(scope.present, chosen, today=today)
        if row.issued is not None
        and row.issued.state is VersionState.CURRENT
        and (internal or row.plan.secrecy is Secrecy.PUBLIC)
    ]


def my_books(actor: Actor, *, at_most: int = 20) -> Sequence[WorkItem]:
    """Return the books a person asked for, newest first."""
    return db.session.scalars(
        select(WorkItem)
        .where(WorkItem.account_id == actor.account_id, WorkItem.kind == BOOK_WORK)
        .order_by(WorkItem.id.desc())
        .limit(at_most)
    ).all()
