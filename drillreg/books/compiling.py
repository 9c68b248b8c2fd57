"""Background work: a book of plans. A few are printed at a time, and all are bound at the end."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from drillreg.books.rules import ensure_pages
from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.documents.binding import BookPart, bind, print_parts, take_in
from drillreg.documents.layouts import Layout
from drillreg.documents.paper import (
    Block,
    Column,
    Cover,
    Entry,
    Manner,
    PageList,
    Paper,
    Paragraph,
    Strong,
    Table,
    day_text,
)
from drillreg.documents.pdf import Rendered, print_paper
from drillreg.documents.queries.layouts import layout_for
from drillreg.files.models import StoredFile
from drillreg.files.operations import path_of, store
from drillreg.i18n import translate
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.printing import INTERNAL, LAYOUT, book_paper
from drillreg.plans.rules import Secrecy
from drillreg.plans.sections import is_written
from drillreg.sandbox.limits import BACKGROUND

PDF = "application/pdf"
# A book is larger than what people upload; the store keeps it all the same.
MOST_MEGABYTES = 500
AT_ONCE = 8  # plans printed by one child


@dataclass
class _Book:
    """How far a book is: its parts, the entries of its contents, what was left out and why."""

    folder: Path
    pages: int = 0
    parts: list[BookPart] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    left_out: list[tuple[str, str, str]] = field(default_factory=list)
    internal: bool = False
    org_id: int = 0

    def add(self, pdf: bytes, pages: int, title: str = "") -> None:
        path = self.folder / f"{len(self.parts)}.pdf"
        path.write_bytes(pdf)
        self.parts.append(BookPart(path, title))
        self.pages += pages
        ensure_pages(self.pages)


@dataclass(frozen=True)
class _Source:
    """What is needed of one version, read before anything is printed."""

    paper: Paper
    layout: Layout
    org_id: int
    org: str
    title: str
    internal: bool
    foreign: list[tuple[str, Path]]
    unread: list[str]


def _version(version_id: int) -> PlanVersion | None:
    return db.session.scalar(
        select(PlanVersion)
        .join(PlanVersion.plan)
        .join(Plan.org)
        .options(contains_eager(PlanVersion.plan).contains_eager(Plan.org))
        .where(PlanVersion.id == version_id, Plan.voided_at.is_(None))
    )


def _source(version_id: int) -> _Source | None:
    """Read a version; None for a plan that was struck out meanwhile."""
    version = _version(version_id)
    if version is None:
        return None
    plan, written = version.plan, is_written(version)
    files = [paper.file for paper in version.papers]
    if not written and version.frozen_file_id is not None:
        files.insert(0, db.session.get_one(StoredFile, version.frozen_file_id))
    return _Source(
        paper=book_paper(version),
        layout=layout_for(LAYOUT, plan.org),
        org_id=plan.org_id,
        org=plan.org.name,
        title=plan.title,
        internal=plan.secrecy is Secrecy.INTERNAL,
        foreign=[(each.name, path_of(each.sha256)) for each in files if each.media_type == PDF],
        unread=[each.name for each in files if each.media_type != PDF]
        or ([] if written or files else [""]),
    )


def _read(versions: Sequence[int]) -> Iterator[tuple[int, list[_Source]]]:
    """Yield plans to be printed at a time, and how many versions were read before.

    Where a plan ends in foreign papers, the number of the next page is known only after them.
    """
    sources: list[_Source] = []
    before = 0
    for at, version_id in enumerate(versions, start=1):
        source = _source(version_id)
        if source is not None:
            sources.append(source)
        if len(sources) == AT_ONCE or (source is not None and source.foreign):
            db.session.rollback()  # nothing is held open while the child prints
            yield before, sources
            sources, before = [], at
    db.session.rollback()
    if sources:
        yield before, sources


def _add_plans(book: _Book, sources: Sequence[_Source]) -> None:
    parts = [(each.paper, each.layout) for each in sources]
    for source, printed in zip(sources, print_parts(parts, first_page=book.pages + 1), strict=True):
        if isinstance(printed, DomainError):
            why = translate(printed.message, **printed.params)
            book.left_out.append((source.org, source.title, why))
        else:
            _add_plan(book, source, printed)


def _add_plan(book: _Book, source: _Source, printed: Rendered) -> None:
    book.pages += book.pages % 2  # a part begins on a right-hand page
    if source.org_id != book.org_id:
        book.entries.append(Entry(source.org))
        book.org_id = source.org_id
    book.entries.append(Entry(source.title, book.pages + 1))
    book.internal = book.internal or source.internal
    book.add(printed.pdf, printed.pages, source.title)
    for name, path in source.foreign:
        try:
            taken = take_in(path, first_page=book.pages + 1)
        except DomainError as error:
            why = translate(error.message, **error.params)
            book.left_out.append((source.org, f"{source.title}：{name}", why))
            continue
        book.add(taken.pdf, taken.pages)
    for name in source.unread:
        what = f"{source.title}：{name}" if name else source.title
        why = "不是PDF文件，未收入正文" if name else "没有录入正文"
        book.left_out.append((source.org, what, why))


def _front(book: _Book, title: str, issuer: str, day: date) -> Paper:
    count = sum(entry.page is not None for entry in book.entries)
    front: list[Block] = [PageList("目　　录", book.entries)]
    if book.left_out:
        columns = [Column("单位", 24), Column("预案、文件", 46), Column("说明", 30)]
        front += [
            Paragraph([Strong("未收入正文的预案和文件")], Manner.CENTER),
            Table(columns, book.left_out[:400], ruled=True),
        ]
    return Paper(
        LAYOUT,
        "",
        signed=False,
        cover=Cover(
            title,
            mark=INTERNAL if book.internal else "",
            edition=f"收录现行预案{count}件",
            issuer=issuer,
            day=day_text(day),
        ),
        front=front,
    )


def compile_book(args: dict[str, Any], progress: Callable[..., None]) -> dict[str, Any]:
    """Print and bind the versions that were settled when the book was asked for.

    Only a few plans are in memory at a time; the last step binds all from files.
    """
    versions: list[int] = args["versions"]
    org = db.session.get_one(Org, args["org_id"])
    issuer, layout = org.name, layout_for(LAYOUT, org)
    db.session.rollback()
    with tempfile.TemporaryDirectory(prefix="drillreg-book-") as folder:
        book = _Book(Path(folder))
        for done, sources in _read(versions):
            progress(done, len(versions) + 1)
            _add_plans(book, sources)
        progress(len(versions), len(versions) + 1)
        paper = _front(book, args["title"], issuer, date.fromisoformat(args["day"]))
        printed = print_paper(paper, layout=layout, limits=BACKGROUND)
        cover = book.folder / "front.pdf"
        cover.write_bytes(printed.pdf)
        bound = bind(args["title"], [BookPart(cover, "封面和目录"), *book.parts])
    with unit_of_work():
        kept = store(
            bound,
            name=f"{args['title']}.pdf",
            org_id=args["org_id"],
            actor=None,
            now=clock.now(),
            most_megabytes=MOST_MEGABYTES,
        )
    return {"file_id": kept.id, "plans": len(versions), "left_out": len(book.left_out)}
