"""Bringing a Word plan into a draft: what was read is kept as work, then made into sections."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from secrets import token_hex
from typing import Any

from sqlalchemy import update

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, NotFound
from drillreg.documents.ladder import LEVELS
from drillreg.documents.word_papers import WordPaper
from drillreg.files.models import StoredFile
from drillreg.files.operations import bytes_of, store
from drillreg.i18n import N_, translate
from drillreg.plans.chapters import find_chapters
from drillreg.plans.cutting import CONTENTS, Block, Line, Oddity, Outline, chosen, cut
from drillreg.plans.heading_marks import MOST_LETTERS
from drillreg.plans.matching import match
from drillreg.plans.models import Plan, PlanSection, PlanVersion
from drillreg.plans.operations import add_papers
from drillreg.plans.rules import ensure_not_classified
from drillreg.plans.sections import sections_of, template_of
from drillreg.plans.templates import TemplateSection
from drillreg.plans.writing import MOST_SECTIONS, draft_to_write
from drillreg.work.models import WorkItem
from drillreg.work.operations import enqueue
from drillreg.work.queries import get_work_of
from drillreg.work.rules import WorkState

WORD_WORK = "plans.word"
REPLACE, ADD = "replace", "add"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Brought:
    """A Word plan as it was read, with what a person chose since."""

    item: WorkItem
    file: StoredFile
    blocks: list[Block]
    pictures: int
    links: int

    @cached_property
    def found(self) -> tuple[list[Line], list[Oddity]]:
        """What the chapter finder says of every block, and what is odd."""
        return find_chapters(self.blocks)

    @property
    def choices(self) -> dict[int, int]:
        """The levels a person chose, by block."""
        kept = (self.item.result or {}).get("choices", {})
        return {int(at): int(level) for at, level in kept.items()}

    def lines(self, choices: Mapping[int, int] | None = None) -> list[Line]:
        """Return what each block is, as chosen."""
        return chosen(self.blocks, self.found[0], self.choices if choices is None else choices)

    def outline(self, choices: Mapping[int, int] | None = None) -> Outline:
        """Return the document cut at its headings, as chosen."""
        return cut(self.blocks, self.lines(choices))

    @property
    def is_over(self) -> bool:
        """Whether it was brought into the draft already."""
        return bool((self.item.result or {}).get("brought_at"))


@dataclass(frozen=True)
class NewSection:
    """A section to be made; `key` says what it is across versions."""

    key: str
    level: int
    heading: str
    body: str


# Reading


def _packed(paper: WordPaper) -> bytes:
    kept = {"blocks": paper.blocks, "pictures": paper.pictures, "links": paper.links}
    return json.dumps(kept, ensure_ascii=False).encode()


def keep_reading(paper: WordPaper, *, org_id: int, actor: Actor | None, now: datetime) -> int:
    """Keep the blocks of a Word plan and return the id of their file."""
    for block in paper.blocks or ():
        ensure_not_classified(block["text"])
    name = "blocks.json"
    return store(_packed(paper), name=name, org_id=org_id, actor=actor, now=now).id


def begin_bringing(
    *, plan: Plan, name: str, data: bytes, paper: WordPaper, actor: Actor, now: datetime
) -> WorkItem:
    """Keep a Word plan whose words were looked at; what is too long to wait for is queued."""
    ensure_not_classified(paper.text, name)
    draft_to_write(plan)
    kept = store(
        data, name=name, org_id=plan.org_id, actor=actor, now=now, media_types=frozenset({DOCX})
    )
    item = enqueue(
        WORD_WORK,
        {"plan_id": plan.id, "file_id": kept.id, "org_id": plan.org_id},
        title=translate(N_("Reading %(name)s"), name=kept.name),
        actor=actor,
        org_id=plan.org_id,
        now=now,
    )
    if paper.blocks is not None:
        read_id = keep_reading(paper, org_id=plan.org_id, actor=actor, now=now)
        item.state, item.started_at, item.finished_at = WorkState.DONE, now, now
        item.result = result_of(item.public_id, plan.id, read_id)
        db.session.flush()
    return item


def result_of(public_id: str, plan_id: int, read_id: int) -> dict[str, Any]:
    """Return what a finished reading says: where to go on, and where the blocks are."""
    return {"url": f"/plans/{plan_id}/word/{public_id}", "read_id": read_id}


def get_brought(plan: Plan, public_id: str) -> Brought:
    """Return a Word plan that was read for a plan which was fetched in scope, or raise NotFound."""
    item = get_work_of(public_id, [plan.org_id])
    if item.kind != WORD_WORK or item.args["plan_id"] != plan.id or not item.result:
        raise NotFound(N_("There is no such work."))
    kept = json.loads(bytes_of(db.session.get_one(StoredFile, item.result["read_id"])))
    return Brought(
        item,
        db.session.get_one(StoredFile, item.args["file_id"]),
        [Block(**each) for each in kept["blocks"]],
        kept["pictures"],
        kept["links"],
    )


def keep_choices(brought: Brought, choices: Mapping[int, int]) -> None:
    """Remember which levels a person chose."""
    kept = {str(at): level for at, level in choices.items()}
    brought.item.result = {**(brought.item.result or {}), "choices": kept}


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


def short(text: str, most: int = MOST_LETTERS * 2) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}…"


@dataclass(frozen=True)
class Row:
    """A line of the preview: a block that is a heading, could be one, or is left out."""

    at: int
    line: Line
    text: str
    below: str
    characters: int
    odd: tuple[Oddity, ...]

    @property
    def level(self) -> int:
        """What the choice stands at: 0 for text, -1 for left out."""
        return -1 if self.line.role == CONTENTS else self.line.level
