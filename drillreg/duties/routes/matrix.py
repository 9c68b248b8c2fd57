"""The coverage matrix: who has what the law asks, kind by kind, down to the named gaps."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, render_template, request, url_for

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import CodeItem, code_label, code_list
from drillreg.core.page import name_of
from drillreg.duties.counting import Tally, added_up
from drillreg.duties.leading import gaps_url
from drillreg.duties.matrix import (
    Cover,
    Matrix,
    Place,
    below_of,
    cover,
    read_matrix,
    self_reported,
    stale_in,
)
from drillreg.duties.planned import under_way
from drillreg.duties.routes.blueprint import bp, org_of_address
from drillreg.duties.states import State
from drillreg.duties.terms import Owed
from drillreg.duties.wording import OWED_WORDS
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.queries import ancestors_of, orgs_of_kinds
from drillreg.orgs.rules import covers
from drillreg.orgs.scope import OrgScope, current_scope
from drillreg.sheets.export import Column, send_table

NODES = ("county", "town")
# With more organisations than that, they stand down the page unless asked.
MOST_ACROSS = 10
EVENTS, DUTIES = "event_type", "owed"
COVER_WORDS = {
    Cover.ALL: N_("All met"),
    Cover.SELF: N_("All met"),
    Cover.WAITING: N_("Not yet due"),
    Cover.SOON: N_("Soon due"),
    Cover.SOME: N_("Partly"),
    Cover.NONE: N_("Missing"),
    Cover.WAIVED: N_("Exempt"),
    Cover.NOT_OWED: N_("Not asked for"),
}
KEY = {
    Cover.ALL: N_("all met, with evidence or verified"),
    Cover.SELF: N_("all met, self-reported only"),
    Cover.SOON: N_("something falls due within 30 days"),
    Cover.WAITING: N_("not yet due"),
    Cover.SOME: N_("part of it late"),
    Cover.NONE: N_("late, none met"),
    Cover.NOT_OWED: N_("not asked for or exempt"),
}
CSS = {
    Cover.ALL: "ok",
    Cover.SELF: "self",
    Cover.WAITING: "draft",
    Cover.SOON: "soon",
    Cover.SOME: "old",
    Cover.NONE: "gap",
    Cover.WAIVED: "na",
    Cover.NOT_OWED: "na",
}
# What the named list calls all that is not late and not done yet.
STILL_TO_DO = "due"
DRAFTING = N_("being written")


@dataclass(frozen=True)
class Side:
    """A row or a column: an organisation, or a kind of event or of duty under its class."""

    label: str
    url: str = ""
    group: str = ""
    place: Place | None = None
    word: str = ""


@dataclass(frozen=True)
class Shown:
    """One cell as it is printed."""

    tally: Tally
    url: str = ""
    about: str = ""
    # Something is being written that would meet what is missing.
    drafting: bool = False

    @property
    def cover(self) -> Cover:
        """How it reads."""
        return cover(self.tally)

    @property
    def css(self) -> str:
        """The class of the cell; what is fine stays pale."""
        return CSS[self.cover]

    @property
    def of(self) -> str:
        """How many of how many, and how many of them by their own report alone."""
        if not self.tally.owed:
            return ""
        return f"{self.tally.met}/{self.tally.owed}"

    @property
    def word(self) -> str:
        """Its word."""
        return translate(COVER_WORDS[self.cover])


@dataclass(frozen=True)
class Line:
    """A row with its cells in the order of the columns, and their sum."""

    side: Side
    cells: Sequence[Shown]
    total: Shown


@dataclass(frozen=True)
class Sheet:
    """The matrix as it is laid out."""

    matrix: Matrix
    by: str
    owed: str
    orgs_down: bool
    columns: Sequence[Side]
    lines: Sequence[Line]
    totals: Sequence[Shown] = field(default_factory=list)

    @property
    def total(self) -> Shown:
        """The sum of all that is shown."""
        return Shown(self.matrix.total)


def _word_of(name: str, choices: Sequence[str], otherwise: str) -> str:
    text = request.args.get(name, otherwise)
    return text if text in choices else otherwise


def _events(event_class: str) -> list[CodeItem]:
    return [
        item
        for item in code_list("event_type")
        if event_class in {"", str(item.attributes["class"])}
    ]


def _word_sides(matrix: Matrix, by: str) -> list[Side]:
    if by == DUTIES:
        return [Side(translate(OWED_WORDS[Owed(word)]), word=word) for word in matrix.words]
    items = {item.code: item for item in code_list("event_type")}
    return [
        Side(pick(items[word].label), group=str(items[word].attributes["class"]), word=word)
        if word
        else Side(translate(N_("Of no one kind")), word=word)
        for word in matrix.words
    ]


def _place_side(place: Place) -> Side:
    name = name_of(place.org)
    if place.is_own:
        name = translate(N_("%(name)s itself"), name=name)
    if place.has_below:
        url = url_for(".matrix", node=place.org.id, **_carried())
    else:
        url = url_for("orgs.show", org_id=place.org.id)
    return Side(name, url, place=place)


def _carried() -> dict[str, Any]:
    """Return the arguments that a step down the tree keeps."""
    names = ("by", "owed", "class", "turn")
    return {name: request.args[name] for name in names if request.args.get(name)}


Drafts = Collection[tuple[str, str]]


def _is_drafting(place: Place, event_type: str, drafts: Drafts) -> bool:
    """Say whether something is being written for a kind of event, of a subtree where it counts."""
    path = place.org.path
    if not place.has_below:
        return (path, event_type) in drafts
    return any(kind == event_type and covers(path, at) for at, kind in drafts)


def _cell(matrix: Matrix, place: Side, word: Side, by: str, owed: str, drafts: Drafts) -> Shown:
    if place.place is None:
        return Shown(Tally())
    tally = matrix.at(place.place, word.word)
    url = ""
    if tally.owed:
        wanted = {EVENTS: word.word, "owed": owed} if by == EVENTS else {"owed": word.word}
        state = State.BREACHED.value
        if not tally[State.BREACHED]:
            state = State.MET.value if tally.met == tally.owed else STILL_TO_DO
        url = gaps_url(place.place.org.id, own=place.place.is_own, state=state, **wanted)
    open_ = tally.owed > tally.met
    drafting = open_ and _is_drafting(place.place, word.word, drafts)
    return Shown(tally, url, f"{place.label} · {word.label}", drafting)


def _gaps_only(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.total.tally[State.BREACHED]]


def read_sheet(scope: OrgScope) -> Sheet:
    """Build the matrix that the address asks for."""
    by = _word_of("by", (EVENTS, DUTIES), EVENTS)
    owed = _word_of("owed", ("", *Owed), "" if by == DUTIES else Owed.PLAN)
    chosen = _word_of("class", ("", *code_list("event_class").codes()), "")
    events = _events(chosen)
    below = below_of(org_of_address(scope, "node"), scope, request.args.get("kind"))
    order = list(Owed) if by == DUTIES else [*(item.code for item in events), ""]
    matrix = read_matrix(
        below,
        clock.today(),
        by=by,
        owed="" if by == DUTIES else owed,
        event_types=[item.code for item in events] if chosen else (),
        order=order,
    )
    is_of_plans = by == EVENTS and owed == Owed.PLAN
    tops = [below.node] if below.node else [place.org for place in below.places]
    drafts = frozenset(under_way(Owed.PLAN, tops, scope) if is_of_plans else ())
    words = _word_sides(matrix, by)
    places = [_place_side(place) for place in below.places]
    many = len(places) > MOST_ACROSS
    orgs_down = _word_of("turn", ("orgs", "kinds"), "orgs" if many else "kinds") == "orgs"
    rows, columns = (places, words) if orgs_down else (words, places)

    def at(row: Side, column: Side) -> Shown:
        place, word = (row, column) if orgs_down else (column, row)
        return _cell(matrix, place, word, by, owed, drafts)

    return _laid_out(Sheet(matrix, by, owed, orgs_down, columns, []), rows, at)


def _laid_out(sheet: Sheet, rows: Sequence[Side], at: Callable[[Side, Side], Shown]) -> Sheet:
    lines = []
    for row in rows:
        cells = [at(row, column) for column in sheet.columns]
        lines.append(Line(row, cells, Shown(added_up(cell.tally for cell in cells))))
    if request.args.get("only") == "gaps":
        lines = _gaps_only(lines)
    totals = [
        Shown(added_up(line.cells[number].tally for line in lines))
        for number in range(len(sheet.columns))
    ]
    return Sheet(sheet.matrix, sheet.by, sheet.owed, sheet.orgs_down, sheet.columns, lines, totals)


@bp.get("/matrix")
@requires(Permission.VIEW)
def matrix() -> str:
    """Show the share that is met: what stands below a node against kinds of event or of duty."""
    scope = current_scope().present
    sheet = read_sheet(scope)
    below = sheet.matrix.below
    stale, since = stale_in(below, scope)
    above = [org for org in ancestors_of(below.node) if scope.includes(org)] if below.node else []
    return render_template(
        "duties/matrix.html",
        sheet=sheet,
        below=below,
        above=above,
        nodes=[(org.id, name_of(org)) for org in orgs_of_kinds(scope, NODES)],
        kinds=[
            (kind, code_label(kind, "org_kind"))
            for kind in code_list("org_kind").codes()
            if kind in below.kinds
        ],
        classes=code_list("event_class").options(),
        owed_words=[(each.value, translate(OWED_WORDS[each])) for each in Owed],
        key=[(CSS[each], translate(sentence)) for each, sentence in KEY.items()],
        self_reported=self_reported,
        drafting=DRAFTING,
        breached=State.BREACHED,
        waived=State.WAIVED,
        gives=current_actor().may(Permission.ASSIGN_TASKS),
        stale=stale,
        since=since,
        now=clock.now(),
    )


@bp.get("/matrix.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def matrix_export(fmt: str) -> Response:
    """Hand out the matrix as it is shown."""
    sheet = read_sheet(current_scope().present)
    first = N_("Organisation") if sheet.orgs_down else N_("Kind")
    columns = [
        Column[Line](first, lambda line: line.side.label),
        *(_column(number, side) for number, side in enumerate(sheet.columns)),
        Column[Line](N_("Owed"), lambda line: line.total.tally.owed),
        Column[Line](N_("Met"), lambda line: line.total.tally.met),
        Column[Line](N_("Of these self-reported"), lambda line: self_reported(line.total.tally)),
        Column[Line](N_("Late"), lambda line: line.total.tally[State.BREACHED]),
    ]
    total = Line(Side(translate(N_("In all"))), sheet.totals, sheet.total)
    return send_table(N_("Coverage matrix"), columns, [*sheet.lines, total], fmt)


def _column(number: int, side: Side) -> Column[Line]:
    def text(line: Line) -> str:
        cell = line.cells[number]
        draft = translate(DRAFTING) if cell.drafting else ""
        return " ".join(part for part in (cell.word, cell.of, draft) if part)

    return Column(side.label, text)
