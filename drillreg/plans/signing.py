"""Signing a plan: its draft on its route, what opens with a step, what becomes of it at issue."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, NotFound
from drillreg.i18n import N_
from drillreg.plans.freezing import freeze, give_number
from drillreg.plans.models import Plan, PlanFile, PlanVersion
from drillreg.plans.operations import issue_version
from drillreg.plans.rules import ensure_standing
from drillreg.plans.sections import texts_of
from drillreg.signoffs.models import SignOff
from drillreg.signoffs.operations.consulting import ensure_asked_all
from drillreg.signoffs.operations.experts import ensure_panel
from drillreg.signoffs.operations.moving import (
    Decision,
    Subject,
    begin,
    give_back,
    send_anew,
    skip,
    take,
    tell_done,
    withdraw,
)
from drillreg.signoffs.operations.table import Table, ensure_may_take
from drillreg.signoffs.queries import is_running, people_by_stage, sign_off_of
from drillreg.signoffs.reading import routes_of
from drillreg.signoffs.rules import (
    GATHERING,
    Route,
    SignOffState,
    StageKind,
    StageState,
    route_for,
)
from drillreg.signoffs.showing import Shown

SUBJECT = "plan-version"
AFTER_SIGNATURE = frozenset({StageKind.PROOFREAD, StageKind.ISSUE})


def route_of(plan: Plan) -> Route:
    """Return the route of approval a plan takes, by its kind and its organisation's."""
    return route_for(routes_of("plans"), plan.kind, plan.org.kind)


def signed_version(plan: Plan) -> tuple[PlanVersion, SignOff | None]:
    """Return the version whose sign-off a plan shows: the draft's, else that of the newest one."""
    version = plan.draft or plan.current or (plan.versions[0] if plan.versions else None)
    if version is None:
        raise NotFound(N_("This plan has no version to sign."))
    return version, sign_off_of(SUBJECT, version.id)


def plan_of_version(version_id: int) -> tuple[Plan, PlanVersion]:
    """Return the plan and version that a body was asked about; its question opens them."""
    version = db.session.scalars(
        select(PlanVersion)
        .options(joinedload(PlanVersion.plan).joinedload(Plan.org))
        .where(PlanVersion.id == version_id)
    ).one()
    return version.plan, version


def ensure_submittable(plan: Plan) -> PlanVersion:
    """Return the draft that can be sent to those who sign, or raise a sentence why not."""
    ensure_standing(voided=plan.voided_at is not None, abolished=plan.is_abolished)
    if plan.draft is None:
        raise DomainError(N_("This plan has no draft. Start a revision first."))
    text = texts_of(plan, plan.draft)
    if len(plan.draft.papers) <= len(plan.draft.annexes) and not text.is_written:
        raise DomainError(N_("Write the text of the plan or attach it before it is submitted."))
    if text.empty:
        # Its issue asks for them too, and by then nobody may write them any more.
        raise DomainError(
            N_("These sections are still empty: %(headings)s. Fill them before it is submitted."),
            headings="、".join(text.empty),
        )
    return plan.draft


def people_to_name(
    plan: Plan, found: Shown | None, actor: Actor, today: date
) -> dict[str, list[tuple[int, str]]]:
    """Return by step, with their names, the accounts that can be named for it beforehand."""
    again = found is not None and found.sign_off.state is SignOffState.RETURNED
    starters = found.sign_off.starters if found is not None and again else actor.account_ids
    return people_by_stage(route_of(plan).stages, plan.org, besides=starters, on=today)


def submit(
    plan: Plan,
    *,
    urgent_reason: str,
    remark: str,
    url: str,
    actor: Actor,
    today: date,
    now: datetime,
    named: Mapping[str, int] | None = None,
) -> SignOff:
    """Send the draft to those who sign, or send a returned one anew; its text is locked."""
    draft = ensure_submittable(plan)
    draft.locked_at = now
    db.session.flush()  # of two who submit the same reading, the second is told here
    running = sign_off_of(SUBJECT, draft.id)
    if running is not None and running.state is SignOffState.RETURNED:
        table = Table(running.id)
        send_anew(table, remark, actor=actor, today=today, now=now, named=named)
        sign_off = table.sign_off
    else:
        sign_off = begin(
            route_of(plan),
            Subject(SUBJECT, draft.id, plan.org, plan.title, url),
            urgent_reason=urgent_reason,
            actor=actor,
            today=today,
            now=now,
            named=named,
        )
    _prepare(plan, Table(sign_off.id), actor=actor, today=today, now=now)
    return sign_off


def table_of(plan: Plan) -> Table:
    """Return the running sign-off of the draft, locked for one act, or raise."""
    found = sign_off_of(SUBJECT, plan.draft.id) if plan.draft else None
    if found is None:
        found = sign_off_of(SUBJECT, plan.current.id) if plan.current else None
    if found is None:
        raise DomainError(N_("This draft is not with those who sign."))
    table = Table(found.id)
    if plan.draft is not None:
        db.session.refresh(plan.draft)
    return table


