"""What is exposed in reach of a person: units, and the sites that threaten them."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.exposures.forms import read_filter
from drillreg.exposures.gaps import (
    NOTHING,
    Gap,
    Standing,
    event_of,
    lacking_sites,
    standing_of,
)
from drillreg.exposures.lists import (
    DEFAULT_SORT,
    ExposedUnit,
    Wanted,
    all_exposed_units,
    all_threatening,
    count_threatening,
    count_units,
    exposed_units,
    threatening_sites,
)
from drillreg.exposures.queries import units_in_reach_count
from drillreg.exposures.routes.blueprint import GAP_WORDS, bp
from drillreg.exposures.rules import people_at
from drillreg.hazards.models import HazardSite
from drillreg.i18n import N_, translate
from drillreg.orgs.choices import place_options
from drillreg.orgs.scope import OrgScope, current_scope, current_scope_for
from drillreg.sheets.export import READ_AT_MOST, Column, ensure_fits, send_table


def _filter_choices(scope: OrgScope, wanted: Wanted) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "places": place_options(scope, wanted.within),
        "unit_kinds": code_list("org_kind").options(),
        "kinds": code_list("hazard_kind").options(),
        "levels": code_list("risk_level").options(),
        "gap_words": [(gap.value, translate(word)) for gap, word in GAP_WORDS.items()],
        "tabs": [
            {
                "label": translate(N_("Units threatened")),
                "url": url_for(".index", **wanted.args()),
                "active": request.endpoint == "exposures.index",
            },
            {
                "label": translate(N_("Sites that threaten them")),
                "url": url_for(".sites", **wanted.args()),
                "active": request.endpoint == "exposures.sites",
            },
        ],
    }


@bp.get("/exposure/")
@requires(Permission.VIEW)
def index() -> str:
    """List the threatened units in reach with the worst that threatens each."""
    scope, today = current_scope(), clock.today()
    wanted = read_filter(request.args, scope)
    sort = request.args.get("sort", DEFAULT_SORT)
    page = exposed_units(wanted, scope, today=today, sort=sort, cursor=request.args.get("after"))
    plan = current_scope_for(Permission.PLAN_DRILLS)
    ids = [unit.org.id for unit in page.rows]
    return render_template(
        "exposures/index.html",
        page=page,
        total=count_units(wanted, scope, today=today),
        sort=sort,
        standing=standing_of(ids, scope, today),
        nothing=NOTHING,
        may_plan=plan.among(ids) if current_actor().may(Permission.PLAN_DRILLS) else frozenset(),
        people_at=people_at,
        **_filter_choices(scope, wanted),
    )


UnitRow = tuple[ExposedUnit, Standing]


def _events(codes: Any) -> str:
    return translate(N_(", ")).join(code_label(code, "event_type") for code in codes)


UNIT_COLUMNS: tuple[Column[UnitRow], ...] = (
    Column(N_("Organisation"), lambda row: row[0].org.name),
    Column(N_("Kind"), lambda row: code_label(row[0].org.kind, "org_kind")),
    Column(N_("People there"), lambda row: people_at(row[0].org.attributes)),
    Column(N_("Highest level"), lambda row: code_label(row[0].level, "risk_level")),
    Column(N_("Sites that threaten it"), lambda row: row[0].sites),
    Column(N_("Nearest (m)"), lambda row: round(row[0].nearest_m)),
    Column(N_("Threatened by"), lambda row: _events(row[0].events)),
    Column(N_("No plan for"), lambda row: _events(row[1].without_plan(row[0].events))),
    Column(N_("Last drill of the year"), lambda row: row[1].drilled_on(row[0].events)),
)


@bp.get("/exposure/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export(fmt: str) -> ResponseReturnValue:
    """Hand out exactly the units the list is filtered to."""
    scope, today = current_scope(), clock.today()
    units = all_exposed_units(
        read_filter(request.args, scope),
        scope,
        today=today,
        sort=request.args.get("sort", DEFAULT_SORT),
        at_most=READ_AT_MOST,
    )
    ensure_fits(len(units))
    known: dict[int, Standing] = {}
    for at in range(0, len(units), 500):
        known |= standing_of([unit.org.id for unit in units[at : at + 500]], scope, today)
    rows = [(unit, known.get(unit.org.id, NOTHING)) for unit in units]
    return send_table(N_("Units threatened"), UNIT_COLUMNS, rows, fmt)


def _with_facts(sites: Any, scope: OrgScope, today: Any) -> dict[str, Any]:
    ids = [site.id for site in sites]
    return {
        "units": units_in_reach_count(ids, scope),
        "lacking": lacking_sites(ids, scope, today),
    }


@bp.get("/exposure/sites")
@requires(Permission.VIEW)
def sites() -> str:
    """List the sites that threaten units, with the plan and the drill behind each."""
    scope, today = current_scope(), clock.today()
    wanted = read_filter(request.args, scope)
    page = threatening_sites(wanted, scope, today=today, cursor=request.args.get("after"))
    plan = current_scope_for(Permission.PLAN_DRILLS)
    may = current_actor().may(Permission.PLAN_DRILLS)
    return render_template(
        "exposures/sites.html",
        page=page,
        total=count_threatening(wanted, scope, today=today),
        may_plan=plan.among(site.org_id for site in page.rows) if may else frozenset(),
        event_of=event_of,
        **_with_facts(page.rows, scope, today),
        **_filter_choices(scope, wanted),
    )


SiteRow = tuple[HazardSite, int, bool, bool]
SITE_COLUMNS: tuple[Column[SiteRow], ...] = (
    Column(N_("Number"), lambda row: row[0].number),
    Column(N_("Name of the site"), lambda row: row[0].name),
    Column(N_("Kind"), lambda row: code_label(row[0].kind, "hazard_kind")),
    Column(N_("Risk level"), lambda row: code_label(row[0].level, "risk_level")),
    Column(N_("Responsible organisation"), lambda row: row[0].org.name),
    Column(N_("Units in reach"), lambda row: row[1]),
    Column(N_("People threatened"), lambda row: row[0].threatened_people),
    Column(N_("Plan covers it"), lambda row: _yes_no(not row[2])),
    Column(N_("Drilled within a year"), lambda row: _yes_no(not row[3])),
)


def _yes_no(value: bool) -> str:
    return translate(N_("Yes")) if value else translate(N_("No"))


@bp.get("/exposure/sites/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export_sites(fmt: str) -> ResponseReturnValue:
    """Hand out exactly the sites the list is filtered to."""
    scope, today = current_scope(), clock.today()
    wanted = read_filter(request.args, scope)
    found = all_threatening(wanted, scope, today=today, at_most=READ_AT_MOST)
    ensure_fits(len(found))
    rows: list[SiteRow] = []
    for at in range(0, len(found), 500):
        part = found[at : at + 500]
        facts = _with_facts(part, scope, today)
        lacking = facts["lacking"]
        rows += [
            (
                site,
                facts["units"].get(site.id, 0),
                site.id in lacking[Gap.PLAN],
                site.id in lacking[Gap.DRILL],
            )
            for site in part
        ]
    return send_table(N_("Sites that threaten them"), SITE_COLUMNS, rows, fmt)
