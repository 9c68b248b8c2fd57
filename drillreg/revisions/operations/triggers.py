"""Recording reasons to revise and answering them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import contains_eager, raiseload

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.evidence.models import Evidence, Grade
from drillreg.evidence.operations import add_evidence, withdraw_evidence
from drillreg.files.models import StoredFile
from drillreg.i18n import N_
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.operations import start_revision
from drillreg.plans.rules import Secrecy, VersionState, ensure_not_classified, ensure_standing
from drillreg.revisions.models import PlanTrigger
from drillreg.revisions.rules import (
    DRILL,
    EVALUATION,
    HAND,
    PARENT,
    PARENT_ENDED,
    Answer,
    ensure_answer_fits,
    ensure_not_ahead,
    ensure_unanswered,
)
from drillreg.revisions.signs import Sign, origin_of
from drillreg.revisions.wording import kept
from drillreg.tasks.desks import holders
from drillreg.tasks.facts import Order, Receiver, Subject
from drillreg.tasks.operations.giving import assign
from drillreg.tasks.operations.settling import finish_of
from drillreg.tasks.rules import STAFF

SUBJECT = "revision-trigger"
TRIGGERED = "revision-triggered"


@dataclass(frozen=True)
class Found:
    """A reason as it arose: which of article 35, when, what, and where it can be seen."""

    reason: str
    on: date
    what: str
    link: str = ""
    file: StoredFile | None = None


def _record(action: str, plan: Plan, *, actor: Actor | None, now: datetime, **detail: Any) -> None:
    record(
        action,
        subject_kind="plan",
        subject_id=plan.id,
        org_id=plan.org_id,
        actor=actor,
        now=now,
        **detail,
    )


def record_trigger(
    plan: Plan, found: Found, *, actor: Actor, now: datetime, today: date
) -> PlanTrigger:
    """Record a reason that a person saw; from then on the plan has to be revised, or answered."""
    ensure_standing(voided=plan.voided_at is not None, abolished=plan.is_abolished)
    ensure_not_ahead(found.on, today)
    ensure_not_classified(found.what)
    trigger = PlanTrigger(
        plan_id=plan.id,
        reason=found.reason,
        origin=HAND,
        happened_on=found.on,
        what=found.what,
        link=found.link or None,
        file_id=found.file.id if found.file else None,
        recorded_at=now,
        recorded_by_id=actor.account_id,
        recorded_by_name=actor.name,
    )
    db.session.add(trigger)
    db.session.flush()
    _count(trigger, plan, Grade.EVIDENCED if found.file else Grade.SELF_REPORTED, now)
    _record(
        "plan-trigger-recorded", plan, actor=actor, now=now, reason=found.reason, what=found.what
    )
    return trigger


def _count(trigger: PlanTrigger, plan: Plan, grade: Grade, now: datetime) -> None:
    """Let the duty to revise begin on the day of the reason."""
    add_evidence(
        TRIGGERED,
        org_id=plan.org_id,
        subject_kind=SUBJECT,
        subject_id=trigger.id,
        on_date=trigger.happened_on,
        grade=grade,
        now=now,
        attributes={"plan_id": plan.id, "reason": trigger.reason},
    )


def arise(
    plan_id: int,
    origin: str,
    *,
    subject: tuple[str, int],
    on: date,
    what: str,
    link: str = "",
    now: datetime,
) -> PlanTrigger | None:
    """Note a reason that arose by itself; None when it is known, however many tell it at once."""
    values = {
        "plan_id": plan_id,
        "reason": origin_of(origin)["reason"],
        "origin": origin,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "happened_on": on,
        "what": what,
        "link": link or None,
        "recorded_at": now,
        "row_version": 1,
    }
    dialect = db.session.get_bind().dialect.name
    build = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = build(PlanTrigger).values(values).on_conflict_do_nothing()
    made = db.session.scalar(statement.returning(PlanTrigger.id))
    return db.session.get_one(PlanTrigger, made) if made is not None else None


def tell_children(version: PlanVersion, parent: Plan, *, now: datetime, today: date) -> int:
    """Give every plan under a changed one its reason and its organisation a task, once a version.

    Returns how many were told anew.
    """
    told = 0
    abolished = version.state is VersionState.ABOLISHED
    for child in children_to_tell(parent.id):
        trigger = arise(
            child.id,
            PARENT_ENDED if abolished else PARENT,
            subject=("plan-version", version.id),
            on=today if abolished else version.issued_on or today,
            what=version_words(parent, version),
            now=now,
        )
        if trigger is not None:
            told += 1
            _give_task(trigger, child, now=now, today=today)
    return told


def version_words(plan: Plan, version: PlanVersion) -> str:
    """Return a version as reasons name it; the title of an internal plan stays where it is."""
    internal = plan.secrecy is Secrecy.INTERNAL
    title = kept(N_("an internal plan of the level above")) if internal else f"《{plan.title}》"
    return f"{title}（{version.document_number or version.number}）"


def children_to_tell(parent_id: int) -> Sequence[Plan]:
    """Return the plans in force or in draft that are made under a plan."""
    living = select(PlanVersion.plan_id).where(
        PlanVersion.state.in_((VersionState.CURRENT, VersionState.DRAFT))
    )
    return db.session.scalars(
        select(Plan)
        .join(Plan.org)
        .options(contains_eager(Plan.org), raiseload(Plan.versions))
        .where(Plan.parent_plan_id == parent_id, Plan.voided_at.is_(None), Plan.id.in_(living))
        .order_by(Plan.id)
    ).all()


def _give_task(trigger: PlanTrigger, child: Plan, *, now: datetime, today: date) -> None:
    """Give the task of a reason; where nobody answers, the reason alone stands on the page."""
    if not holders(child.org, STAFF, None, today):
        return
    title = kept(N_("Plan above changed: %(title)s"), title=trigger.what)
    look = kept(N_("See whether this plan has to follow: %(title)s"), title=child.title)
    days = origin_of(trigger.origin)["answer_days"]
    assign(
        Order("plan", title, look, today + timedelta(days=days)),
        Receiver(child.org),
        actor=None,
        today=today,
        now=now,
        subject=Subject(SUBJECT, trigger.id, f"/plans/triggers/{trigger.id}"),
    )


def answer_trigger(
    trigger: PlanTrigger,
    plan: Plan,
    answer: Answer,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Answer a reason: begin the revision (or go on with the draft), or say why none is needed."""
    db.session.execute(select(PlanTrigger.id).where(PlanTrigger.id == trigger.id).with_for_update())
    db.session.refresh(trigger)
    ensure_unanswered(answered=trigger.answered_at is not None)
    ensure_answer_fits(trigger.origin, answer)
    ensure_not_classified(reason)
    trigger.answer, trigger.answer_reason, trigger.answered_on = answer, reason or None, today
    trigger.answered_at, trigger.answered_by_id = now, actor.account_id
    trigger.answered_by_name = actor.name
    if answer is Answer.REVISE:
        trigger.version_id = _draft_for(trigger, plan, actor, now).id
        if trigger.origin not in (HAND, EVALUATION):
            _count(trigger, plan, Grade.SELF_REPORTED, now)
    elif trigger.origin == HAND:
        about = (Evidence.subject_kind == SUBJECT) & (Evidence.subject_id == trigger.id)
        withdraw_evidence(TRIGGERED, about, reason=reason, actor=actor, now=now)
    db.session.flush()
    finish_of(SUBJECT, trigger.id, note=reason or trigger.what, actor=actor, now=now)
    _record(
        "plan-trigger-answered",
        plan,
        actor=actor,
        now=now,
        reason=trigger.reason,
        answer=answer.value,
        why=reason,
    )


