"""Acts on filings: send, take back, record, return once with the whole list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.documents.operations.numbers import issue_number
from drillreg.evidence.models import Evidence, Grade
from drillreg.evidence.operations import add_evidence, raise_grades, withdraw_evidence
from drillreg.files.models import StoredFile
from drillreg.filings.models import Filing, FilingCopy, FilingPaper
from drillreg.filings.operations.clocks import start_clocks
from drillreg.filings.operations.telling import tell_recorded, tell_returned
from drillreg.filings.queries import attempts_of, standing_filing
from drillreg.filings.recipients import Recipients
from drillreg.filings.routing import Route, route_of
from drillreg.filings.rules import (
    ClockKind,
    Closing,
    FilingState,
    ensure_may_send,
    ensure_on_day,
    ensure_returnable,
    ensure_taken_back,
    ensure_waiting,
    standing_of,
)
from drillreg.orgs.calendars import calendar_of
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import VersionState

DOCUMENT_KIND = "filing-record"
SUBJECT = "filing"
FILED, RECEIVED, ANSWERED = "plan-filed", "filing-received", "filing-answered"


@dataclass(frozen=True)
class Sending:
    """What somebody files: the papers by kind, and what the application form says.

    `outside`: on paper, or with an office that does not work here; then a day, a number and a
    receipt can be noted.
    """

    papers: Sequence[tuple[str, StoredFile]]
    outside: bool
    sent_on: date
    recipient_name: str = ""
    number: str = ""
    receipt: StoredFile | None = None
    head: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    note: str = ""


def _audit(action: str, filing: Filing, actor: Actor, now: datetime, **detail: Any) -> None:
    record(
        action,
        subject_kind=SUBJECT,
        subject_id=filing.id,
        org_id=filing.org_id,
        actor=actor,
        now=now,
        plan=filing.plan_id,
        **detail,
    )


def send_filing(
    *,
    plan: Plan,
    version: PlanVersion,
    org: Org,
    recipients: Recipients,
    sending: Sending,
    actor: Actor,
    now: datetime,
    today: date,
) -> Filing:
    """File a version: its clock stops, and the office that takes it finds it in its list."""
    clock = start_clocks(plan, version, org).get(ClockKind.FILE)
    if clock is None:
        raise LookupError("no text asks for the filing of this plan")
    ensure_may_send(
        is_closed=clock.closed_on is not None, has_standing=standing_filing(version) is not None
    )
    ensure_on_day(sending.sent_on, issued_on=clock.issued_on, today=today, field="sent_on")
    route = route_of(clock.route)
    desk = None if sending.outside else recipients.desk.org
    filing = Filing(
        clock=clock,
        plan_id=plan.id,
        version_id=version.id,
        org_id=org.id,
        attempt=len(attempts_of(version)) + 1,
        route=route.code,
        state=FilingState.OUTSIDE if desk is None else FilingState.SENT,
        recipient_name=sending.recipient_name or recipients.name,
        recipient_org_id=desk.id if desk else None,
        sent_on=sending.sent_on,
        sent_at=now,
        sent_by_id=actor.account_id,
        sent_by_name=actor.name,
        head=sending.head or None,
        contact_name=sending.contact_name or None,
        contact_phone=sending.contact_phone or None,
        note=sending.note or None,
        check_due_on=_check_due(route, desk, sending.sent_on),
        number=sending.number or None,
        missing=[],
        receipt_file_id=sending.receipt.id if sending.receipt else None,
        papers=[FilingPaper(kind=kind, file_id=file.id) for kind, file in sending.papers],
        copies=[
            FilingCopy(name=each.name, org_id=each.org.id if each.org else None)
            for each in recipients.copies
        ],
    )
    db.session.add(filing)
    clock.done_on = sending.sent_on
    db.session.flush()
    _count_sent(filing, org, sending, now)
    _audit(
        "filing-sent",
        filing,
        actor,
        now,
        to=filing.recipient_name,
        attempt=filing.attempt,
        papers=[file.sha256 for _, file in sending.papers],
    )
    return filing


def _check_due(route: Route, desk: Org | None, sent_on: date) -> date | None:
    """Return the last of the working days in which an office checks what it received."""
    if desk is None or route.check_days is None:
        return None
    return calendar_of(desk).add_working_days(sent_on, route.check_days)


def _count_sent(filing: Filing, org: Org, sending: Sending, now: datetime) -> None:
    """Note that it was filed: one's own report, with a receipt more than that."""
    filed = add_evidence(
        FILED,
        org_id=filing.org_id,
        subject_kind=SUBJECT,
        subject_id=filing.id,
        on_date=filing.sent_on,
        grade=Grade.EVIDENCED if sending.receipt else Grade.SELF_REPORTED,
        now=now,
        attributes={"plan_id": filing.plan_id, "number": filing.number},
    )
    db.session.flush()
    filing.evidence_id = filed.id
    if filing.check_due_on is None or filing.recipient_org_id is None:
        return
    received = add_evidence(
        RECEIVED,
        org_id=filing.recipient_org_id,
        subject_kind=SUBJECT,
        subject_id=filing.id,
        on_date=filing.sent_on,
        grade=Grade.EVIDENCED,
        now=now,
        attributes={"filer_kind": org.kind},
    )
    db.session.flush()
    # What it begins is known by the id of this evidence, as where it is entered by hand.
    received.attributes = {**received.attributes, "filing_id": received.id}
    filing.received_id = received.id


