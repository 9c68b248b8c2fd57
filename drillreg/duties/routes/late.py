"""The list of duties: who is late with what, worst first; the page to hand over, and as a file."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Response, render_template, request

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.page import name_of
from drillreg.core.paging import Order
from drillreg.core.reading import FormReader
from drillreg.duties.cards import Card, cards_of
from drillreg.duties.chasing import calls, chased
from drillreg.duties.queries import WORST_FIRST, DutyFilter, all_duties, by_severity, duty_page
from drillreg.duties.rolling import count_of, reaches_by_field
from drillreg.duties.routes.blueprint import book_for, bp, org_of_address
from drillreg.duties.routes.mine import home_of
from drillreg.duties.states import OWED_STATES, State
from drillreg.duties.terms import Owed, Severity
from drillreg.duties.wording import OWED_WORDS, STATE_COLOURS, STATE_WORDS, late_words
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import orgs_of_kinds
from drillreg.orgs.scope import OrgScope, current_scope
from drillreg.sheets.export import Column, send_table
from drillreg.tasks.contacts import Contact
from drillreg.tasks.wording import reminder

# Organisations that are offered to narrow the list; anything else comes by a link.
NODES = ("county", "department", "town")
DUE, ALL = "due", "all"
# Rows on one page where the list is printed to be handed over.
ON_PAPER = 500
SEVERAL: dict[str, tuple[State, ...]] = {
    DUE: (State.AT_RISK, State.DUE_SOON, State.OPEN),
    ALL: (*OWED_STATES, State.WAIVED),
}
SEVERITY_WORDS = {
    Severity.HIGH: N_("weighty"),
    Severity.MEDIUM: N_("ordinary"),
    Severity.LOW: N_("light"),
}
SEVERAL_WORDS = {DUE: N_("Still to be done"), ALL: N_("All of them")}


def filter_of_address(scope: OrgScope) -> DutyFilter:
    """Return what the address narrows the list to; what cannot be read is left out."""
    node = org_of_address(scope, "node")
    form = FormReader(request.args)
    owed, state = form.raw("owed"), form.raw("state") or State.BREACHED.value
    if state not in SEVERAL and state not in set(State):
        state = State.BREACHED.value
    events, kinds = code_list("event_type").codes(), code_list("org_kind").codes()
    event, kind, rule = form.raw("event"), form.raw("kind"), form.raw("rule")[:40]
    return DutyFilter(
        node=node,
        with_overseen=node is not None and reaches_by_field(node),
        own=form.raw("own") == "1",
        due=(form.date("since", ""), form.date("until", "")),
        rules=[rule] if rule else (),
        owed=[owed] if owed in set(Owed) else (),
        event_types=[event] if event in events else (),
        kinds=[kind] if kind in kinds else (),
        states=SEVERAL.get(state) or (State(state),),
    )


def narrowed(wanted: DutyFilter, scope: OrgScope) -> DutyFilter:
    """Return a filter with a node where the person has only one territory: its counts know."""
    if wanted.node is not None or scope.overseers or scope.granted or len(scope.paths) != 1:
        return wanted
    home = home_of(scope)
    top = next(iter(scope.paths))
    return replace(wanted, node=home) if home is not None and home.path == top else wanted


def state_of_address() -> str:
    """Return the word of the address for the states of the list."""
    state = request.args.get("state", "")
    return state if state in SEVERAL or state in set(State) else State.BREACHED.value


def sort_of_address() -> str:
    """Return by what the list is sorted: how much depends on it, else the date alone."""
    return "date" if request.args.get("sort") == "date" else "severity"


def order_of_address() -> Order:
    """Return the order of the list."""
    return WORST_FIRST if sort_of_address() == "date" else by_severity()


def choices(scope: OrgScope, wanted: DutyFilter) -> dict[str, Any]:
    """Return what the filter row offers."""
    found = list(orgs_of_kinds(scope, NODES))
    if wanted.node is not None and wanted.node.id not in {org.id for org in found}:
        found.append(wanted.node)
    home = wanted.node or home_of(scope)
    rules = book_for(home).chains if home is not None else {}
    return {
        "nodes": [(org.id, name_of(org)) for org in found],
        "rules": [(rule_id, pick(dict(chain[-1].title))) for rule_id, chain in rules.items()],
        "owed": [(owed.value, translate(word)) for owed, word in OWED_WORDS.items()],
        "states": [
            *(
                (state.value, translate(STATE_WORDS[state]))
                for state in (*OWED_STATES, State.WAIVED)
            ),
            *((code, translate(word)) for code, word in SEVERAL_WORDS.items()),
        ],
    }


@bp.get("/list")
@requires(Permission.VIEW)
def late() -> str:
    """List duties, those that are late longest first, with whom to call and what to write."""
    scope, today = current_scope().present, clock.today()
    wanted = filter_of_address(scope)
    size = ON_PAPER if request.args.get("all") == "1" else 20
    page = duty_page(
        scope,
        wanted,
        today=today,
        order=order_of_address(),
        cursor=request.args.get("after"),
        size=size,
    )
    orgs = {row.org_id: row.org for row in page.rows}
    return render_template(
        "duties/late.html",
        page=page,
        cards=[(card, orgs[card.row.org_id]) for card in cards_of(page.rows, orgs, today)],
        total=count_of(scope, narrowed(wanted, scope), today),
        wanted=wanted,
        state=state_of_address(),
        sort=sort_of_address(),
        choices=choices(scope, wanted),
        call=calls(orgs.values(), today),
        reminder=lambda card, org: reminder(chased(card, org), today),
        states=State,
        state_words=STATE_WORDS,
        state_colours=STATE_COLOURS,
        late_words=late_words,
        severity_words=SEVERITY_WORDS,
        today=today,
    )


Row = tuple[Card, Org, Contact]


def export_columns(today: date) -> list[Column[Row]]:
    """Return the columns of the exported list; the lateness is that of `today`."""
    return [
        Column(N_("Organisation"), lambda row: row[1].name),
        Column(N_("Kind of organisation"), lambda row: code_label(row[1].kind, "org_kind")),
        Column(N_("Duty"), lambda row: row[0].title),
        Column(N_("Weight"), lambda row: translate(SEVERITY_WORDS[row[0].rule.severity])),
        Column(N_("About"), lambda row: row[0].about),
        Column(N_("State"), lambda row: state_word(row[0])),
        Column(N_("Due on"), lambda row: row[0].row.due_on),
        Column(N_("Days late"), lambda row: max((today - row[0].row.due_on).days, 0)),
        Column(N_("Done so far"), lambda row: row[0].row.have),
        Column(N_("Required"), lambda row: row[0].row.need),
        Column(N_("Why"), lambda row: row[0].why),
        Column(N_("Source"), lambda row: row[0].source),
        Column(N_("Who does it"), lambda row: row[2].name),
        Column(N_("Telephone"), lambda row: row[2].phone),
    ]


def state_word(card: Card) -> str:
    """Return how a duty reads, in words."""
    if card.state is State.BREACHED:
        return late_words(card.rule)
    return translate(STATE_WORDS[card.state])


@bp.get("/list.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export_late(fmt: str) -> Response:
    """Hand out exactly what the filter leaves."""
    scope, today = current_scope().present, clock.today()
    found: Sequence[Any] = all_duties(
        scope, filter_of_address(scope), today=today, order=order_of_address()
    )
    orgs = {row.org_id: row.org for row in found}
    call = calls(orgs.values(), today)
    rows = [
        (card, orgs[card.row.org_id], call[card.row.org_id])
        for card in cards_of(found, orgs, today)
    ]
    return send_table(N_("Duties"), export_columns(today), rows, fmt)
