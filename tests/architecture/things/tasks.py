"""A task with its paper, a piece of evidence and something late at an organisation."""

from datetime import UTC, date, datetime, timedelta

from drillreg.core.db import db
from drillreg.drills.models import Drill
from drillreg.evidence.models import Evidence, EvidenceEntry
from drillreg.files.models import FileVersion, StoredFile
from drillreg.files.operations import keep_bytes
from drillreg.tasks.models import Task

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
TODAY = date(2026, 5, 12)
PDF = b"%PDF-1.7 not really a paper"

MAY_REFUSE = {
    "tasks.accept": "only whom a task lies with accepts it",
    "tasks.finish": "only whom a task lies with finishes it",
    "tasks.remind": "only who gave a task asks for it",
    "tasks.settle": "only who gave a task withdraws it",
    "tasks.hand_on": "only whom a task lies with passes it on",
    "tasks.attach": "only whom a task lies with adds papers",
    "tasks.void_paper_now": "only whom a task lies with strikes papers out",
    "evidence.verify": "nobody verifies what their own organisation reports",
    "evidence.verify_now": "nobody verifies what their own organisation reports",
    "evidence.strike": "nobody strikes out what their own organisation reports",
    "evidence.strike_now": "nobody strikes out what their own organisation reports",
    "evidence.take_it_back": "only who entered it takes it back",
}


def things_at(org):
    """Make the things of this feature at an organisation and return what routes call them by."""
    paper = StoredFile(
        sha256=keep_bytes(PDF),
        size=len(PDF),
        media_type="application/pdf",
        name="task.pdf",
        created_at=NOW,
    )
    task = Task(
        kind="general",
        title="任务",
        org_id=org.id,
        assigned_by_id=0,
        assigned_by_name="某人",
        assigned_at=NOW,
    )
    late = Drill(
        org_id=org.id,
        title="逾期演练",
        event_type="fire",
        due_on=TODAY - timedelta(days=9),
        changed_at=NOW,
    )
    evidence = Evidence(
        kind="drill-held",
        org_id=org.id,
        subject_kind="drill",
        subject_id=0,
        on_date=TODAY,
        entered_at=NOW,
        attributes={},
        grade="self-reported",
    )
    db.session.add_all([paper, task, late, evidence])
    db.session.flush()
    entry = EvidenceEntry(
        evidence_id=evidence.id,
        client_id=f"entry-{org.id}",
        body_hash="",
        account_id=0,
        entered_by="某人",
        file_id=paper.id,
    )
    db.session.add(entry)
    version = FileVersion(
        subject_kind="task",
        subject_id=task.id,
        slot="paper",
        number=1,
        file_id=paper.id,
        at=NOW,
        name="某人",
    )
    db.session.add(version)
    db.session.flush()
    return {
        "task": {"task_id": task.id, "version_id": version.id, "act": "withdraw"},
        "late": {"kind": "drill-overdue", "subject_id": late.id},
        "evidence": {"evidence_id": evidence.id},
    }
