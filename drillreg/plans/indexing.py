"""What of plans can be found, and keeping the index of it up to date.

Whoever changes a title, a section or the papers calls `index_plan` in the same unit of work; the
sweep finds what was written any other way.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union
from sqlalchemy.orm import aliased

from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import Busy, DomainError
from drillreg.files.models import StoredFile
from drillreg.files.operations import OFFICE, bytes_of, media_type_of
from drillreg.fulltext.models import FulltextDocument, FulltextEntry
from drillreg.fulltext.operations import Part, bring_up_to_date, forget_all, put
from drillreg.fulltext.rules import LONGEST_TERM, Reading, tidy
from drillreg.i18n import N_
from drillreg.plans.models import Plan, PlanFile, PlanSection, PlanVersion
from drillreg.plans.rules import ensure_not_classified
from drillreg.sandbox import client as sandbox
from drillreg.sandbox.limits import BACKGROUND, INTERACTIVE, Limits
from drillreg.sandbox.refusals import SandboxUnavailable

KIND = "plan"
TITLE, NUMBER, SECTION, PAPER = "title", "number", "section", "paper"
READ_TASK = "drillreg.documents.texts:read_text"
READABLE = frozenset({"application/pdf", OFFICE[".docx"]})
UNREADABLE = N_("The search reads .docx and .pdf only; the words of this file are not found.")
AT_ONCE = 500
PAPERS_AT_ONCE = 50
# Signs of Markdown: those inside a line vanish, those between words are a space.
MARKS = re.compile(r"\*{1,3}|~~|`")
RULES = re.compile(r"^\s*(?:#{1,6}|>|[-+*]|\|?[\s:|-]*-{3}[\s:|-]*)\s|\|", re.MULTILINE)


def plain(markdown: str) -> str:
    """Return the words of a section without the signs that lay it out."""
    return RULES.sub(" ", MARKS.sub("", markdown))


def index_plan(plan: Plan, *, now: datetime) -> int:
    """Bring the index of one plan up to date in this unit of work; return how much was written."""
    db.session.flush()
    return bring_up_to_date(KIND, plan.id, list(_parts_of(plan)), now=now)


def _parts_of(plan: Plan) -> Iterator[Part]:
    yield Part(TITLE, plan.id, plan.row_version, [(plan.title, plan.title_en or "")])
    for version in plan.versions:
        if version.document_number is not None:
            texts = [(version.document_number, "")]
            yield Part(NUMBER, version.id, version.row_version, texts, edition=version.id)
        for paper in version.papers:
            yield _paper(paper)
    sections = db.session.scalars(
        select(PlanSection)
        .join(PlanVersion, PlanVersion.id == PlanSection.version_id)
        .where(PlanVersion.plan_id == plan.id)
        .order_by(PlanSection.id)
    )
    for section in sections:
        texts = [(section.heading, plain(section.body))]
        yield Part(SECTION, section.id, section.row_version, texts, edition=section.version_id)


def _paper(paper: PlanFile, pages: Sequence[str] | None = None, trouble: str = "") -> Part:
    """Return what the index holds of a paper: its name, and its pages when they were read."""
    if pages is None and not trouble and paper.file.media_type not in READABLE:
        trouble = UNREADABLE
    reading = Reading.FAILED if trouble else Reading.WAITING if pages is None else Reading.DONE
    # Each page goes on with the beginning of the next, so that no word falls between them.
    beginnings = [(page, after[:LONGEST_TERM]) for page, after in pairwise([*(pages or []), ""])]
    texts = [(paper.file.name, "")] + [("", page + after) for page, after in beginnings]
    return Part(
        PAPER,
        paper.id,
        1,
        texts,
        edition=paper.version_id,
        reading=reading,
        trouble=trouble or None,
    )


# The sweep


def _behind() -> Select[int]:
    """Select the keys of plans of which something was saved since it was indexed."""
    entry = aliased(FulltextEntry)

    def indexed(part: str, source_id: Any, revision: Any) -> ColumnElement[bool]:
        return and_(
            entry.subject_kind == KIND,
            entry.subject_id == Plan.id,
            entry.part == part,
            entry.source_id == source_id,
            entry.piece == 0,
            entry.revision == revision,
        )

    titles = select(Plan.id).outerjoin(entry, indexed(TITLE, Plan.id, Plan.row_version))
    versions = select(Plan.id).join(PlanVersion, PlanVersion.plan_id == Plan.id)
    numbers = versions.outerjoin(
        entry, indexed(NUMBER, PlanVersion.id, PlanVersion.row_version)
    ).where(PlanVersion.document_number.is_not(None))
    sections = versions.join(PlanSection, PlanSection.version_id == PlanVersion.id).outerjoin(
        entry, indexed(SECTION, PlanSection.id, PlanSection.row_version)
    )
    papers = (
        versions.join(PlanFile, PlanFile.version_id == PlanVersion.id)
        .outerjoin(entry, indexed(PAPER, PlanFile.id, 1))
        .where(PlanFile.voided_at.is_(None))
    )
    missing = [each.where(entry.id.is_(None)) for each in (titles, numbers, sections, papers)]
    return select(union(*missing, _gone(), _apart()).subquery().c[0])


def _apart() -> Select[int]:
    """Select the keys of plans that have entries which are in no whole text yet."""
    entry, text = aliased(FulltextEntry), aliased(FulltextDocument)
    whole = and_(
        text.subject_kind == entry.subject_kind,
        text.subject_id == entry.subject_id,
        text.edition == func.coalesce(entry.edition, 0),
    )
    return (
        select(entry.subject_id)
        .outerjoin(text, whole)
        .where(entry.subject_kind == KIND, entry.piece == 0, text.id.is_(None))
    )


def _gone() -> Select[int]:
    """Select the keys of plans that the index knows sections or papers of which are gone."""
    entry = aliased(FulltextEntry)
    return (
        select(entry.subject_id)
        .outerjoin(PlanSection, and_(entry.part == SECTION, PlanSection.id == entry.source_id))
        .outerjoin(PlanFile, and_(entry.part == PAPER, PlanFile.id == entry.source_id))
        .where(
            entry.subject_kind == KIND,
            entry.piece == 0,
            or_(
                and_(entry.part == SECTION, PlanSection.id.is_(None)),
                and_(entry.part == PAPER, PlanFile.voided_at.is_not(None)),
            ),
        )
    )


def sweep_index(now: datetime) -> int:
    """Index plans that are behind, then read papers that wait; return how many of both."""
    return _index_behind(now, AT_ONCE) + read_papers(now, PAPERS_AT_ONCE)


def rebuild_index(now: datetime) -> int:
    """Build the index of plans anew but for the text of papers; return how many plans it has."""
    with unit_of_work():
        forget_all(KIND)
    return _index(db.session.scalars(select(Plan.id).order_by(Plan.id)).all(), now)


def _index_behind(now: datetime, most: int) -> int:
    return _index(db.session.scalars(_behind().limit(most)).all(), now)


def _index(ids: Sequence[int], now: datetime) -> int:
    for start in range(0, len(ids), 50):
        with unit_of_work():
            chosen = select(Plan).where(Plan.id.in_(ids[start : start + 50])).order_by(Plan.id)
            for plan in db.session.scalars(chosen).all():
                index_plan(plan, now=now)
        db.session.expunge_all()
    return len(ids)


def read_papers(now: datetime, most: int | None = None) -> int:
    """Read the text of papers that wait for it, each on its own; return how many were taken."""
    waiting = select(FulltextEntry.source_id).where(
        FulltextEntry.reading == Reading.WAITING, FulltextEntry.subject_kind == KIND
    )
    ids = db.session.scalars(waiting.order_by(FulltextEntry.id).limit(most)).all()
    done = 0
    for paper_id in ids:
        try:
            done += _read_paper(paper_id, now)
        except (Busy, SandboxUnavailable):  # the next sweep tries again
            break
    return done


def _read_paper(paper_id: int, now: datetime) -> int:
    paper = db.session.get_one(PlanFile, paper_id)
    file, plan_id = paper.file, paper.version.plan_id
    db.session.expunge(file)
    db.session.rollback()
    pages, trouble = _words_of(file)
    with unit_of_work():
        paper = db.session.get_one(PlanFile, paper_id, populate_existing=True)
        if paper.voided_at is None:
            put(KIND, plan_id, _paper(paper, pages, trouble), now=now)
    return 1


def _words_of(file: StoredFile) -> tuple[list[str] | None, str]:
    """Return the pages of a file, or why they cannot be read."""
    try:
        pages = _read(bytes_of(file), file.media_type, BACKGROUND)
        ensure_not_classified(*map(tidy, pages))
        ensure_words(pages)
    except (Busy, SandboxUnavailable):
        raise
    except DomainError as error:
        return None, error.message
    except (OSError, RuntimeError):
        return None, N_("The file is not in the store any more, so the search cannot read it.")
    return pages, ""


def _read(data: bytes, media_type: str, limits: Limits) -> list[str]:
    args = {"media_type": media_type}
    pages: list[str] = sandbox.run(READ_TASK, args, inputs={"paper": data}, limits=limits).value[
        "pages"
    ]
    return pages


def ensure_readable_and_public(name: str, data: bytes) -> None:
    """Raise unless the words of a file can be read and carry no marking of a classified paper.

    Also raises what the sandbox raises.
    """
    media_type = media_type_of(data, name)
    if media_type not in READABLE:
        raise DomainError(N_("Take a .docx or a .pdf here: others cannot be looked through."))
    pages = _read(data, media_type, INTERACTIVE)
    ensure_words(pages)
    ensure_not_classified(*map(tidy, pages))


def ensure_words(pages: Sequence[str]) -> None:
    """Raise when a file has pages without a single word: it is a scan."""
    if not any(map(tidy, pages)):
        raise DomainError(N_("The file is a picture of a paper; its words cannot be read."))
