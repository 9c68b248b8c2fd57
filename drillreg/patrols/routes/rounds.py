"""Rounds: what was due, done and missed, by whom; and today's for the one who goes."""

from dataclasses import replace

from flask import render_template, request
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, devices_too, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.page import name_of
from drillreg.hazards.intervals import freshness_of
from drillreg.i18n import N_, translate
from drillreg.orgs.choices import place_options
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope, current_scope_for
from drillreg.patrols.due import Due, all_due, count_due, due_page, tallies_by_person
from drillreg.patrols.forms.plans import read_due
from drillreg.patrols.inspections import my_items
from drillreg.patrols.queries import seen_plans
from drillreg.patrols.routes.blueprint import bp
from drillreg.patrols.todays import ONE_PERSON, split, stops
from drillreg.patrols.wording import OUTCOME_COLOURS, OUTCOME_WORDS
from drillreg.sheets.export import READ_AT_MOST, Column, send_table

FILTER = ("from", "to", "plan", "within", "level", "outcome", "person", "q")


def _same() -> dict[str, str]:
    return {name: request.args[name] for name in FILTER if request.args.get(name)}


@bp.get("/due")
@requires(Permission.VIEW)
def due() -> str:
    """List sites in rounds of some days: patrolled, missed or still to do."""
    scope, today = current_scope(), clock.today()
    wanted = read_due(request.args, scope, today)
    page = due_page(scope, wanted, cursor=request.args.get("after"))
    plans = {each.plan.id for each in page.rows}
    return render_template(
        "patrols/due.html",
        page=page,
        tally=count_due(scope, wanted),
        wanted=wanted,
        same=_same(),
        opens=seen_plans(sorted(plans), scope),
        places=place_options(scope, wanted.within),
        levels=code_list("risk_level").options(),
        outcomes=[(code.value, translate(word)) for code, word in OUTCOME_WORDS.items()],
        outcome_words=OUTCOME_WORDS,
        outcome_colours=OUTCOME_COLOURS,
    )


@bp.get("/people")
@requires(Permission.VIEW)
def people() -> str:
    """Show the numbers of some days by the person named for the site."""
    scope, today = current_scope(), clock.today()
    wanted = replace(read_due(request.args, scope, today), outcome="", person="")
    return render_template(
        "patrols/people.html",
        rows=tallies_by_person(scope, wanted),
        wanted=wanted,
        same=_same(),
        places=place_options(scope, wanted.within),
    )


def _town(found: Due) -> Org:
    return found.site.org


COLUMNS: tuple[Column[Due], ...] = (
    Column(N_("Plan"), lambda each: each.plan.name),
    Column(N_("First day"), lambda each: each.first_on),
    Column(N_("Last day"), lambda each: each.last_on),
    Column(N_("Number"), lambda each: each.site.number),
    Column(N_("Name of the site"), lambda each: each.site.name),
    Column(N_("Kind"), lambda each: code_label(each.site.kind, "hazard_kind")),
    Column(N_("Risk level"), lambda each: code_label(each.site.level, "risk_level")),
    Column(N_("Responsible organisation"), lambda each: name_of(_town(each))),
    Column(N_("Village"), lambda each: each.site.division.name if each.site.division else None),
    Column(N_("Responsible person"), lambda each: each.site.responsible_name),
    Column(N_("State"), lambda each: translate(OUTCOME_WORDS[each.outcome])),
    Column(N_("Checked on"), lambda each: each.check.checked_on if each.check else None),
    Column(N_("Checked by"), lambda each: each.check.checker_name if each.check else None),
)


@bp.get("/due.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export_due(fmt: str) -> ResponseReturnValue:
    """Hand out exactly what the list of rounds is filtered to."""
    scope = current_scope()
    wanted = read_due(request.args, scope, clock.today())
    found = all_due(scope, wanted, at_most=READ_AT_MOST)
    return send_table(N_("Patrols due"), COLUMNS, found, fmt)


@bp.get("/today")
@requires(Permission.LOG_CHECKS)
@devices_too()
def today() -> str:
    """List the sites to look at now, one button each, and what one inspects today."""
    day, actor = clock.today(), current_actor()
    scope = current_scope_for(Permission.LOG_CHECKS)
    mine, others = split(stops(scope, day, at_most=ONE_PERSON), actor)
    return render_template(
        "patrols/today.html",
        mine=mine,
        others=others,
        items=my_items(actor, day),
        fresh=lambda site: freshness_of(site, day),
        today=day,
        most=ONE_PERSON,
    )
