"""What every act of a sign-off leaves behind: the step log, the trail, the notice."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.notices.operations import notify
from drillreg.signoffs.models import SignOff
from drillreg.steps.models import Step
from drillreg.steps.operations import Addressee, add_step


def log_act(
    code: str,
    sign_off: SignOff,
    actor: Actor | None,
    now: datetime,
    *,
    remark: str = "",
    decision: str = "",
    to: Addressee | None = None,
    **detail: Any,
) -> Step:
    """Write an act into the step log of the record and into the trail."""
    record(
        code,
        subject_kind=sign_off.subject_kind,
        subject_id=sign_off.subject_id,
        org_id=sign_off.org_id,
        actor=actor,
        now=now,
        round=sign_off.round,
        **detail,
    )
    return add_step(
        code,
        subject_kind=sign_off.subject_kind,
        subject_id=sign_off.subject_id,
        org_id=sign_off.org_id,
        actor=actor,
        now=now,
        remark=remark,
        decision=decision,
        to=to,
    )


def tell(
    people: Iterable[int],
    sign_off: SignOff,
    *,
    kind: str,
    occasion: str,
    message: str,
    now: datetime,
    url: str = "",
    due_on: date | None = None,
    **params: str,
) -> None:
    """Tell people once about an act; `occasion` tells it apart from others of the sign-off."""
    notify(
        people,
        occasion=f"sign-off:{sign_off.id}:{sign_off.round}:{occasion}",
        kind=kind,
        message=message,
        params={"title": sign_off.title, **params},
        url=url or sign_off.url,
        due_on=due_on,
        now=now,
    )
