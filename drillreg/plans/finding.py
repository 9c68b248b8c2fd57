"""Finding plans by words of their titles, sections and papers, ranked, within a scope."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, cast, func, or_, select
from sqlalchemy.orm import aliased

from drillreg.core.db import Big, db
from drillreg.core.paging import Page, keyset_page
from drillreg.fulltext.models import FulltextEntry, FulltextText
from drillreg.fulltext.queries import has_term, matches
from drillreg.fulltext.rules import Piece, marked, snippet, terms_of
from drillreg.orgs.scope import OrgScope
from drillreg.plans.indexing import KIND, NUMBER, PAPER, TITLE
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.queries import PlanFilter, PlanRow, filtered, rows_of
from drillreg.plans.rules import VersionState
from drillreg.plans.scope import PLAN
from drillreg.plans.standing import Draft, Issued

TITLE_WEIGHT = 1000
PLACES = 3


@dataclass(frozen=True)
class Place:
    """Where in a plan the words stand: a section or a paper, its heading and what is around.

    `name` is that of the file of a paper.
    """

    part: str
    source_id: int
    edition: int | None
    heading: Sequence[Piece]
    around: Sequence[Piece]
    name: str


@dataclass(frozen=True)
class Found:
    """A plan that has the words; `more` places of it are not shown."""

    row: PlanRow
    title: Sequence[Piece]
    places: Sequence[Place] = field(default=())
    more: int = 0


def _readable(text: Any, scope: OrgScope, drafting: OrgScope, older: bool) -> ColumnElement[bool]:
    """Return the condition that a text (the column of its version) is one the reader may see.

    Titles and the version in force; drafts where the reader edits; with `older` what was in force.
    """
    shown = [
        text.is_(None),
        text == Issued.id,
        and_(text == Draft.id, PLAN.within(drafting)),
    ]
    if older:
        version = aliased(PlanVersion)
        once = select(version.id).where(
            version.id == text,
            version.state == VersionState.SUPERSEDED,
            version.plan_id == Plan.id,
        )
        if (left := PLAN.cut_on(scope)) is not None:
            once = once.where(or_(left.is_(None), version.issued_on < left))
        shown.append(once.correlate_except(version).exists())
    return or_(*shown)


def _ranked(
    terms: Sequence[str],
    scope: OrgScope,
    drafting: OrgScope,
    chosen: PlanFilter,
    *,
    older: bool,
    today: date,
) -> Select[*tuple[Any, ...]]:
    """Select (plan, score) of the plans that have every term.

    Hits are added up for each text before anything is joined: plans are fewer than hits.
    """
    hit = matches(terms)
    weight = case((FulltextEntry.part == TITLE, hit.c.weight + TITLE_WEIGHT), else_=hit.c.weight)
    text = (
        select(
            FulltextEntry.subject_id,
            FulltextEntry.edition,
            hit.c.term,
            func.sum(weight).label("score"),
        )
        .select_from(hit)
        .join(FulltextEntry, FulltextEntry.id == hit.c.entry_id)
        .where(FulltextEntry.subject_kind == KIND)
        .group_by(FulltextEntry.subject_id, FulltextEntry.edition, hit.c.term)
        .subquery("text")
    )
    statement: Select[*tuple[Any, ...]] = (
        select(Plan.id.label("plan_id"), cast(func.sum(text.c.score), Big).label("score"))
        .select_from(text)
        .join(Plan, Plan.id == text.c.subject_id)
    )
    statement = filtered(statement, scope, chosen, today)
    readable = _readable(text.c.edition, scope, drafting, older)
    statement = statement.where(readable).group_by(Plan.id)
    if len(terms) > 1:
        statement = statement.having(func.count(text.c.term.distinct()) == len(terms))
    return statement


def find_plans(
    words: str,
    scope: OrgScope,
    chosen: PlanFilter,
    *,
    drafting: OrgScope,
    today: date,
    older: bool = False,
    cursor: str | None = None,
    size: int = 20,
) -> Page[Found]:
    """Return a page of the plans that have all the words, the best first, in four queries.

    `drafting` is where the reader edits plans: drafts are searched there only.
    """
    terms = terms_of(words)
    if not terms:
        return Page([], None, size)
    ranked = _ranked(terms, scope, drafting, chosen, older=older, today=today).subquery()
    page = keyset_page(
        select(ranked.c.plan_id, ranked.c.score),
        order=[(ranked.c.score, "desc"), (ranked.c.plan_id, "desc")],
        cursor=cursor,
        size=size,
    )
    ids = [plan_id for plan_id, *_ in page.rows]
    if not ids:
        return Page([], None, size)
    rows = {row.plan.id: row for row in rows_of(ids, scope)}
    places = _places(ids, terms, scope, drafting, older=older, today=today)
    names = _names(place.source_id for i in ids for place in places[i] if place.part == PAPER)
    found = [_found(rows[i], places[i], terms, names) for i in ids if i in rows]
    return Page(found, page.next_cursor, size)


def _names(paper_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of the files of papers that were found within a scope."""
    statement = (
        select(FulltextEntry.source_id, FulltextText.heading)
        .join(FulltextText, FulltextText.entry_id == FulltextEntry.id)
        .where(
            FulltextEntry.subject_kind == KIND,
            FulltextEntry.part == PAPER,
            FulltextEntry.piece == 0,
            FulltextEntry.source_id.in_(sorted(set(paper_ids))),
        )
    )
    return {row.source_id: row.heading for row in db.session.execute(statement)}


