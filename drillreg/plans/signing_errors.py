"""An error found after issue: it lies with the step that should have seen it."""

from datetime import date, datetime

from drillreg.accounts.models import Account
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan
from drillreg.plans.signing import SUBJECT
from drillreg.signoffs.models import SignOff, SignOffStage
from drillreg.signoffs.operations.trail import log_act
from drillreg.signoffs.queries import route_stages, sign_off_of, stage_rows
from drillreg.signoffs.rules import StageState, ensure_reason
from drillreg.steps.operations import Addressee
from drillreg.tasks.facts import Order, Receiver
from drillreg.tasks.facts import Subject as TaskSubject
from drillreg.tasks.operations.giving import assign


def record_error(
    plan: Plan, key: str, text: str, *, url: str, actor: Actor, today: date, now: datetime
) -> None:
    """Assign an error found after issue to the step that should have caught it: a task, a step."""
    ensure_reason(text)
    sign_off = sign_off_of(SUBJECT, plan.current.id) if plan.current else None
    if sign_off is None or plan.current is None:
        raise DomainError(N_("Only of an issued version that was signed here."))
    row = _done_row(sign_off, key)
    stage = next(each for each in route_stages(sign_off) if each.key == key)
    account = db.session.get(Account, row.for_account_id or row.done_by_id)
    assign(
        Order(
            "plan",
            translate(N_("Error in %(title)s"), title=plan.title),
            translate(
                N_("Found after issue; %(step)s should have seen it: %(text)s"),
                step=stage.zh,
                text=text,
            ),
        ),
        Receiver(db.session.get_one(Org, row.org_id), account=account),
        actor=actor,
        today=today,
        now=now,
        subject=TaskSubject("plan", plan.id, url),
    )
    to = Addressee(row.done_by_name or "", account_id=row.done_by_id, org_id=row.org_id)
    log_act("sign-error", sign_off, actor, now, remark=text, decision=key, to=to, stage=key)


def _done_row(sign_off: SignOff, key: str) -> SignOffStage:
    found = [
        row
        for row in stage_rows(sign_off)
        if row.key == key and row.state in {StageState.DONE, StageState.SKIPPED}
    ]
    if not found:
        raise DomainError(N_("Nobody took this step."))
    return found[-1]
