"""The way of a drafting plan to its approval: sent to a leader, approved, returned, called back."""

from collections.abc import Mapping
from datetime import date, datetime

from drillreg.core.access import Actor
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.revisions.drafting import count_items
from drillreg.revisions.models import DraftingPlan
from drillreg.revisions.operations.drafting import DRAFTING, approve_drafting
from drillreg.revisions.rules import ensure_drafting_open
from drillreg.signoffs.models import SignOff
from drillreg.signoffs.operations.moving import (
    Decision,
    Subject,
    begin,
    give_back,
    send_anew,
    take,
    withdraw,
)
from drillreg.signoffs.operations.table import Table
from drillreg.signoffs.queries import people_by_stage, sign_off_of
from drillreg.signoffs.reading import routes_of
from drillreg.signoffs.rules import Route, SignOffState, route_for

APPROVE = "approve"


def route_of(drafting: DraftingPlan) -> Route:
    """Return the route of approval of a drafting plan."""
    return route_for(routes_of("revisions"), DRAFTING, drafting.org.kind)


def people_to_name(drafting: DraftingPlan, actor: Actor, today: date) -> list[tuple[int, str]]:
    """Return the leaders, account and name, who can be named for the approval."""
    stages = route_of(drafting).stages
    return people_by_stage(stages, drafting.org, besides=actor.account_ids, on=today)[APPROVE]


def send_to_leader(
    drafting: DraftingPlan,
    *,
    named: Mapping[str, int],
    actor: Actor,
    today: date,
    now: datetime,
) -> SignOff:
    """Send a drafting plan to who approves it; meanwhile nobody changes it."""
    ensure_drafting_open(drafting.state)
    if not count_items(drafting):
        raise DomainError(N_("There is nothing in it yet. Put plans into it first."))
    running = sign_off_of(DRAFTING, drafting.id)
    if running is not None and running.state is SignOffState.RETURNED:
        table = Table(running.id)
        send_anew(table, "", actor=actor, today=today, now=now, named=named)
        return table.sign_off
    url = f"/plans/drafting/{drafting.id}"
    subject = Subject(DRAFTING, drafting.id, drafting.org, drafting.title, url)
    return begin(
        route_of(drafting),
        subject,
        urgent_reason="",
        actor=actor,
        today=today,
        now=now,
        named=named,
    )


def table_of(drafting: DraftingPlan) -> Table:
    """Return the sign-off of a drafting plan, locked for one act, or raise."""
    found = sign_off_of(DRAFTING, drafting.id)
    if found is None:
        raise DomainError(N_("This drafting plan was not sent to who approves it."))
    return Table(found.id)


def approve(
    drafting: DraftingPlan,
    decision: Decision,
    *,
    body: str,
    number: str,
    approved_on: date,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Approve a drafting plan, signed in or by the sheet that came back: it counts from here."""
    take(table_of(drafting), APPROVE, decision, actor=actor, today=today, now=now)
    approve_drafting(
        drafting,
        body=body,
        number=number,
        approved_on=approved_on,
        actor=actor,
        now=now,
        today=today,
    )


def return_drafting(
    drafting: DraftingPlan, decision: Decision, *, actor: Actor, today: date, now: datetime
) -> None:
    """Return a drafting plan with reasons; the office may change it again."""
    table = table_of(drafting)
    give_back(table, APPROVE, decision, resume=APPROVE, actor=actor, today=today, now=now)


def call_back(drafting: DraftingPlan, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take a drafting plan back from who approves it."""
    withdraw(table_of(drafting), reason, actor=actor, now=now)