def take_step(
    plan: Plan,
    table: Table,
    key: str,
    decision: Decision,
    *,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Take a step with a yes, after what it needs is there."""
    row, stage = table.open_row(key), table.stage(key)
    if stage.kind is StageKind.ISSUE:
        raise DomainError(N_("It is issued with a date."))
    if stage.kind is StageKind.CONSULT:
        ensure_asked_all(row, required=stage.required, today=today)
    if stage.kind is StageKind.EXPERTS:
        ensure_panel(row.id, stage.least)
    if stage.kind is StageKind.PROOFREAD:
        _ensure_frozen(plan)
    take(table, key, decision, actor=actor, today=today, now=now)
    _prepare(plan, table, actor=actor, today=today, now=now)


def _ensure_frozen(plan: Plan) -> PlanVersion:
    if plan.draft is None or plan.draft.frozen_file_id is None:
        raise DomainError(N_("The PDF for proofreading is still being made."))
    return plan.draft


def _prepare(plan: Plan, table: Table, *, actor: Actor, today: date, now: datetime) -> None:
    """Give number and frozen PDF as soon as nothing but proofreading and issue is left."""
    draft = plan.draft
    open_kinds = {
        table.stage(key).kind for key, row in table.rows.items() if row.state is StageState.OPEN
    }
    if draft is None or draft.frozen_file_id is not None or not open_kinds & AFTER_SIGNATURE:
        return
    give_number(plan, draft, actor=actor, today=today, now=now)
    freeze(plan, draft, actor=actor, now=now)


def freeze_anew(plan: Plan, *, actor: Actor, now: datetime) -> None:
    """Ask once more for the PDF, when the worker could not make it."""
    table = table_of(plan)
    draft = plan.draft
    if (
        draft is None
        or draft.frozen_file_id is not None
        or table.sign_off.state is not SignOffState.OPEN
    ):
        raise DomainError(N_("There is nothing to print."))
    freeze(plan, draft, actor=actor, now=now)


def skip_step(
    plan: Plan, table: Table, key: str, reason: str, *, actor: Actor, today: date, now: datetime
) -> None:
    """Leave a stage out for a reason."""
    skip(table, key, reason, actor=actor, today=today, now=now)
    _prepare(plan, table, actor=actor, today=today, now=now)


def return_plan(
    plan: Plan,
    table: Table,
    key: str,
    decision: Decision,
    *,
    resume: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Return the draft with reasons; its authors may change it again."""
    if table.stage(key).kind in GATHERING:
        raise DomainError(N_("Nothing is decided at this step, so nothing is returned."))
    give_back(table, key, decision, resume=resume, actor=actor, today=today, now=now)
    _unlock(plan)


def call_back(plan: Plan, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take the draft back from those who sign."""
    withdraw(table_of(plan), reason, actor=actor, now=now)
    _unlock(plan)


def ensure_direct(plan: Plan) -> None:
    """Raise unless a draft may be issued by entering number and date: it is not on its way."""
    if plan.draft is not None and is_running(SUBJECT, plan.draft.id):
        raise DomainError(N_("This draft is being signed: it is issued at the end of that way."))


def give_up_returned(plan: Plan, reason: str, *, actor: Actor, now: datetime) -> None:
    """End the sign-off of a returned draft that is given up."""
    found = sign_off_of(SUBJECT, plan.draft.id) if plan.draft else None
    if found is not None and found.state is SignOffState.RETURNED:
        withdraw(Table(found.id), reason, actor=actor, now=now)


def _unlock(plan: Plan) -> None:
    if plan.draft is not None:
        plan.draft.locked_at = plan.draft.frozen_file_id = None


def issue_signed(
    plan: Plan,
    table: Table,
    key: str,
    *,
    issued_on: date,
    review_on: date | None,
    remark: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> PlanVersion:
    """Issue the frozen text under its number: current from here."""
    ensure_may_take(table, key, actor, today)
    if table.stage(key).kind is not StageKind.ISSUE:
        raise DomainError(N_("It is not the turn of this step."))
    draft = _ensure_frozen(plan)
    if draft.frozen_file_id not in {paper.file_id for paper in draft.papers}:
        draft.files.append(PlanFile(file_id=draft.frozen_file_id))
        db.session.flush()
        db.session.refresh(draft, ["files"])
    take(table, key, Decision(remark=remark), actor=actor, today=today, now=now)
    draft.locked_at = None
    version = issue_version(
        plan=plan,
        number=draft.document_number or "",
        issued_on=issued_on,
        review_on=review_on,
        actor=actor,
        now=now,
        today=today,
    )
    number = version.document_number or ""
    message = N_("%(title)s is issued as %(number)s")
    tell_done(table.sign_off, message, now=now, number=number)
    return version
