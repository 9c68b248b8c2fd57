"""The quarterly and yearly returns of 16号令 §14: figures frozen as they were signed and sent."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.dangers.figures import LevelFigures
from drillreg.dangers.models import DangerReturn
from drillreg.dangers.periods import ReturnKind
from drillreg.evidence.models import Evidence, Grade
from drillreg.evidence.operations import add_evidence, withdraw_evidence
from drillreg.files.models import StoredFile
from drillreg.i18n import N_
from drillreg.orgs.models import Org

EVIDENCE = "return-sent"
SUBJECT = "danger-return"
# What evidence calls the two returns, as the rules O18 test it.
NAMES = {ReturnKind.QUARTER: "danger-quarter", ReturnKind.YEAR: "danger-year"}


@dataclass(frozen=True)
class Sent:
    """A return as it was sent: which period, signed by whom, to whom, when."""

    kind: ReturnKind
    first_on: date
    last_on: date
    signed_by: str
    sent_to: str
    sent_on: date


def standing_return(org: Org, kind: ReturnKind, first_on: date) -> DangerReturn | None:
    """Return the return of a period that stands, or None."""
    return db.session.scalar(
        select(DangerReturn).where(
            DangerReturn.org_id == org.id,
            DangerReturn.kind == kind,
            DangerReturn.first_on == first_on,
            DangerReturn.voided_at.is_(None),
        )
    )


def send_return(
    sent: Sent,
    figures: Sequence[LevelFigures],
    *,
    org: Org,
    file: StoredFile | None,
    actor: Actor,
    now: datetime,
) -> DangerReturn:
    """Keep a return with its figures as they were then, and mark it as sent (O18)."""
    if standing_return(org, sent.kind, sent.first_on) is not None:
        raise DomainError(N_("The return of this period was sent already."))
    found = DangerReturn(
        org_id=org.id,
        figures={"levels": [asdict(each) for each in figures]},
        entered_at=now,
        entered_by_name=actor.name,
        file_id=file.id if file else None,
        **vars(sent),
    )
    db.session.add(found)
    db.session.flush()
    proof = add_evidence(
        EVIDENCE,
        org_id=org.id,
        subject_kind=SUBJECT,
        subject_id=found.id,
        on_date=sent.sent_on,
        grade=Grade.EVIDENCED if file else Grade.SELF_REPORTED,
        now=now,
        attributes={"return": NAMES[sent.kind]},
    )
    db.session.flush()
    found.evidence_id = proof.id
    _audit("danger-return-sent", found, actor, now, first=sent.first_on)
    return found


def strike_return(found: DangerReturn, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take a return back that was entered by mistake; it no longer counts."""
    if found.voided_at is not None:
        raise DomainError(N_("It was taken back already."))
    found.voided_at, found.voided_by_id, found.void_reason = now, actor.account_id, reason
    these = Evidence.id == found.evidence_id
    withdraw_evidence(EVIDENCE, these, reason=reason, actor=actor, now=now)
    _audit("danger-return-struck", found, actor, now, reason=reason)


def _audit(action: str, found: DangerReturn, actor: Actor, now: datetime, **detail: Any) -> None:
    record(
        action,
        subject_kind=SUBJECT,
        subject_id=found.id,
        org_id=found.org_id,
        actor=actor,
        now=now,
        **detail,
    )
