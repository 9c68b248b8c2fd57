"""Acts on publications: enter, strike out, note why an internal plan is not made public."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.evidence.models import Evidence, Grade
from drillreg.evidence.operations import add_evidence, withdraw_evidence
from drillreg.files.models import StoredFile
from drillreg.filings.models import PlanClock, Publication
from drillreg.filings.operations.clocks import start_clocks
from drillreg.filings.queries import publications_of
from drillreg.filings.rules import (
    ClockKind,
    Closing,
    ensure_exemptible,
    ensure_on_day,
    ensure_stands,
)
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import Secrecy, VersionState

PUBLISHED = "plan-published"


@dataclass(frozen=True)
class Made:
    """How and where a version was made known; with a photo or a paper as proof."""

    channel: str
    on_date: date
    place: str
    is_abridged: bool
    file: StoredFile | None = None


def _audit(action: str, clock: PlanClock, actor: Actor, now: datetime, **detail: Any) -> None:
    record(
        action,
        subject_kind="plan",
        subject_id=clock.plan_id,
        org_id=clock.org_id,
        actor=actor,
        now=now,
        **detail,
    )


def _clock(plan: Plan, version: PlanVersion, org: Org) -> PlanClock:
    clock = start_clocks(plan, version, org).get(ClockKind.PUBLISH)
    if clock is None:
        raise DomainError(N_("No text asks for this plan to be made known."))
    if version.state is not VersionState.CURRENT:
        raise DomainError(N_("Only the version in force is made known."))
    return clock


def enter_publication(
    *,
    plan: Plan,
    version: PlanVersion,
    org: Org,
    made: Made,
    actor: Actor,
    now: datetime,
    today: date,
) -> Publication:
    """Note that a version was made known; the first time stops its clock."""
    clock = _clock(plan, version, org)
    ensure_on_day(made.on_date, issued_on=clock.issued_on, today=today, field="on_date")
    if plan.secrecy is Secrecy.INTERNAL and not made.is_abridged:
        raise DomainError(N_("This plan is internal: only its abridged text may be made public."))
    if plan.secrecy is Secrecy.LINE and not made.is_abridged:
        raise DomainError(N_("The plan is classified: only its abridged text may be made public."))
    proof = add_evidence(
        PUBLISHED,
        org_id=org.id,
        subject_kind="plan",
        subject_id=plan.id,
        on_date=made.on_date,
        grade=Grade.EVIDENCED if made.file else Grade.SELF_REPORTED,
        now=now,
        attributes={
            "plan_id": plan.id,
            "channel": made.channel,
            "abridged": made.is_abridged,
        },
    )
    db.session.flush()
    found = Publication(
        clock_id=clock.id,
        plan_id=plan.id,
        version_id=version.id,
        org_id=org.id,
        channel=made.channel,
        on_date=made.on_date,
        place=made.place,
        is_abridged=made.is_abridged,
        file_id=made.file.id if made.file else None,
        entered_at=now,
        entered_by_id=actor.account_id,
        entered_by_name=actor.name,
        evidence_id=proof.id,
    )
    db.session.add(found)
    clock.done_on = min(filter(None, (clock.done_on, made.on_date)))
    clock.closed_on = clock.closing = clock.note = None
    db.session.flush()
    _audit("plan-made-public", clock, actor, now, channel=made.channel, place=made.place)
    return found


def strike_publication(
    *, publication: Publication, reason: str, actor: Actor, now: datetime
) -> None:
    """Strike out what was entered by mistake; the clock follows what is left."""
    ensure_stands(is_void=publication.voided_at is not None)
    publication.voided_at, publication.voided_by_id = now, actor.account_id
    publication.void_reason = reason
    withdraw_evidence(
        PUBLISHED,
        Evidence.id == publication.evidence_id,
        reason=reason,
        actor=actor,
        now=now,
    )
    db.session.flush()
    left = [
        each.on_date
        for each in publications_of(publication.plan)
        if each.clock_id == publication.clock_id and each.voided_at is None
    ]
    publication.clock.done_on = min(left, default=None)
    _audit("publication-struck", publication.clock, actor, now, reason=reason)


def exempt_publication(
    *,
    plan: Plan,
    version: PlanVersion,
    org: Org,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> PlanClock:
    """Note why an internal plan is not made public, not even abridged (§41)."""
    ensure_exemptible(is_internal=plan.secrecy is Secrecy.INTERNAL)
    clock = _clock(plan, version, org)
    if clock.done_on is not None:
        raise DomainError(N_("It was made known already."))
    clock.closed_on, clock.closing, clock.note = today, Closing.EXEMPT, reason
    _audit("publication-exempted", clock, actor, now, reason=reason)
    return clock
