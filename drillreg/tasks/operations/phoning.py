"""Telephone reminders (电话督查): a call is noted at the record and at the organisation."""

from datetime import datetime

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.steps.models import Step
from drillreg.steps.operations import Addressee, add_step
from drillreg.tasks.chasing import Chased

PHONED = "phoned"


def note_call(late: Chased, *, called: str, remark: str, actor: Actor, now: datetime) -> Step:
    """Note that somebody was asked by telephone about something that is late."""
    record(
        "phoned",
        subject_kind=late.subject_kind,
        subject_id=late.subject_id,
        org_id=late.org.id,
        actor=actor,
        now=now,
        kind=late.kind,
    )
    return add_step(
        PHONED,
        subject_kind=late.subject_kind,
        subject_id=late.subject_id,
        org_id=late.org.id,
        actor=actor,
        now=now,
        remark=remark,
        to=Addressee(called or late.org.name, org_id=late.org.id),
    )
