"""Acts on trainings and publicity: enter once, strike out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.evidence.models import Evidence, Grade
from drillreg.evidence.operations import add_evidence, withdraw_evidence
from drillreg.files.models import StoredFile
from drillreg.filings.models import Training
from drillreg.filings.rules import TrainingKind, ensure_stands
from drillreg.orgs.models import Org

SUBJECT = "training"
EVIDENCE = {TrainingKind.TRAINING: "training-held", TrainingKind.PUBLICITY: "publicity-held"}


@dataclass(frozen=True)
class Held:
    """What was held: as 88号令 §31 asks it to stand in the training file."""

    client_id: str
    kind: TrainingKind
    plan_id: int | None
    topic: str
    held_on: date
    hours: float | None
    place: str
    content: str
    trainer: str
    participants: int
    result: str
    material: str
    sheet: StoredFile | None = None


def training_sent_as(client_id: str) -> Training | None:
    """Return the training that a submission became, if it arrived before."""
    return db.session.scalar(select(Training).where(Training.client_id == client_id))


def _audit(action: str, found: Training, actor: Actor, now: datetime, **detail: Any) -> None:
    record(
        action,
        subject_kind=SUBJECT,
        subject_id=found.id,
        org_id=found.org_id,
        actor=actor,
        now=now,
        **detail,
    )


def enter_training(*, org: Org, held: Held, actor: Actor, now: datetime) -> Training:
    """Keep a training with its evidence: with the sheet of names more than one's own report."""
    found = Training(
        client_id=held.client_id,
        org_id=org.id,
        plan_id=held.plan_id,
        kind=held.kind,
        topic=held.topic,
        held_on=held.held_on,
        hours=held.hours,
        place=held.place,
        content=held.content,
        trainer=held.trainer or None,
        participants=held.participants,
        result=held.result or None,
        material=held.material or None,
        sheet_file_id=held.sheet.id if held.sheet else None,
        entered_at=now,
        entered_by_id=actor.account_id,
        entered_by_name=actor.name,
    )
    db.session.add(found)
    db.session.flush()
    said: dict[str, Any] = {"topic": held.topic, "participants": held.participants}
    if held.hours is not None:
        said["hours"] = held.hours
    if held.plan_id is not None:
        said["plan_id"] = held.plan_id
    proof = add_evidence(
        EVIDENCE[held.kind],
        org_id=org.id,
        subject_kind=SUBJECT,
        subject_id=found.id,
        on_date=held.held_on,
        grade=Grade.EVIDENCED if held.sheet else Grade.SELF_REPORTED,
        now=now,
        attributes=said,
    )
    db.session.flush()
    found.evidence_id = proof.id
    _audit("training-entered", found, actor, now, kind=held.kind.value, topic=held.topic)
    return found


def strike_training(*, training: Training, reason: str, actor: Actor, now: datetime) -> None:
    """Strike out what was entered by mistake."""
    ensure_stands(is_void=training.voided_at is not None)
    training.voided_at, training.voided_by_id = now, actor.account_id
    training.void_reason = reason
    withdraw_evidence(
        EVIDENCE[training.kind],
        Evidence.id == training.evidence_id,
        reason=reason,
        actor=actor,
        now=now,
    )
    _audit("training-struck", training, actor, now, reason=reason)