def _found(
    row: PlanRow, places: Sequence[Any], terms: Sequence[str], names: Mapping[int, str]
) -> Found:
    shown = [
        Place(
            place.part,
            place.source_id,
            place.edition,
            marked(place.heading, terms),
            snippet(place.text, terms) if place.text else (),
            names.get(place.source_id, "") if place.part == PAPER else "",
        )
        for place in places
    ]
    more = places[0].count - len(places) if places else 0
    return Found(row, marked(row.plan.title, terms), shown, more)


def _places(
    ids: Collection[int],
    terms: Sequence[str],
    scope: OrgScope,
    drafting: OrgScope,
    *,
    older: bool,
    today: date,
) -> dict[int, list[Any]]:
    """Return the first places of each plan where a term stands, those in headings before others."""
    has = or_(*map(has_term, terms))
    above = or_(*(FulltextText.heading.icontains(term, autoescape=True) for term in terms))
    before = (case((above, 0), else_=1), FulltextEntry.id)
    statement = (
        select(
            FulltextEntry.id,
            func.row_number().over(partition_by=Plan.id, order_by=before).label("place"),
            func.count().over(partition_by=Plan.id).label("count"),
        )
        .select_from(Plan)
        .join(
            FulltextEntry,
            and_(FulltextEntry.subject_kind == KIND, FulltextEntry.subject_id == Plan.id),
        )
        .join(FulltextText, FulltextText.entry_id == FulltextEntry.id)
    )
    statement = filtered(statement, scope, PlanFilter(), today).where(
        Plan.id.in_(ids),
        FulltextEntry.part.not_in((TITLE, NUMBER)),
        _readable(FulltextEntry.edition, scope, drafting, older),
        has,
    )
    numbered = statement.subquery()
    found: dict[int, list[Any]] = {i: [] for i in ids}
    rows = db.session.execute(
        select(
            FulltextEntry.subject_id.label("plan_id"),
            FulltextEntry.part,
            FulltextEntry.source_id,
            FulltextEntry.edition,
            FulltextText.heading,
            FulltextText.text,
            numbered.c.count,
        )
        .join(numbered, numbered.c.id == FulltextEntry.id)
        .join(FulltextText, FulltextText.entry_id == FulltextEntry.id)
        .where(numbered.c.place <= PLACES)
        .order_by(numbered.c.place)
    )
    for row in rows:
        found[row.plan_id].append(row)
    return found


def unread_papers(plan: Plan) -> Sequence[tuple[str, str]]:
    """Return the papers of a plan, read within a scope, whose text was not read: name and why."""
    statement = (
        select(FulltextText.heading, FulltextEntry.trouble)
        .join(FulltextText, FulltextText.entry_id == FulltextEntry.id)
        .where(
            FulltextEntry.subject_kind == KIND,
            FulltextEntry.subject_id == plan.id,
            FulltextEntry.edition.in_([version.id for version in plan.versions]),
            FulltextEntry.trouble.is_not(None),
        )
        .order_by(FulltextEntry.id)
    )
    return [(name, trouble or "") for name, trouble in db.session.execute(statement)]


def numbers_of(found: Sequence[Found], scope: OrgScope) -> dict[int, int]:
    """Return the numbers of the versions in which the words stand, by their ids."""
    ids = {place.edition for each in found for place in each.places if place.edition}
    rows = db.session.execute(
        select(PlanVersion.id, PlanVersion.number)
        .join(PlanVersion.plan)
        .join(Plan.org)
        .where(PlanVersion.id.in_(sorted(ids)), PLAN.within(scope))
    )
    return {row.id: row.number for row in rows}
