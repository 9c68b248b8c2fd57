"""A plan on its way through those who sign, and a body that is asked."""

from datetime import UTC, date, datetime

from drillreg.core.db import db
from drillreg.files.models import StoredFile
from drillreg.files.operations import keep_bytes
from drillreg.plans.models import Plan, PlanFile, PlanVersion
from drillreg.signoffs.models import Consultation, SignOff, SignOffStage
from drillreg.signoffs.rules import StageState

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
DUE = date(2026, 6, 12)
STAGE = {
    "key": "consult",
    "kind": "consult",
    "zh": "征求意见",
    "en": "Consultation",
    "group": 1,
    "permission": "edit-plans",
}
MAY_REFUSE = {
    "plans.frozen": "nothing is frozen yet",
    "plans.opinion_scan": "no scan came",
    "plans.consulted_text": "the text is a paper, nothing is written here",
    "plans.take_step": "who may only look may not take a step",
}


def things_at(org):
    """Make a plan that is signed at an organisation, and ask the organisation for its opinion."""
    kept = StoredFile(
        sha256=keep_bytes(b"%PDF-1.7 not really a paper"),
        size=27,
        media_type="application/pdf",
        name="正文.pdf",
        created_at=NOW,
    )
    plan = Plan(org_id=org.id, kind="special", event_type="flood", title="送审预案", created_at=NOW)
    paper = PlanFile(file=kept)
    version = PlanVersion(plan=plan, number=1, created_at=NOW, locked_at=NOW, files=[paper])
    db.session.add_all([plan, version])
    db.session.flush()
    sign_off = SignOff(
        subject_kind="plan-version",
        subject_id=version.id,
        title=plan.title,
        url=f"/plans/{plan.id}/sign",
        org_id=org.id,
        route="town",
        stages=[STAGE],
        started_at=NOW,
        started_by_id=0,
        started_by_name="刘美云",
    )
    db.session.add(sign_off)
    db.session.flush()
    stage = SignOffStage(
        sign_off_id=sign_off.id,
        round=1,
        key="consult",
        state=StageState.OPEN,
        org_id=org.id,
        permission="edit-plans",
        opened_on=DUE,
        due_on=DUE,
    )
    db.session.add(stage)
    db.session.flush()
    asked = Consultation(
        stage_id=stage.id, org_id=org.id, asked_at=NOW, asked_by_name="刘美云", answer_by=DUE
    )
    db.session.add(asked)
    db.session.flush()
    return {
        "signed-plan": {"plan_id": plan.id, "key": "consult", "consultation_id": asked.id},
        "consultation": {"consultation_id": asked.id, "file_id": paper.id},
        "sign-step": {"stage_id": stage.id},
    }