def take_back(*, filing: Filing, reason: str, actor: Actor, now: datetime, today: date) -> None:
    """Take back what nobody has answered; its clock runs again."""
    ensure_taken_back(filing.state)
    filing.state, filing.answer_note = FilingState.TAKEN_BACK, reason
    _no_longer_filed(filing, today)
    for kind, key in ((FILED, filing.evidence_id), (RECEIVED, filing.received_id)):
        withdraw_evidence(kind, Evidence.id == key, reason=reason, actor=actor, now=now)
    _audit("filing-taken-back", filing, actor, now, reason=reason)


def _no_longer_filed(filing: Filing, today: date) -> None:
    clock = filing.clock
    clock.done_on = None
    if filing.version.state is not VersionState.CURRENT:
        clock.closed_on, clock.closing = today, Closing.SUPERSEDED


def record_filing(
    *, filing: Filing, note: str, actor: Actor, now: datetime, today: date, is_outside: bool
) -> str:
    """Record a filing under the next number of the office; return the number.

    `is_outside`: who records stands outside the organisation that filed, so that it counts as
    verified. Also after five working days, when it is deemed filed already.
    """
    _ensure_waiting(filing)
    office = _office(filing)
    filing.number = issue_number(
        issuer_org_id=office.id,
        document_kind=DOCUMENT_KIND,
        year=today.year,
        now=now,
        subject_kind=SUBJECT,
        subject_id=filing.id,
        template=_template(office),
        title=filing.plan.title,
        dated_on=today,
        actor=actor,
    )
    _answer(filing, FilingState.RECORDED, note, actor, now, today)
    _number_evidence(filing)
    by_others = is_outside and filing.sent_by_id not in actor.account_ids
    raise_grades(
        FILED,
        subject_kind=SUBJECT,
        subject_id=filing.id,
        grade=Grade.VERIFIED if by_others else Grade.EVIDENCED,
        note=filing.number,
        actor=actor,
        now=now,
    )
    _count_answer(filing, "filed", today, now)
    _audit("filing-recorded", filing, actor, now, number=filing.number)
    tell_recorded(filing, actor=actor, now=now, today=today)
    return filing.number


def _ensure_waiting(filing: Filing) -> None:
    on = filing.answered_on.isoformat() if filing.answered_on else ""
    ensure_waiting(filing.state, by=filing.answered_by_name or "", on=on)


def _office(filing: Filing) -> Org:
    if filing.recipient is None:
        raise LookupError("a filing that waits lies with an office")
    return filing.recipient


def _template(office: Org) -> str:
    word = office.attributes.get("document_word") or office.short_name or office.name
    return f"{word}预案备〔{{year}}〕{{number}}号"


def _number_evidence(filing: Filing) -> None:
    found = db.session.scalar(select(Evidence).where(Evidence.id == filing.evidence_id))
    if found is not None:
        found.attributes = {**found.attributes, "number": filing.number}


def _answer(
    filing: Filing, state: FilingState, note: str, actor: Actor, now: datetime, today: date
) -> None:
    filing.state, filing.answer_note = state, note or None
    filing.answered_on, filing.answered_at = today, now
    filing.answered_by_id, filing.answered_by_name = actor.account_id, actor.name
    db.session.flush()


def _count_answer(filing: Filing, answer: str, today: date, now: datetime) -> None:
    """Note that the office answered, where a text asks it to."""
    if filing.received_id is None or filing.recipient_org_id is None:
        return
    add_evidence(
        ANSWERED,
        org_id=filing.recipient_org_id,
        subject_kind=SUBJECT,
        subject_id=filing.id,
        on_date=today,
        grade=Grade.EVIDENCED,
        now=now,
        attributes={"filing_id": filing.received_id, "answer": answer},
    )


def return_filing(
    *,
    filing: Filing,
    items: Sequence[str],
    note: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Return a filing once, with the whole list of what is missing; its clock runs again."""
    _ensure_waiting(filing)
    ensure_returnable(
        standing_of(filing.state, filing.check_due_on, today),
        has_check=filing.check_due_on is not None,
        items=items,
        named_before=named_before(filing),
    )
    filing.missing = list(items)
    _answer(filing, FilingState.RETURNED, note, actor, now, today)
    _no_longer_filed(filing, today)
    withdraw_evidence(
        FILED,
        Evidence.id == filing.evidence_id,
        reason="、".join(items),
        actor=actor,
        now=now,
    )
    _count_answer(filing, "refused", today, now)
    _audit("filing-returned", filing, actor, now, missing=list(items))
    tell_returned(filing, actor=actor, now=now, today=today)


def named_before(filing: Filing) -> list[str]:
    """Return what was named as missing when this version was returned before."""
    return [
        item
        for each in attempts_of(filing.version)
        if each.state is FilingState.RETURNED and each.id != filing.id
        for item in each.missing
    ]
