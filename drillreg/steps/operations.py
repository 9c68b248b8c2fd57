"""Adding to the step log."""

from dataclasses import dataclass
from datetime import datetime

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.steps.models import Step

SYSTEM = "system"


@dataclass(frozen=True)
class Addressee:
    """To whom a record went: a person, else whoever answers for an organisation."""

    name: str
    account_id: int | None = None
    org_id: int | None = None


def add_step(
    code: str,
    *,
    subject_kind: str,
    subject_id: int,
    actor: Actor | None,
    now: datetime,
    org_id: int | None = None,
    remark: str = "",
    decision: str = "",
    to: Addressee | None = None,
) -> Step:
    """Write one step, in the transaction of the act; `code` is one of `step_code.toml`."""
    step = Step(
        subject_kind=subject_kind,
        subject_id=subject_id,
        org_id=org_id,
        code=code,
        at=now,
        account_id=actor.account_id if actor else None,
        name=actor.name if actor else SYSTEM,
        for_account_id=actor.acting_for_account_id if actor else None,
        for_name=(actor.acting_for_name or None) if actor else None,
        decision=decision or None,
        remark=remark or None,
        to_account_id=to.account_id if to else None,
        to_org_id=to.org_id if to else None,
        to_name=to.name if to else None,
    )
    db.session.add(step)
    db.session.flush()
    return step