def _draft_for(trigger: PlanTrigger, plan: Plan, actor: Actor, now: datetime) -> PlanVersion:
    """Return the draft that takes a reason up; one in work rests on the version above from now."""
    ensure_standing(voided=plan.voided_at is not None, abolished=plan.is_abolished)
    draft = plan.draft
    if draft is None:
        item = code_list("trigger").get(trigger.reason)
        words = f"{item.label['zh']}：{trigger.what}" if item else trigger.what
        return start_revision(plan=plan, reason=words[:500], actor=actor, now=now)
    if trigger.origin == PARENT and trigger.subject_id is not None:
        draft.parent_version_id = trigger.subject_id
    return draft


def answer_sign(
    sign: Sign,
    plan: Plan,
    answer: Answer,
    *,
    what: str,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Answer what is seen in other records: it is recorded together with its answer."""
    trigger = arise(
        plan.id,
        sign.origin,
        subject=(sign.origin, sign.marker),
        on=today if sign.origin == "contacts" else sign.on,
        what=what,
        now=now,
    )
    ensure_unanswered(answered=trigger is None)
    if trigger is not None:
        answer_trigger(trigger, plan, answer, reason=reason, actor=actor, now=now, today=today)


def confirm_alignment(
    plan: Plan,
    above: PlanVersion,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Record that the version above changes nothing for a plan, and why."""
    parent = db.session.get_one(Plan, above.plan_id)
    origin = PARENT_ENDED if above.state is VersionState.ABOLISHED else PARENT
    trigger = arise(
        plan.id,
        origin,
        subject=("plan-version", above.id),
        on=today,
        what=version_words(parent, above),
        now=now,
    )
    if trigger is None:
        trigger = db.session.scalars(
            select(PlanTrigger).where(
                PlanTrigger.plan_id == plan.id,
                PlanTrigger.origin == origin,
                PlanTrigger.subject_kind == "plan-version",
                PlanTrigger.subject_id == above.id,
            )
        ).one()
    answer_trigger(trigger, plan, Answer.KEEP, reason=reason, actor=actor, now=now, today=today)


def settle_by_issue(plan: Plan, version: PlanVersion, *, now: datetime, today: date) -> None:
    """Answer what a version that was just issued has taken up: the version above it rests on."""
    rows = db.session.scalars(
        select(PlanTrigger).where(
            PlanTrigger.plan_id == plan.id,
            PlanTrigger.origin == PARENT,
            PlanTrigger.subject_id == version.parent_version_id,
            PlanTrigger.answered_at.is_(None),
        )
    ).all()
    note = kept(N_("Version %(number)d rests on it."), number=version.number)
    for trigger in rows:
        trigger.answer, trigger.answer_reason = Answer.REVISE, note
        trigger.answered_on, trigger.answered_at = today, now
        trigger.version_id = version.id
        finish_of(SUBJECT, trigger.id, note=note, actor=None, now=now)


def arise_from_drill(
    plan: Plan, report_id: int, *, number: str, texts: Sequence[str], now: datetime, today: date
) -> None:
    """Note that the report of a drill found problems in how its plan works."""
    what = kept(
        N_("Report %(number)s found: %(texts)s"), number=number, texts="；".join(texts)[:800]
    )
    arise(plan.id, DRILL, subject=("report", report_id), on=today, what=what, now=now)
