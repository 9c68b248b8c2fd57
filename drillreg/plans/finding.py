"""Finding plans by words of their titles, sections and papers, ranked, within a scope."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from drillreg.core.db import db
from drillreg.core.paging import Page, decode_cursor, encode_cursor
from drillreg.fulltext.models import FulltextDocument, FulltextEntry, FulltextText
from drillreg.fulltext.queries import best_texts, has_term, holding
from drillreg.fulltext.rules import Piece, marked, snippet, terms_of
from drillreg.orgs.scope import OrgScope
from drillreg.plans.indexing import KIND, NUMBER, PAPER, TITLE
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.queries import PlanFilter, PlanRow, filtered, rows_of
from drillreg.plans.rules import VersionState
from drillreg.plans.scope import PLAN
from drillreg.plans.standing import Draft, Issued

PLACES = 3
# How many of the best texts are looked at first: most pages are full by then.
WINDOW = 200


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


@dataclass(frozen=True)
class _Texts:
    """Texts the reader may see, by their keys, and the editions of each plan, the newest first."""

    plan_of: Mapping[int, int]
    of_plan: Mapping[int, Sequence[tuple[int, int]]]

    def stands(self, key: int) -> bool:
        """Say whether a text may stand for its plan: its name alone only where nothing else is."""
        texts = self.of_plan[self.plan_of[key]]
        return len(texts) == 1 or (0, key) not in texts

    def newer(self, key: int) -> list[int]:
        """Return the texts of the same plan that are newer."""
        keys = [each for _, each in self.of_plan[self.plan_of[key]]]
        return keys[: keys.index(key)]


@dataclass(frozen=True)
class _Reader:
    """Which texts in scope are asked for: drafts where, older versions too, as of a day."""

    drafting: OrgScope
    older: bool
    today: date


def _texts_of(
    scope: OrgScope, reader: _Reader, chosen: PlanFilter, keys: Collection[int] | None
) -> _Texts:
    """Return the texts the reader may see of the plans of some texts, or of all plans."""
    document = FulltextDocument
    statement = select(Plan.id, document.edition, document.id).join(
        document, and_(document.subject_kind == KIND, document.subject_id == Plan.id)
    )
    statement = filtered(statement, scope, chosen, reader.today).where(
        _readable(func.nullif(document.edition, 0), scope, reader.drafting, reader.older)
    )
    if keys is not None:
        owners = select(document.subject_id).where(
            document.subject_kind == KIND, document.id.in_(keys)
        )
        statement = statement.where(Plan.id.in_(owners))
    of_plan: dict[int, list[tuple[int, int]]] = {}
    plan_of: dict[int, int] = {}
    for plan_id, number, key in db.session.execute(statement):
        of_plan.setdefault(plan_id, []).append((number, key))
        plan_of[key] = plan_id
    for texts in of_plan.values():
        texts.sort(reverse=True)
    return _Texts(plan_of, of_plan)


def _settled(
    terms: Sequence[str], ranked: Sequence[tuple[int, int]], texts: _Texts, most: int
) -> list[tuple[int, int]]:
    """Return at most so many of the ranked texts that stand for their plans.

    A plan is found by the newest of its texts that holds the words; its name is in each of them.
    """
    found: list[tuple[int, int]] = []
    seen = [(lv, key) for lv, key in ranked if key in texts.plan_of and texts.stands(key)]
    for start in range(0, len(seen), 2 * most):
        some = seen[start : start + 2 * most]
        keys = {key for _, key in some}
        held = holding(terms, keys.union(*map(texts.newer, keys)), candidates=keys)
        found += [
            (lv, key) for lv, key in some if key in held and held.isdisjoint(texts.newer(key))
        ]
        if len(found) >= most:
            break
    return found[:most]


def _ranked(
    terms: Sequence[str],
    scope: OrgScope,
    reader: _Reader,
    chosen: PlanFilter,
    after: tuple[int, int] | None,
    most: int,
) -> tuple[list[tuple[int, int]], _Texts]:
    """Return (level, text) of the best texts, each of another plan, and all texts of these plans.

    The best texts of all are asked for first. Where too few of those are the reader's, every text
    of the reader is compared with every text that holds the words.
    """
    first = best_texts(terms, after=after, most=WINDOW)
    texts = _texts_of(scope, reader, chosen, [key for _, key in first])
    found = _settled(terms, first, texts, most)
    if len(found) < most and len(first) == WINDOW:
        texts = _texts_of(scope, reader, chosen, None)
        found = _settled(terms, best_texts(terms, after=after, most=None), texts, most)
    return found, texts


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
    """Return a page of the plans that have all the words, the best first.

    A page takes five queries; a few more where many texts hold the words and few are the reader's.
    `drafting` is where the reader edits plans: drafts are searched there only.
    """
    terms = terms_of(words)
    if not terms:
        return Page([], None, size)
    after: tuple[int, int] | None = None
    if cursor:
        level, key = decode_cursor(cursor, 2, int)
        after = level, key
    reader = _Reader(drafting, older, today)
    ranked, texts = _ranked(terms, scope, reader, chosen, after, size + 1)
    shown = ranked[:size]
    ids = [texts.plan_of[each] for _, each in shown]
    if not ids:
        return Page([], None, size)
    rows = {row.plan.id: row for row in rows_of(ids, scope)}
    places = _places({i: [number for number, _ in texts.of_plan[i]] for i in ids}, terms)
    names = _names({each.source_id for i in ids for each in places[i] if each.part == PAPER})
    found = [_found(rows[i], places[i], terms, names) for i in ids if i in rows]
    return Page(found, encode_cursor(shown[-1]) if len(ranked) > size else None, size)


def _names(paper_ids: Collection[int]) -> dict[int, str]:
    """Return the names of the files of papers that were found within a scope."""
    if not paper_ids:
        return {}
    statement = (
        select(FulltextEntry.source_id, FulltextText.heading)
        .join(FulltextText, FulltextText.entry_id == FulltextEntry.id)
        .where(
            FulltextEntry.subject_kind == KIND,
            FulltextEntry.part == PAPER,
            FulltextEntry.piece == 0,
            FulltextEntry.source_id.in_(sorted(paper_ids)),
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
            snippet(place.text, terms, _folded(place)) if place.text else (),
            names.get(place.source_id, "") if place.part == PAPER else "",
        )
        for place in places
    ]
    more = places[0].count - len(places) if places else 0
    return Found(row, marked(row.plan.title, terms), shown, more)


def _folded(place: Any) -> str:
    """Return the text of a place as it is compared."""
    plain: str | None = place.folded
    return place.text if plain is None else plain[len(place.heading) + 1 :]


def _places(editions: Mapping[int, Sequence[int]], terms: Sequence[str]) -> dict[int, list[Any]]:
    """Return the first places of plans where a term stands, those in headings before others.

    `editions` are those the reader may see of each plan.
    """
    has = or_(*map(has_term, terms))
    above = or_(*(FulltextText.heading.icontains(term, autoescape=True) for term in terms))
    before = (case((above, 0), else_=1), FulltextEntry.id)
    statement = (
        select(
            FulltextEntry.id,
            func.row_number()
            .over(partition_by=FulltextEntry.subject_id, order_by=before)
            .label("place"),
            func.count().over(partition_by=FulltextEntry.subject_id).label("count"),
        )
        .join(FulltextText, FulltextText.entry_id == FulltextEntry.id)
        .where(
            FulltextEntry.subject_kind == KIND,
            FulltextEntry.subject_id.in_(editions),
            FulltextEntry.part.not_in((TITLE, NUMBER)),
            FulltextEntry.edition.in_({number for each in editions.values() for number in each}),
            has,
        )
    )
    numbered = statement.subquery()
    found: dict[int, list[Any]] = {i: [] for i in editions}
    rows = db.session.execute(
        select(
            FulltextEntry.subject_id.label("plan_id"),
            FulltextEntry.part,
            FulltextEntry.source_id,
            FulltextEntry.edition,
            FulltextText.heading,
            FulltextText.text,
            FulltextText.folded,
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
