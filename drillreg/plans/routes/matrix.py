"""The coverage matrix: organisations down, kinds of event across."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import Response, render_template, request, url_for

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.codes import CodeItem, code_label, code_list
from drillreg.core.page import name_of
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import children_of, orgs_of_kinds, top_orgs
from drillreg.orgs.scope import OrgScope, current_scope, current_scope_for
from drillreg.plans.matrix import Cell, editable_ids, matrix_cells, orgs_with_granted
from drillreg.plans.routes.blueprint import bp, org_of_address
from drillreg.plans.rules import Coverage, coverage
from drillreg.plans.wording import COVERAGE_WORDS
from drillreg.sheets.export import Column, send_table

NODES = ("county", "town")
# More lines than that are not read; the rest comes by choosing a kind or a town.
MOST_ROWS = 150
MOST_COLUMNS = 8
GAPS = frozenset({Coverage.MISSING, Coverage.REVIEW_DUE, Coverage.DRAFT})
CSS = {
    Coverage.CURRENT: "ok",
    Coverage.REVIEW_DUE: "old",
    Coverage.DRAFT: "draft",
    Coverage.MISSING: "gap",
    Coverage.NOT_USUAL: "na",
    Coverage.NOT_OPEN: "na",
}


@dataclass(frozen=True)
class Shown:
    """One cell as it is printed."""

    coverage: Coverage
    plans: int
    url: str | None

    @property
    def css(self) -> str:
        """The class of the cell; what is fine stays pale."""
        return CSS[self.coverage]


@dataclass(frozen=True)
class Line:
    """One organisation with its cells in the order of the columns.

    Of a guest only the plans opened by grant are known.
    """

    org: Org
    cells: Sequence[Shown]
    is_guest: bool = False

    @property
    def counts(self) -> Counter[Coverage]:
        """How many cells of the line read so."""
        return Counter(cell.coverage for cell in self.cells)


@dataclass(frozen=True)
class Matrix:
    """The matrix as chosen: the node (None: all one reaches), its columns and lines."""

    node: Org | None
    kind: str
    kinds: Sequence[str]
    events: Sequence[CodeItem]
    lines: Sequence[Line]
    cut: bool

    @property
    def has_guests(self) -> bool:
        """Whether organisations stand here of which only single plans are open."""
        return any(line.is_guest for line in self.lines)

    @property
    def counts(self) -> Counter[Coverage]:
        """How many cells read so in all."""
        return sum((line.counts for line in self.lines), Counter())

    def column_counts(self, number: int) -> Counter[Coverage]:
        """How many cells of a column read so."""
        return Counter(line.cells[number].coverage for line in self.lines)


def _rows(scope: OrgScope, node: Org | None) -> tuple[Org | None, list[Org], list[Org]]:
    """Return the node, what stands at its head and what lies below it."""
    if node is None:
        tops = list(top_orgs(scope))
        if len(tops) != 1:
            return None, [], tops
        node = tops[0]
    return node, [node], list(children_of(node, scope))


def _kind(below: Sequence[Org]) -> str:
    """Return the kind that is shown first: towns, else the one there is most of."""
    counted = Counter(org.kind for org in below)
    if not counted or "town" in counted:
        return "town" if counted else ""
    return counted.most_common(1)[0][0]


def _events(orgs: Sequence[Org], used: set[str], event_class: str) -> list[CodeItem]:
    """Return the columns: what is usual for the kinds of organisation given, and what is in use.

    `event_class` narrows them to a class.
    """
    kinds = {org.kind for org in orgs}
    return [
        item
        for item in code_list("event_type").offered()
        if (item.code in used or kinds & set(item.attributes["usual_for"]))
        and event_class in {"", item.attributes["class"]}
    ]


def _columns(
    orgs: Sequence[Org], heads: Sequence[Org], used: Collection[tuple[int, str]]
) -> list[CodeItem]:
    """Return the columns that the address asks for.

    Unasked, all while they are few; else only those that matter to the organisations below, for
    what is usual at the head alone would fill the table with dashes.
    """
    chosen = request.args.get("class", "")
    everything = _events(orgs, {event for _, event in used}, "" if chosen == "all" else chosen)
    below = [org for org in orgs if org not in heads]
    if chosen or not below or len(everything) <= MOST_COLUMNS:
        return everything
    ids = {org.id for org in below}
    return _events(below, {event for org_id, event in used if org_id in ids}, "")


def _shown(org: Org, event: CodeItem, cell: Cell | None, editable: bool, is_guest: bool) -> Shown:
    if cell is None and is_guest:
        return Shown(Coverage.NOT_OPEN, 0, None)
    usual = org.kind in event.attributes["usual_for"]
    state = coverage(cell.counts if cell else {}, usual=usual)
    if cell is None:
        url = url_for(".new", org=org.id, event_type=event.code) if editable else None
        return Shown(state, 0, url)
    if cell.total == 1 or is_guest:
        return Shown(state, cell.total, url_for(".show", plan_id=cell.plan_id))
    url = url_for(".index", org=org.id, own=1, event_type=event.code)
    return Shown(state, cell.total, url)


def read_matrix() -> Matrix:
    """Build the matrix that the address asks for."""
    scope = current_scope().present
    node, heads, below = _rows(scope, org_of_address("org", scope))
    kinds = sorted({org.kind for org in below}, key=code_list("org_kind").codes().index)
    kind = request.args.get("kind", _kind(below))
    chosen = heads + [org for org in below if kind in {"", org.kind}]
    guests = [] if request.args.get("org") else list(orgs_with_granted(scope))
    orgs = chosen[:MOST_ROWS] + guests
    ids = [org.id for org in orgs]
    cells = matrix_cells(ids, scope, today=clock.today())
    editable = editable_ids(ids, current_scope_for(Permission.EDIT_PLANS))
    events = _columns(orgs, heads, cells)
    lines = [
        Line(
            org,
            [
                _shown(org, e, cells.get((org.id, e.code)), org.id in editable, org in guests)
                for e in events
            ],
            org in guests,
        )
        for org in orgs
    ]
    if request.args.get("only") == "gaps":
        lines = [line for line in lines if GAPS & line.counts.keys()]
    return Matrix(node, kind, kinds, events, lines, len(chosen) > MOST_ROWS)


@bp.get("/matrix")
@requires(Permission.VIEW)
def matrix() -> str:
    """Show which organisation has which plan, and where one is missing."""
    found = read_matrix()
    nodes = [(org.id, name_of(org)) for org in orgs_of_kinds(current_scope(), NODES)]
    return render_template(
        "plans/matrix.html",
        matrix=found,
        nodes=nodes,
        kinds=[(kind, code_label(kind, "org_kind")) for kind in found.kinds],
        classes=[("all", translate(N_("All events"))), *code_list("event_class").options()],
        words=COVERAGE_WORDS,
        states=[s for s in Coverage if s is not Coverage.NOT_OPEN or found.has_guests],
        css=CSS,
        now=clock.now(),
    )


@bp.get("/matrix.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def matrix_export(fmt: str) -> Response:
    """Hand out the matrix as it is shown."""
    found = read_matrix()
    columns = [
        Column[Line](N_("Organisation"), lambda line: name_of(line.org)),
        *(_event_column(at, item) for at, item in enumerate(found.events)),
    ]
    return send_table(N_("Coverage matrix"), columns, found.lines, fmt)


def _event_column(at: int, item: CodeItem) -> Column[Line]:
    return Column(pick(item.label), lambda line: translate(COVERAGE_WORDS[line.cells[at].coverage]))
