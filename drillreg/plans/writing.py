"""Acts on the text of a draft: begin from the template, write, add, name, move, remove."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import update

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, Stale
from drillreg.i18n import N_, translate
from drillreg.plans.indexing import index_plan
from drillreg.plans.merging import Chunk, conflicts, merge, text_of
from drillreg.plans.models import Plan, PlanSection, PlanVersion
from drillreg.plans.outline import end_of, moved, shifted
from drillreg.plans.rules import ensure_not_classified, ensure_standing
from drillreg.plans.sections import (
    DraftShut,
    as_typed,
    hold_draft,
    section_of,
    sections_of,
    template_of,
)

MOST_SECTIONS = 400
# Saves of one person that follow each other within this time are one act in the trail.
SITTING = timedelta(minutes=10)


class TextsDiffer(DomainError):  # noqa: N818 - reads better where it is raised
    """Two people changed the same lines; `theirs` is saved, `mine` is not, `chunks` has both."""

    status = 409

    def __init__(
        self, section: PlanSection, *, base: str, theirs: str, mine: str, chunks: Sequence[Chunk]
    ) -> None:
        super().__init__(N_("Somebody else changed the same lines. Compare both texts."))
        self.heading = section.heading
        self.base, self.theirs, self.mine, self.chunks = base, theirs, mine, chunks


@dataclass(frozen=True)
class Saved:
    """A section after a save; `merged` when what somebody else wrote meanwhile was kept too."""

    section: PlanSection
    merged: bool


def _note(action: str, plan: Plan, *, actor: Actor, now: datetime, **detail: Any) -> None:
    record(
        action,
        subject_kind="plan",
        subject_id=plan.id,
        org_id=plan.org_id,
        actor=actor,
        now=now,
        **detail,
    )


def ensure_writable(plan: Plan) -> PlanVersion:
    """Return the draft of a plan; raise DraftShut where there is none, DomainError at its end."""
    ensure_standing(voided=plan.voided_at is not None, abolished=plan.is_abolished)
    if plan.draft is None:
        raise DraftShut(N_("This plan has no draft. Start a revision first."))
    return plan.draft


def draft_to_write(plan: Plan) -> PlanVersion:
    """Return the draft of a plan, held for this transaction; raise DraftShut when it is shut."""
    draft = hold_draft(ensure_writable(plan))
    if draft.locked_at is not None:
        raise DraftShut(N_("The draft is with those who sign. It opens again if it is returned."))
    return draft


def _count(sections: Sequence[PlanSection], more: int) -> None:
    if len(sections) + more > MOST_SECTIONS:
        raise DomainError(N_("A plan has at most %(most)d sections."), most=MOST_SECTIONS)


def start_from_template(*, plan: Plan, actor: Actor, now: datetime) -> list[PlanSection]:
    """Lay the sections of the template into a draft that has none yet."""
    draft, template = draft_to_write(plan), template_of(plan)
    if sections_of(draft):
        raise DomainError(N_("This draft has sections already. Go on with those."))
    if template is None:
        raise DomainError(N_("There is no template for such a plan. Attach the papers."))
    found = [
        PlanSection(
            version_id=draft.id,
            key=each.key,
            position=at,
            level=each.level,
            heading=each.heading["zh"],
            edited_at=now,
        )
        for at, each in enumerate(template.sections)
    ]
    db.session.add_all(found)
    db.session.flush()
    _note("plan-text-started", plan, actor=actor, now=now, version=draft.number)
    return found


def save_text(
    *,
    plan: Plan,
    section_id: int,
    base: str,
    body: str,
    sent: str | None = None,
    actor: Actor,
    now: datetime,
) -> Saved:
    """Save the text of a section that was written from `base`; nobody's text is overwritten.

    `sent` is a text on the way to `body` of which the sender does not know whether it arrived.
    What somebody else saved meanwhile is merged in. Raises TextsDiffer where both changed the
    same lines, NotFound when the section was removed, DraftShut when nobody may write.
    """
    ensure_not_classified(body)
    draft = draft_to_write(plan)
    section = section_of(draft, section_id)
    theirs = as_typed(section.body)
    chunks = merge(theirs if sent == theirs else base, theirs, body)
    if conflicts(chunks):
        raise TextsDiffer(section, base=base, theirs=theirs, mine=body, chunks=chunks)
    text = text_of(chunks)
    ensure_not_classified(text)
    if text != theirs:
        _note_sitting(plan, draft, section, actor=actor, now=now)
        section.body, section.copied_from_id = text, None
        section.edited_at, section.edited_by_id = now, actor.account_id
        index_plan(plan, now=now)
    return Saved(section, merged=text != body)


def _note_sitting(
    plan: Plan, draft: PlanVersion, section: PlanSection, *, actor: Actor, now: datetime
) -> None:
    goes_on = section.edited_by_id == actor.account_id and now - section.edited_at < SITTING
    if not goes_on:
        _note(
            "plan-text-written",
            plan,
            actor=actor,
            now=now,
            version=draft.number,
            name=section.heading,
        )


def add_section(
    *, plan: Plan, after_id: int | None, heading: str, actor: Actor, now: datetime
) -> PlanSection:
    """Add a section behind another with all below it, at the same level; None puts it last."""
    ensure_not_classified(heading)
    draft = draft_to_write(plan)
    found = list(sections_of(draft))
    _count(found, 1)
    at, level = len(found), 1
    if after_id is not None:
        before = found.index(section_of(draft, after_id))
        at, level = end_of([each.level for each in found], before), found[before].level
    section = PlanSection(
        version_id=draft.id,
        key=f"own-{token_hex(6)}",
        position=at,
        level=level,
        heading=heading,
        edited_at=now,
        edited_by_id=actor.account_id,
    )
    db.session.add(section)
    _place([*found[:at], section, *found[at:]])
    _note("plan-section-added", plan, actor=actor, now=now, version=draft.number, name=heading)
    return section


def _place(sections: Sequence[PlanSection]) -> None:
    for at, section in enumerate(sections):
        if section.position != at:
            section.position = at
    db.session.flush()


def name_section(
    *, plan: Plan, section_id: int, was: str, heading: str, actor: Actor, now: datetime
) -> None:
    """Give a section another heading; raise Stale when it is not `was` any more."""
    ensure_not_classified(heading)
    draft = draft_to_write(plan)
    section = section_of(draft, section_id)
    if section.heading not in (was, heading):
        label = translate(N_("Heading"))
        raise Stale({label: section.heading}, {label: heading})
    if section.heading == heading:
        return
    _note(
        "plan-section-named",
        plan,
        actor=actor,
        now=now,
        version=draft.number,
        name=heading,
        was=section.heading,
    )
    section.heading = heading
    section.edited_at, section.edited_by_id = now, actor.account_id
    db.session.flush()


def move_section(*, plan: Plan, section_id: int, way: str, actor: Actor, now: datetime) -> None:
    """Move a section with everything below it: "up", "down", "in" or "out" of the one before."""
    draft = draft_to_write(plan)
    found = list(sections_of(draft))
    levels, at = [each.level for each in found], found.index(section_of(draft, section_id))
    if way in ("up", "down"):
        _place([found[place] for place in moved(levels, at, way)])
    else:
        for section, level in zip(found, shifted(levels, at, way), strict=True):
            if section.level != level:
                section.level = level
        db.session.flush()


def drop_section(
    *, plan: Plan, section_id: int, reason: str, actor: Actor, now: datetime
) -> PlanSection | None:
    """Take a section out of a draft and return the one before it; the trail keeps its text.

    What stands below it moves up a level. Raises DomainError for one that the plan needs.
    """
    draft = draft_to_write(plan)
    found, template = list(sections_of(draft)), template_of(plan)
    section = section_of(draft, section_id)
    ensure_removable(section, template.section(section.key) if template else None)
    at = found.index(section)
    for below in found[at + 1 : end_of([each.level for each in found], at)]:
        below.level -= 1
    _note(
        "plan-section-removed",
        plan,
        actor=actor,
        now=now,
        version=draft.number,
        name=section.heading,
        reason=reason,
        text=section.body,
    )
    # What was copied from here counts as copied from where this came from.
    db.session.execute(
        update(PlanSection)
        .where(PlanSection.copied_from_id == section.id)
        .values(copied_from_id=section.copied_from_id)
    )
    db.session.delete(section)
    _place([each for each in found if each is not section])
    return found[at - 1] if at else None


def ensure_removable(section: PlanSection, template: Any) -> None:
    """Raise for a section that plans of this kind need."""
    if template is not None and template.required:
        raise DomainError(
            N_("A plan of this kind needs the section %(heading)s; it cannot be removed."),
            heading=section.heading,
        )
