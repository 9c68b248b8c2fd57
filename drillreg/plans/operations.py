"""Acts on plans: register, correct, attach, issue, revise, withdraw, abolish."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import literal, select

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.changes import announce
from drillreg.core.codes import shipped_list
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.evidence.models import Grade
from drillreg.evidence.operations import add_evidence, end_evidence
from drillreg.files.operations import clean_name, store
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.plans.carrying import carry_text, current_version_of
from drillreg.plans.indexing import index_plan
from drillreg.plans.models import Plan, PlanFile, PlanVersion
from drillreg.plans.parents import ensure_no_cycle
from drillreg.plans.part_keeping import copy_parts, keep_parts
from drillreg.plans.rules import (
    PAPER_MEDIA_TYPES,
    Secrecy,
    VersionState,
    ensure_issuable,
    ensure_kind_fits,
    ensure_may_draft,
    ensure_paper,
    ensure_standing,
    ensure_unlocked,
)
from drillreg.plans.secrecy import ensure_holds_text, ensure_line_stays
from drillreg.plans.sections import hold_draft, texts_of

Upload = tuple[str, bytes]


def _record(action: str, plan: Plan, *, actor: Actor, now: datetime, **detail: Any) -> None:
    record(
        action,
        subject_kind="plan",
        subject_id=plan.id,
        org_id=plan.org_id,
        actor=actor,
        now=now,
        **detail,
    )


def _ensure_open(plan: Plan) -> None:
    ensure_standing(voided=plan.voided_at is not None, abolished=plan.is_abolished)


def _draft_of(plan: Plan) -> PlanVersion:
    _ensure_open(plan)
    if plan.draft is None:
        raise DomainError(N_("This plan has no draft. Start a revision first."))
    return plan.draft


def _draft_to_change(plan: Plan) -> PlanVersion:
    draft = _draft_of(plan)
    ensure_unlocked(draft.locked_at is not None)
    return draft


def _title_taken(org_id: int, title: str, *, except_id: int | None = None) -> bool:
    abolished = select(PlanVersion.plan_id).where(PlanVersion.state == VersionState.ABOLISHED)
    statement = select(literal(1)).where(
        Plan.org_id == org_id,
        Plan.title == title,
        Plan.voided_at.is_(None),
        Plan.id.not_in(abolished),
        Plan.id != (except_id or 0),
    )
    return db.session.scalar(statement.limit(1)) is not None


def _ensure_new_title(org_id: int, title: str, *, except_id: int | None = None) -> None:
    # Two registrations at one organisation wait for each other, so that neither misses the other.
    db.session.execute(select(Org.id).where(Org.id == org_id).with_for_update())
    if _title_taken(org_id, title, except_id=except_id):
        raise DomainError(
            N_("This organisation already has a plan called %(title)s. Go on with that one."),
            title=title,
        )


def register_plan(
    *,
    org: Org,
    kinds: Sequence[str],
    kind: str,
    event_type: str,
    title: str,
    title_en: str | None,
    parent_id: int | None,
    secrecy: Secrecy,
    papers: Iterable[Upload],
    actor: Actor,
    now: datetime,
) -> Plan:
    """Enter a plan with a first draft; `kinds` are those that fit the organisation."""
    ensure_kind_fits(kind, kinds)
    _ensure_new_title(org.id, title)
    plan = Plan(
        org_id=org.id,
        kind=kind,
        event_type=event_type,
        title=title,
        title_en=title_en,
        parent_plan_id=parent_id,
        secrecy=secrecy,
        created_at=now,
        versions=[
            PlanVersion(
                number=1,
                state=VersionState.DRAFT,
                created_at=now,
                files=[],
                parent_version_id=current_version_of(parent_id),
            )
        ],
    )
    db.session.add(plan)
    db.session.flush()
    _record("plan-registered", plan, actor=actor, now=now, title=title, event_type=event_type)
    attach(plan, plan.versions[0], papers, actor=actor, now=now)
    index_plan(plan, now=now)
    return plan


def attach(
    plan: Plan, version: PlanVersion, papers: Iterable[Upload], *, actor: Actor, now: datetime
) -> None:
    """Keep papers with a version."""
    for name, data in papers:
        ensure_paper(clean_name(name))
        found = store(
            data,
            name=name,
            org_id=plan.org_id,
            actor=actor,
            now=now,
            media_types=PAPER_MEDIA_TYPES,
        )
        version.files.append(PlanFile(file_id=found.id))
        _record(
            "plan-paper-added",
            plan,
            actor=actor,
            now=now,
            name=found.name,
            sha256=found.sha256,
            version=version.number,
        )


def add_papers(*, plan: Plan, papers: Iterable[Upload], actor: Actor, now: datetime) -> None:
    """Attach papers to the draft."""
    attach(plan, _draft_to_change(plan), papers, actor=actor, now=now)
    index_plan(plan, now=now)


def void_paper(*, plan: Plan, paper: PlanFile, reason: str, actor: Actor, now: datetime) -> None:
    """Strike a paper of the draft; papers of an issued version stay as they are."""
    if plan.secrecy is not Secrecy.LINE and paper not in _draft_to_change(plan).papers:
        raise DomainError(N_("Only papers of the draft can be struck out."))
    paper.voided_at, paper.voided_by_id, paper.void_reason = now, actor.account_id, reason
    _record("plan-paper-voided", plan, actor=actor, now=now, name=paper.file.name, reason=reason)
    index_plan(plan, now=now)


def _changed(plan: Plan, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {
        name: [getattr(plan, name), value]
        for name, value in values.items()
        if getattr(plan, name) != value
    }


def _announce(
    what: str, plan: Plan, version: PlanVersion | None, *, now: datetime, today: date
) -> None:
    ids = {"plan_id": plan.id, "version_id": version.id if version else None, "org_id": plan.org_id}
    announce("plan", what=what, now=now, today=today, **ids)


def correct_plan(
    *, plan: Plan, values: Mapping[str, Any], actor: Actor, now: datetime, today: date
) -> None:
    """Change what the register keeps of a plan."""
    _ensure_open(plan)
    changes = _changed(plan, values)
    if not changes:
        return
    ensure_line_stays(plan.secrecy, values.get("secrecy", plan.secrecy))
    if "title" in changes:
        _ensure_new_title(plan.org_id, values["title"], except_id=plan.id)
    if "parent_plan_id" in changes:
        ensure_no_cycle(plan, values["parent_plan_id"])
    for name, (_, new) in changes.items():
        setattr(plan, name, new)
    if "parent_plan_id" in changes and plan.draft is not None:
        plan.draft.parent_version_id = current_version_of(plan.parent_plan_id)
    _record("plan-corrected", plan, actor=actor, now=now, changes=changes)
    _announce("corrected", plan, plan.current, now=now, today=today)
    index_plan(plan, now=now)


def issue_version(
    *,
    plan: Plan,
    number: str,
    issued_on: date,
    review_on: date | None,
    actor: Actor,
    now: datetime,
    today: date,
) -> PlanVersion:
    """Put the draft in force; the version before it ends the same day, in the same transaction."""
    draft, before = hold_draft(_draft_to_change(plan)), plan.current
    text = texts_of(plan, draft)
    ensure_issuable(
        draft.state,
        number=number,
        issued_on=issued_on,
        review_on=review_on,
        has_text=len(draft.papers) > len(draft.annexes) or text.is_written,
        empty=text.empty,
        today=today,
        last_issued_on=before.issued_on if before else None,
    )
    if before is not None:
        before.state, before.ended_on = VersionState.SUPERSEDED, issued_on
        _end_evidence(before, issued_on)
        db.session.flush()  # frees the place of the current version before it is taken again
    keep_parts(draft, today)
    draft.state, draft.document_number = VersionState.CURRENT, number
    draft.issued_on, draft.review_on = issued_on, review_on
    draft.issued_at, draft.issued_by_id = now, actor.account_id
    db.session.flush()
    _add_evidence(plan, draft, now=now)
    _record(
        "plan-issued",
        plan,
        actor=actor,
        now=now,
        version=draft.number,
        number=number,
        issued_on=issued_on,
        review_on=review_on,
        papers=[paper.file.sha256 for paper in draft.papers],
        text=text.digest,
    )
    _announce("issued", plan, draft, now=now, today=today)
    index_plan(plan, now=now)
    return draft


def _add_evidence(plan: Plan, version: PlanVersion, *, now: datetime) -> None:
    """Let an issue count; that of a paper which only goes with a plan proves no plan."""
    kind, issued_on = shipped_list("plan_kind").get(plan.kind), version.issued_on
    if issued_on is None or (kind and not kind.attributes.get("proves", True)):
        return
    add_evidence(
        "plan-issued",
        org_id=plan.org_id,
        subject_kind="plan-version",
        subject_id=version.id,
        on_date=issued_on,
        grade=Grade.EVIDENCED,
        now=now,
        attributes={
            "plan_id": plan.id,
            "event_type": plan.event_type,
            "kind": plan.kind,
            "version": version.number,
            "number": version.document_number,
            "issued_on": issued_on.isoformat(),
        },
    )


def start_revision(*, plan: Plan, reason: str, actor: Actor, now: datetime) -> PlanVersion:
    """Open a new draft beside the version in force."""
    _ensure_open(plan)
    ensure_holds_text(plan.secrecy)
    ensure_may_draft(plan.draft is not None)
    version = PlanVersion(
        number=max(v.number for v in plan.versions) + 1,
        state=VersionState.DRAFT,
        summary=reason,
        created_at=now,
        files=[],
        parent_version_id=current_version_of(plan.parent_plan_id),
    )
    plan.versions.insert(0, version)
    db.session.flush()
    if plan.current is not None:
        carry_text(plan.current, version)
        copy_parts(plan.current, version)
    _record(
        "plan-revision-started", plan, actor=actor, now=now, version=version.number, reason=reason
    )
    return version


def withdraw_draft(
    *, plan: Plan, reason: str, actor: Actor, now: datetime, today: date
) -> PlanVersion:
    """Give a draft up; a plan that was never issued is struck out with it."""
    draft = _draft_to_change(plan)
    draft.state, draft.ended_on, draft.end_reason = VersionState.WITHDRAWN, today, reason
    if plan.current is None:
        plan.voided_at, plan.voided_by_id, plan.void_reason = now, actor.account_id, reason
    _record("plan-draft-withdrawn", plan, actor=actor, now=now, version=draft.number, reason=reason)
    return draft


def abolish_plan(*, plan: Plan, reason: str, actor: Actor, now: datetime, today: date) -> None:
    """End the version in force without a successor; an open draft is given up with it."""
    _ensure_open(plan)
    current = plan.current
    if current is None:
        raise DomainError(N_("Only a plan in force can be abolished."))
    if plan.draft is not None:
        withdraw_draft(plan=plan, reason=reason, actor=actor, now=now, today=today)
    current.state, current.ended_on, current.end_reason = VersionState.ABOLISHED, today, reason
    _end_evidence(current, today)
    _record("plan-abolished", plan, actor=actor, now=now, version=current.number, reason=reason)
    _announce("abolished", plan, current, now=now, today=today)


def _end_evidence(version: PlanVersion, ended_on: date) -> None:
    """Let a version count as issued until the day before it ended."""
    end_evidence(
        "plan-issued",
        subject_kind="plan-version",
        subject_ids=[version.id],
        until_on=ended_on - timedelta(days=1),
    )
