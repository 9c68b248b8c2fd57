"""A reason to revise, an evaluation and a drafting plan at an organisation."""

from datetime import UTC, date, datetime

from drillreg.core.db import db
from drillreg.files.models import StoredFile
from drillreg.files.operations import keep_bytes
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import VersionState
from drillreg.revisions.models import (
    DraftingItem,
    DraftingPlan,
    PlanEvaluation,
    PlanTrigger,
)

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
TODAY = date(2026, 5, 12)
PDF = b"%PDF-1.7 not really a paper"

MAY_REFUSE = {
    "revisions.approve_now": "who may only look may not take a step",
    "revisions.confirm_now": "the plan rests on none",
    "revisions.answer_seen": "nothing is seen about the plan",
}


def things_at(org):
    """Make the things of this feature at an organisation and return what routes call them by."""
    paper = StoredFile(
        sha256=keep_bytes(PDF),
        size=len(PDF),
        media_type="application/pdf",
        name="reason.pdf",
        created_at=NOW,
    )
    plan = Plan(org_id=org.id, kind="special", event_type="flood", title="防汛", created_at=NOW)
    version = PlanVersion(
        plan=plan,
        number=1,
        state=VersionState.CURRENT,
        issued_on=date(2025, 5, 12),
        created_at=NOW,
    )
    db.session.add_all([paper, plan, version])
    db.session.flush()
    trigger = PlanTrigger(
        plan_id=plan.id,
        reason="risk",
        origin="hand",
        happened_on=TODAY,
        what="风险变化",
        file_id=paper.id,
        recorded_at=NOW,
    )
    evaluation = PlanEvaluation(
        plan_id=plan.id,
        version_id=version.id,
        form="government",
        evaluated_on=TODAY,
        begun_at=NOW,
        edited_at=NOW,
    )
    drafting = DraftingPlan(org_id=org.id, year=2026, title="制修订计划", created_at=NOW)
    db.session.add_all([trigger, evaluation, drafting])
    db.session.flush()
    item = DraftingItem(
        drafting_id=drafting.id,
        org_id=org.id,
        kind="special",
        event_type="fire",
        title="火灾",
        lead_org_id=org.id,
        due_on=date(2026, 11, 30),
        entered_on=TODAY,
    )
    db.session.add(item)
    db.session.flush()
    return {
        "plan-trigger": {"trigger_id": trigger.id},
        "plan-sign": {"plan_id": plan.id, "origin": "org"},
        "plan-evaluation": {"evaluation_id": evaluation.id},
        "drafting": {"drafting_id": drafting.id},
        "drafting-item": {"item_id": item.id},
    }
