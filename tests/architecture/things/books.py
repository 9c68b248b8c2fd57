"""An action card of a plan at an organisation."""

from datetime import UTC, datetime

from drillreg.books.models import ActionCard
from drillreg.core.db import db
from drillreg.plans.models import Plan, PlanVersion

MAY_REFUSE = {"books.cards_pdf": "this plan has no card"}
NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)


def things_at(org):
    """Make a plan with a card."""
    plan = Plan(org_id=org.id, kind="special", event_type="flood", title="防汛预案", created_at=NOW)
    version = PlanVersion(plan=plan, number=1, created_at=NOW)
    db.session.add_all([plan, version])
    db.session.flush()
    card = ActionCard(
        plan_id=plan.id, version_id=version.id, role="组长", actions="报告险情", edited_at=NOW
    )
    db.session.add(card)
    db.session.flush()
    return {"card": {"plan_id": plan.id, "card_id": card.id}}
