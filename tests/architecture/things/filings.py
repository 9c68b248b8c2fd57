"""A filing, a publication and a training at an organisation, and what routes call them by."""

from datetime import UTC, date, datetime

from drillreg.core.db import db
from drillreg.filings.models import (
    Filing,
    FilingPaper,
    PlanClock,
    Publication,
    Training,
)
from drillreg.plans.models import Plan, PlanVersion
from tests.architecture.things.thread import PDF, stored

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
TODAY = date(2026, 5, 12)

MAY_REFUSE = {
    "filings.application": "governments file without a form",
    "filings.registration": "it was not recorded yet",
    "filings.answer_now": "it says neither recorded nor returned",
}


def things_at(org):
    """Make one of everything at an organisation; it files with itself: one place decides."""
    paper = stored(PDF, "filed.pdf")
    plan = Plan(org_id=org.id, kind="special", event_type="flood", title="防汛", created_at=NOW)
    version = PlanVersion(
        plan=plan, number=1, state="current", issued_on=TODAY, created_at=NOW, document_number="1"
    )
    db.session.add_all([paper, plan, version])
    db.session.flush()
    clock = PlanClock(
        plan_id=plan.id,
        version_id=version.id,
        org_id=org.id,
        kind="file",
        route="town",
        issued_on=TODAY,
        due_on=TODAY,
    )
    db.session.add(clock)
    db.session.flush()
    filing = Filing(
        clock_id=clock.id,
        plan_id=plan.id,
        version_id=version.id,
        org_id=org.id,
        attempt=1,
        route="town",
        state="sent",
        recipient_name=org.name,
        recipient_org_id=org.id,
        sent_on=TODAY,
        sent_at=NOW,
        sent_by_id=0,
        sent_by_name="某人",
        receipt_file_id=paper.id,
        papers=[FilingPaper(kind="text", file_id=paper.id)],
    )
    publication = Publication(
        clock_id=clock.id,
        plan_id=plan.id,
        version_id=version.id,
        org_id=org.id,
        channel="board",
        on_date=TODAY,
        place="公告栏",
        file_id=paper.id,
        entered_at=NOW,
        entered_by_id=0,
        entered_by_name="某人",
    )
    training = Training(
        client_id=f"training-{org.id}",
        org_id=org.id,
        kind="training",
        topic="plan",
        held_on=TODAY,
        place="会议室",
        content="预案",
        participants=5,
        sheet_file_id=paper.id,
        entered_at=NOW,
        entered_by_id=0,
        entered_by_name="某人",
    )
    db.session.add_all([filing, publication, training])
    db.session.flush()
    return {
        "filing": {"filing_id": filing.id, "paper_id": filing.papers[0].id},
        "publication": {"publication_id": publication.id},
        "training": {"training_id": training.id},
    }
