"""Acts on the line that stands for a classified plan: enter it, attach its public version."""

from datetime import date, datetime

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.evidence.models import Grade
from drillreg.evidence.operations import add_evidence
from drillreg.orgs.models import Org
from drillreg.plans.indexing import index_plan
from drillreg.plans.models import Plan
from drillreg.plans.operations import Upload, attach, register_plan
from drillreg.plans.rules import Secrecy, VersionState, ensure_standing
from drillreg.plans.secrecy import ensure_line_dates, ensure_neutral


def register_line(
    *,
    org: Org,
    kinds: list[str],
    kind: str,
    event_type: str,
    title: str,
    number: str,
    issued_on: date | None,
    actor: Actor,
    now: datetime,
    today: date,
) -> Plan:
    """Enter that a classified plan exists, as its keeper says: nothing of its text is here.

    With the date of its issue it is evidence, reported by oneself, that the plan was issued.
    """
    ensure_neutral(title, number)
    ensure_line_dates(issued_on, today)
    plan = register_plan(
        org=org,
        kinds=kinds,
        kind=kind,
        event_type=event_type,
        title=title,
        title_en=None,
        parent_id=None,
        secrecy=Secrecy.LINE,
        papers=(),
        actor=actor,
        now=now,
    )
    (version,) = plan.versions
    version.state, version.issued_on = VersionState.CURRENT, issued_on
    version.document_number = number or None
    db.session.flush()
    if issued_on is not None:
        _prove(plan, issued_on, now)
    index_plan(plan, now=now)
    return plan


def _prove(plan: Plan, issued_on: date, now: datetime) -> None:
    version = plan.versions[0]
    add_evidence(
        "plan-issued",
        org_id=plan.org_id,
        subject_kind="plan-version",
        subject_id=version.id,
        on_date=issued_on,
        grade=Grade.SELF_REPORTED,
        now=now,
        attributes={
            "plan_id": plan.id,
            "event_type": plan.event_type,
            "kind": plan.kind,
            "version": version.number,
            "number": version.document_number or "",
            "issued_on": issued_on.isoformat(),
        },
    )


def attach_abridged(*, plan: Plan, paper: Upload, actor: Actor, now: datetime) -> None:
    """Attach the abridged version of a classified plan that is meant for the public."""
    ensure_standing(voided=plan.voided_at is not None, abolished=plan.is_abolished)
    attach(plan, plan.versions[0], [paper], actor=actor, now=now)
    index_plan(plan, now=now)
