"""Lists of dangers: the ledger under one filter, its exports, one's own on a phone."""

from datetime import date
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.dangers.filters import ARGUMENTS, OPEN, DangerFilter, read_filter
from drillreg.dangers.models import Danger
from drillreg.dangers.papers import register_paper
from drillreg.dangers.queries import (
    all_dangers,
    count_dangers,
    counts_of,
    dangers_page,
)
from drillreg.dangers.routes.blueprint import ASSIGN, REPORT, bp, org_asked
from drillreg.dangers.rules import Stage, Standing
from drillreg.dangers.wording import STANDING_WORDS, WORDS, days_late, standing
from drillreg.documents.answer import pdf_answer
from drillreg.i18n import N_, translate
from drillreg.orgs.choices import place_options
from drillreg.orgs.scope import OrgScope, current_scope
from drillreg.sheets.export import READ_AT_MOST, Column, ensure_fits, send_table

MOST_PRINTED = 1000


def filter_args() -> dict[str, str]:
    """Return the filter of this address, to be carried into another one."""
    return {name: request.args[name] for name in ARGUMENTS if request.args.get(name)}


def state_choices() -> list[tuple[str, str]]:
    """Return the states to filter by, in words."""
    return [
        (OPEN, translate(N_("All that are open"))),
        *((each.value, translate(STANDING_WORDS[each])) for each in Standing),
        ("unverified", translate(N_("Struck off on the spot, not verified"))),
        ("listed", translate(N_("Under listed supervision"))),
    ]


def _choices(scope: OrgScope, wanted: DangerFilter) -> dict[str, Any]:
    return {
        "places": place_options(scope, wanted.within),
        "states": state_choices(),
        "levels": code_list("danger_level").options(),
        "categories": code_list("danger_category").options(),
        "sources": code_list("danger_source").options(),
    }


@bp.get("/")
@requires(Permission.VIEW)
def index() -> str:
    """List the dangers in reach, the last found first."""
    scope, today = current_scope(), clock.today()
    wanted = read_filter(request.args, scope)
    actor = current_actor()
    return render_template(
        "dangers/index.html",
        page=dangers_page(wanted, scope, today=today, cursor=request.args.get("after")),
        total=count_dangers(wanted, scope, today=today),
        counts=counts_of(DangerFilter(within=wanted.within), scope.present, today=today),
        wanted=wanted,
        standing=lambda danger: standing(danger, today),
        late=lambda danger: days_late(danger, today),
        may_report=actor.may(REPORT),
        may_assign=actor.may(ASSIGN),
        **_choices(scope, wanted),
        **WORDS,
    )


def _exported() -> list[Danger]:
    scope = current_scope()
    wanted = read_filter(request.args, scope)
    found = all_dangers(wanted, scope, today=clock.today(), at_most=READ_AT_MOST)
    ensure_fits(len(found))
    return list(found)


def columns(today: date) -> tuple[Column[Danger], ...]:
    """Return the columns of the ledger as a table."""
    return (
        Column(N_("Number"), lambda danger: danger.number),
        Column(N_("What the danger is"), lambda danger: danger.what),
        Column(N_("Organisation to put it right"), lambda danger: danger.org.name),
        Column(N_("Where it is"), lambda danger: danger.place),
        Column(N_("Site"), lambda danger: danger.site.name if danger.site else None),
        Column(N_("Kind"), lambda danger: code_label(danger.category, "danger_category")),
        Column(N_("Level of the danger"), lambda danger: code_label(danger.level, "danger_level")),
        Column(N_("How it was found"), lambda danger: code_label(danger.source, "danger_source")),
        Column(N_("Found by"), lambda danger: danger.finder),
        Column(N_("Found on"), lambda danger: danger.found_on),
        Column(N_("State"), lambda danger: translate(STANDING_WORDS[standing(danger, today)])),
        Column(N_("Deadline"), lambda danger: danger.due_on),
        Column(N_("Days late"), lambda danger: days_late(danger, today) or None),
        Column(N_("Round"), lambda danger: danger.round_number or None),
        Column(N_("Put right on"), lambda danger: danger.fixed_on),
        Column(N_("Cost (yuan)"), lambda danger: danger.cost_yuan),
        Column(N_("Struck off on"), lambda danger: danger.closed_on),
        Column(N_("Number of the strike-off"), lambda danger: danger.close_number),
        Column(N_("Who verified"), lambda danger: danger.closed_by_name),
        Column(N_("Number of law enforcement"), lambda danger: danger.handed_number),
    )


@bp.get("/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export(fmt: str) -> ResponseReturnValue:
    """Hand out exactly what the list is filtered to."""
    return send_table(N_("Dangers"), columns(clock.today()), _exported(), fmt)


@bp.get("/struck-off.pdf")
@requires(Permission.VIEW)
def struck_off() -> Response:
    """Print the register of those struck off (销号台账) under the filter of the list."""
    scope, today = current_scope(), clock.today()
    asked = read_filter({**request.args, "state": Stage.CLOSED.value}, scope)
    found = all_dangers(asked, scope, today=today, at_most=MOST_PRINTED)
    actor = current_actor()
    return pdf_answer(register_paper(found, asked.within.name if asked.within else actor.org_name))


@bp.get("/mine")
@requires(REPORT)
def mine() -> str:
    """List the open dangers of one's own unit on a phone, one button each."""
    org, scope, today = org_asked(), current_scope(), clock.today()
    open_ = DangerFilter(within=org, state=OPEN, own=True)
    drafts = DangerFilter(within=org, state=Standing.DRAFT.value, own=True)
    found = [
        *all_dangers(drafts, scope, today=today, at_most=60),
        *all_dangers(open_, scope, today=today, at_most=60),
    ]
    return render_template(
        "dangers/mine.html",
        org=org,
        dangers=sorted(found, key=lambda danger: (danger.due_on or date.max, danger.id)),
        standing=lambda danger: standing(danger, today),
        late=lambda danger: days_late(danger, today),
        **WORDS,
    )
