"""A Word plan as it was read for a draft, kept as work until it is brought in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.documents.word_papers import WordPaper
from drillreg.files.models import StoredFile
from drillreg.files.operations import bytes_of, store
from drillreg.i18n import N_, translate
from drillreg.plans.chapters import find_chapters
from drillreg.plans.cutting import Block, Line, Oddity, Outline, chosen, cut
from drillreg.plans.models import Plan
from drillreg.plans.rules import ensure_not_classified
from drillreg.plans.writing import draft_to_write
from drillreg.work.models import WorkItem
from drillreg.work.operations import enqueue
from drillreg.work.queries import get_work_of
from drillreg.work.rules import WorkState

WORD_WORK = "plans.word"
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
