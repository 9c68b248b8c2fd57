"""Making a Word plan the text of a draft: which sections are meant, and putting them in."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from sqlalchemy import update

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.documents.ladder import LEVELS
from drillreg.files.operations import bytes_of
from drillreg.i18n import N_
from drillreg.plans.brought import Brought, keep_choices
from drillreg.plans.cutting import Outline
from drillreg.plans.matching import match
from drillreg.plans.models import Plan, PlanSection, PlanVersion
from drillreg.plans.operations import add_papers
from drillreg.plans.rules import ensure_not_classified
from drillreg.plans.sections import sections_of, template_of
from drillreg.plans.templates import TemplateSection
from drillreg.plans.writing import MOST_SECTIONS, draft_to_write

REPLACE, ADD = "replace", "add"


@dataclass(frozen=True)
class NewSection:
    """A section to be made; `key` says what it is across versions."""

    key: str
    level: int
    heading: str
    body: str


# What the sections mean


def known_sections(plan: Plan, version: PlanVersion) -> list[tuple[str, str]]:
    """Return (key, heading) of the template's sections and of those in the draft."""
    template = template_of(plan)
    known = [(s.key, s.heading["zh"]) for s in template.sections] if template else []
    return known + [(s.key, s.heading) for s in sections_of(version)]


def meant(plan: Plan, version: PlanVersion, outline: Outline) -> dict[int, str]:
    """Return block → key of the known section that a heading means."""
    found = match([each.heading for each in outline.sections], known_sections(plan, version))
    return {outline.sections[at].at: key for at, key in found.items()}


def still_needed(plan: Plan, keys: Sequence[str]) -> list[TemplateSection]:
    """Return the sections a plan of this kind needs and that are not among the keys."""
    template = template_of(plan)
    return [s for s in template.sections if s.required and s.key not in keys] if template else []


def state_of(version: PlanVersion) -> str:
    """Return a digest of the sections of a draft, to notice that somebody has written."""
    content = [[s.id, s.row_version] for s in sections_of(version)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


# Bringing in


def ensure_fits(sections: Sequence[NewSection], *, longest: int) -> None:
    """Raise DomainError for more sections, or longer ones, than can be edited here."""
    if not sections:
        raise DomainError(N_("Choose at least one line as a heading."))
    if len(sections) > MOST_SECTIONS:
        raise DomainError(
            N_("These are %(count)d sections; a plan has at most %(most)d. Take fewer levels."),
            count=len(sections),
            most=MOST_SECTIONS,
        )  # fmt: skip
    for each in sections:
        if len(each.body) > longest:
            raise DomainError(
                N_(
                    "The text below “%(heading)s” has %(length)d characters; at most %(most)d fit"
                    " into a section. Make headings within it."
                ),
                heading=each.heading,
                length=len(each.body),
                most=longest,
            )


def new_sections(
    outline: Outline, keys: Mapping[int, str], *, with_preamble: bool, depth: int = LEVELS
) -> list[NewSection]:
    """Return the sections of an outline; headings deeper than `depth` become text."""
    found: list[NewSection] = []
    before = list(outline.preamble) if with_preamble else []
    for each in outline.sections:
        if each.level > depth and found:
            last = found[-1]
            body = "\n\n".join(filter(None, [last.body, each.heading, each.body]))
            found[-1] = NewSection(last.key, last.level, last.heading, body)
            continue
        body = "\n\n".join(filter(None, [*before, each.body]))
        before = []
        key = keys.get(each.at) or f"own-{token_hex(6)}"
        found.append(NewSection(key, each.level, each.heading, body))
    return found


def replace_sections(
    version: PlanVersion,
    sections: Sequence[NewSection],
    *,
    actor: Actor,
    now: datetime,
    keep: Sequence[PlanSection] = (),
) -> list[PlanSection]:
    """Put sections in the place of all of a draft but those to `keep`, which come first."""
    for old in sections_of(version):
        if old not in keep:
            # What was copied from here counts as copied from where this came from.
            db.session.execute(
                update(PlanSection)
                .where(PlanSection.copied_from_id == old.id)
                .values(copied_from_id=old.copied_from_id)
            )
            db.session.delete(old)
    db.session.flush()
    made = [
        PlanSection(
            version_id=version.id,
            key=each.key,
            position=len(keep) + at,
            level=each.level,
            heading=each.heading,
            body=each.body,
            edited_at=now,
            edited_by_id=actor.account_id,
        )
        for at, each in enumerate(sections)
    ]
    db.session.add_all(made)
    db.session.flush()
    return made


def bring_in(
    *,
    plan: Plan,
    brought: Brought,
    choices: Mapping[int, int],
    keys: Mapping[int, str],
    mode: str,
    with_preamble: bool,
    depth: int,
    seen: str,
    longest: int,
    actor: Actor,
    now: datetime,
) -> list[PlanSection]:
    """Make a Word plan the text of the draft, or add it behind; its file is attached as a paper.

    `seen` is the state of the draft that was shown, `longest` how many characters a section
    takes. Replaced text stays in the trail.
    """
    draft = draft_to_write(plan)
    if brought.is_over:
        raise DomainError(N_("This file was brought in already. Look at the draft."))
    if state_of(draft) != seen:
        raise DomainError(
            N_("Somebody has changed the draft meanwhile. Look at it below, then confirm again.")
        )
    old = list(sections_of(draft))
    kept = old if mode == ADD else []
    taken = {section.key for section in kept}
    fitting = {at: key for at, key in keys.items() if key not in taken}
    made = new_sections(
        brought.outline(choices), fitting, with_preamble=with_preamble, depth=depth
    )  # fmt: skip
    ensure_not_classified(*(text for each in made for text in (each.heading, each.body)))
    present = [*taken, *(each.key for each in made)]
    if made:
        made += [
            NewSection(each.key, 1, each.heading["zh"], "") for each in still_needed(plan, present)
        ]
    ensure_fits(made, longest=longest)
    gone = [] if mode == ADD else [[s.heading, s.body] for s in old if s.body.strip()]
    found = replace_sections(draft, made, actor=actor, now=now, keep=kept)
    _attach(plan, draft, brought, actor=actor, now=now)
    keep_choices(brought, choices)
    brought.item.result = {**(brought.item.result or {}), "brought_at": now.isoformat()}
    record(
        "plan-text-brought",
        subject_kind="plan",
        subject_id=plan.id,
        org_id=plan.org_id,
        actor=actor,
        now=now,
        version=draft.number,
        name=brought.file.name,
        sections=len(found),
        replaced=gone,
    )
    return found


def _attach(
    plan: Plan, draft: PlanVersion, brought: Brought, *, actor: Actor, now: datetime
) -> None:
    if all(paper.file.sha256 != brought.file.sha256 for paper in draft.papers):
        papers = [(brought.file.name, bytes_of(brought.file))]
        add_papers(plan=plan, papers=papers, actor=actor, now=now)
