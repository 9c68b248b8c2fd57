"""Lists: what is to be filed and made known, and what offices received."""

from flask import Response, render_template, request

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.page import name_of
from drillreg.filings.exporting import all_clocks, all_received
from drillreg.filings.models import Filing, PlanClock
from drillreg.filings.queries import (
    Narrowed,
    clocks_page,
    count_clocks,
    count_received,
    received_page,
)
from drillreg.filings.routes.blueprint import WORDS, bp, one_of, org_of_address
from drillreg.filings.rules import ClockKind, ClockState, Standing
from drillreg.filings.wording import CLOCK_WORDS, STANDING_WORDS, STATE_WORDS, standing, state_of
from drillreg.i18n import N_, translate
from drillreg.orgs.queries import orgs_of_kinds
from drillreg.orgs.scope import OrgScope, current_scope
from drillreg.sheets.export import READ_AT_MOST, Column, send_table

NODES = ("county", "department", "town")
OPEN = "open"
STANDINGS = tuple(each for each in Standing if each is not Standing.OUTSIDE)


def _places(chosen: Narrowed) -> list[tuple[int, str]]:
    nodes = list(orgs_of_kinds(current_scope(), NODES))
    if chosen.within and chosen.within.id not in {org.id for org in nodes}:
        nodes.append(chosen.within)
    return [(org.id, name_of(org)) for org in nodes]


def _clocks_chosen(scope: OrgScope) -> Narrowed:
    state = one_of("state", (OPEN, *ClockState)) if "state" in request.args else OPEN
    return Narrowed(org_of_address("org", scope), one_of("kind", tuple(ClockKind)), state)


@bp.get("/")
@requires(Permission.VIEW)
def index() -> str:
    """List the clocks of issued plans, the first due first; without a choice what is open."""
    scope, today = current_scope(), clock.today()
    chosen = _clocks_chosen(scope)
    counts = count_clocks(scope, chosen, today=today)
    total = {OPEN: counts["running"] + counts["late"], "": sum(counts.values()), **counts}
    return render_template(
        "filings/index.html",
        page=clocks_page(scope, chosen, today=today, cursor=request.args.get("after")),
        counts=counts,
        total=total[chosen.state],
        chosen=chosen,
        places=_places(chosen),
        kinds=[(each.value, translate(CLOCK_WORDS[each])) for each in ClockKind],
        states=[
            (OPEN, translate(N_("Open ones"))),
            *((each.value, translate(STATE_WORDS[each])) for each in ClockState),
        ],
        state_of=lambda each: state_of(each, today),
        today=today,
        **WORDS,
    )


@bp.get("/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export(fmt: str) -> Response:
    """Hand out the clocks of the list, exactly what is filtered, with where each was filed."""
    scope, today = current_scope(), clock.today()
    rows = all_clocks(scope, _clocks_chosen(scope), today=today, at_most=READ_AT_MOST)
    columns: list[Column[tuple[PlanClock, Filing | None]]] = [
        Column(N_("Plan"), lambda row: row[0].plan.title),
        Column(N_("Organisation"), lambda row: name_of(row[0].org)),
        Column(N_("What has to be done"), lambda row: translate(CLOCK_WORDS[row[0].kind])),
        Column(N_("Issued on"), lambda row: row[0].issued_on),
        Column(N_("Last day"), lambda row: row[0].due_on),
        Column(N_("State"), lambda row: translate(STATE_WORDS[state_of(row[0], today)])),
        Column(N_("Done on"), lambda row: row[0].done_on),
        Column(N_("Filed with"), lambda row: row[1].recipient_name if row[1] else None),
        Column(N_("Number of the record"), lambda row: row[1].number if row[1] else None),
    ]
    return send_table(N_("Filing and publication"), columns, rows, fmt)


def _received_chosen(scope: OrgScope) -> Narrowed:
    return Narrowed(org_of_address("org", scope), state=one_of("state", STANDINGS))


@bp.get("/inbox/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export_received(fmt: str) -> Response:
    """Hand out what offices received, exactly what is filtered."""
    scope, today = current_scope(), clock.today()
    rows = all_received(scope, _received_chosen(scope), today=today, at_most=READ_AT_MOST)
    columns: list[Column[Filing]] = [
        Column(N_("Plan"), lambda row: row.plan.title),
        Column(N_("Filed by"), lambda row: name_of(row.org)),
        Column(N_("Received by"), lambda row: name_of(row.recipient) if row.recipient else None),
        Column(N_("Received on"), lambda row: row.sent_on),
        Column(N_("Check by"), lambda row: row.check_due_on),
        Column(N_("State"), lambda row: translate(STANDING_WORDS[standing(row, today)])),
        Column(N_("Number of the record"), lambda row: row.number),
        Column(N_("Answered on"), lambda row: row.answered_on),
        Column(N_("Missing"), lambda row: "；".join(str(each) for each in row.missing)),
    ]
    return send_table(N_("Filings received"), columns, rows, fmt)


@bp.get("/inbox")
@requires(Permission.VIEW)
def inbox() -> str:
    """List what offices in scope received, the newest first."""
    scope, today = current_scope(), clock.today()
    chosen = _received_chosen(scope)
    return render_template(
        "filings/inbox.html",
        page=received_page(scope, chosen, today=today, cursor=request.args.get("after")),
        total=count_received(scope, chosen, today=today),
        chosen=chosen,
        places=_places(chosen),
        states=[(each.value, translate(STANDING_WORDS[each])) for each in STANDINGS],
        standing=lambda each: standing(each, today),
        today=today,
        **WORDS,
    )
