"""The exposure of one site: page, map, picture, table, its reach and decisions on links."""

import json

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label
from drillreg.core.errors import DomainError
from drillreg.core.page import name_of
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.exposures.features import features_of
from drillreg.exposures.figure import Drawn, counting_units, figure, route_end
from drillreg.exposures.forms import TAKE_BACK, DecisionForm, ReachForm
from drillreg.exposures.gaps import event_of, gaps_of
from drillreg.exposures.models import Exposure
from drillreg.exposures.operations import decide, set_reach
from drillreg.exposures.queries import (
    all_units,
    as_of,
    get_link,
    has_moved,
    outlines_of,
    shelters_of,
    totals_of,
    units_page,
    villages_of,
)
from drillreg.exposures.reaching import habit_m, habit_source, reach_of
from drillreg.exposures.refuges import refuge_of, routes_of
from drillreg.exposures.routes.blueprint import (
    DECISION_WORDS,
    bp,
    inside_word,
    site_to_change,
)
from drillreg.exposures.rules import SubjectKind, people_at
from drillreg.geo.shift import LABELS, ShiftedCrs
from drillreg.geo.tracing import as_lines
from drillreg.hazards.models import HazardSite
from drillreg.hazards.queries import get_site
from drillreg.hazards.scope import SITE
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope, current_scope, ensure_may_on, may_here, may_on
from drillreg.sheets.export import READ_AT_MOST, Column, send_download, send_table

MOST_DRAWN = 300


@bp.get("/hazards/<int:site_id>/exposure")
@requires(Permission.VIEW)
def show(site_id: int) -> str:
    """Show what lies in reach of a site, where people go, and how that was worked out."""
    scope, today = current_scope(), clock.today()
    site = get_site(site_id, scope)
    totals = totals_of(site, scope)
    people = totals.people if site.threatened_people is None else site.threatened_people
    return render_template(
        "exposures/show.html",
        site=site,
        as_of=as_of(site),
        habit=habit_m(site.kind, site.level),
        habit_source=habit_source(),
        totals=totals,
        people=people,
        page=units_page(site, scope, cursor=request.args.get("after")),
        villages=villages_of(site, scope),
        shelters=shelters_of(site, scope),
        refuge=refuge_of(site, people, scope),
        routes=routes_of(site),
        route_end=route_end,
        gaps=gaps_of(site, scope, today),
        event=event_of(site.kind),
        people_at=people_at,
        has_moved=has_moved,
        may_edit=site.voided_at is None and may_on(Permission.EDIT_HAZARDS, SITE.code, site),
        may_plan=may_here(Permission.PLAN_DRILLS, site.org),
    )


def _drawn(site: HazardSite, scope: OrgScope) -> Drawn:
    totals = totals_of(site, scope)
    people = totals.people if site.threatened_people is None else site.threatened_people
    return Drawn(
        site,
        as_of(site),
        counting_units(all_units(site, scope, at_most=MOST_DRAWN)),
        outlines_of([division for _, division in villages_of(site, scope)]),
        refuge_of(site, people, scope),
        routes_of(site),
    )


@bp.get("/hazards/<int:site_id>/exposure/map.geojson")
@requires(Permission.VIEW)
def site_map(site_id: int) -> ResponseReturnValue:
    """Return a site's reach and what lies in it as features of the map."""
    scope = current_scope()
    found = features_of(_drawn(get_site(site_id, scope), scope))
    body = {"type": "FeatureCollection", "features": found}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, mimetype="application/geo+json")


@bp.get("/hazards/<int:site_id>/exposure/figure.svg")
@requires(Permission.VIEW)
def site_figure(site_id: int) -> ResponseReturnValue:
    """Return the still picture of a site's exposure, for the page or as a file for papers."""
    scope = current_scope()
    site = get_site(site_id, scope)
    data = figure(_drawn(site, scope)).encode()
    if "download" not in request.args:
        return Response(data, mimetype="image/svg+xml")
    return send_download(data, "image/svg+xml", f"{site.number} {name_of(site)}.svg")


Row = tuple[Exposure, Org]
COLUMNS: tuple[Column[Row], ...] = (
    Column(N_("Organisation"), lambda row: row[1].name),
    Column(N_("Kind"), lambda row: code_label(row[1].kind, "org_kind")),
    Column(N_("People there"), lambda row: people_at(row[1].attributes)),
    Column(N_("Distance (m)"), lambda row: round(row[0].distance_m)),
    Column(N_("Part of the reach"), lambda row: inside_word(row[0].inside)),
    Column(N_("Buffer (m)"), lambda row: round(row[0].buffer_m)),
    Column(N_("Measured in"), lambda row: row[0].crs),
    Column(N_("Worked out at"), lambda row: row[0].worked_out_at),
    Column(N_("Judgement"), lambda row: _decision_word(row[0])),
    Column(N_("Judged by"), lambda row: row[0].decided_by_name if row[0].decision else None),
    Column(N_("Reason"), lambda row: row[0].reason if row[0].decision else None),
)


def _decision_word(link: Exposure) -> str | None:
    return translate(DECISION_WORDS[link.decision]) if link.decision else None


@bp.get("/hazards/<int:site_id>/exposure/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export_site(site_id: int, fmt: str) -> ResponseReturnValue:
    """Hand out the units in reach of a site with how each link was worked out."""
    scope = current_scope()
    site = get_site(site_id, scope)
    rows = [(link, org) for link, org in all_units(site, scope, at_most=READ_AT_MOST)]
    return send_table(f"{site.number} {site.name}", COLUMNS, rows, fmt)


@bp.get("/hazards/<int:site_id>/exposure/reach")
@requires(Permission.EDIT_HAZARDS)
def reach(site_id: int) -> str:
    """Ask how far a site reaches."""
    site = site_to_change(site_id)
    found = reach_of(site)
    form = form_view(
        buffer_m="" if found is None or found.buffer_m is None else f"{found.buffer_m:g}",
        area=as_lines(found.area_wkb) if found else "",
        reason=found.reason if found else "",
        row_version=found.row_version if found else 0,
        shift=ShiftedCrs.WGS84.value,
    )
    return render_template(
        "exposures/reach.html",
        site=site,
        form=form,
        habit=habit_m(site.kind, site.level),
        habit_source=habit_source(),
        shifts=[(shift.value, translate(LABELS[shift])) for shift in ShiftedCrs],
    )


@bp.post("/hazards/<int:site_id>/exposure/reach")
@requires(Permission.EDIT_HAZARDS)
@form_of(reach)
@writes
def save_reach(site_id: int) -> ResponseReturnValue:
    """Set how far a site reaches and work its links out at once."""
    site = site_to_change(site_id)
    form = ReachForm.read(request.form)
    set_reach(
        site,
        facts=form.facts,
        row_version=form.row_version,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The reach is saved and what lies in it worked out again.")), "success")
    return see_other(url_for(".show", site_id=site.id))


@bp.get("/exposure/links/<int:link_id>")
@requires(Permission.EDIT_HAZARDS)
def link(link_id: int) -> str:
    """Ask whether a link is right."""
    found, subject = get_link(link_id, current_scope())
    ensure_may_on(Permission.EDIT_HAZARDS, SITE.code, found.site)
    form = form_view(decision=found.decision or "", row_version=found.row_version)
    return render_template(
        "exposures/link.html",
        link=found,
        subject=subject,
        subject_word={
            SubjectKind.UNIT: translate(N_("Unit")),
            SubjectKind.VILLAGE: translate(N_("Village")),
            SubjectKind.SHELTER: translate(N_("A shelter")),
        }[found.subject_kind],
        moved=found.subject_kind is not SubjectKind.VILLAGE and has_moved(found, subject),
        form=form,
        decisions=[(code.value, translate(word)) for code, word in DECISION_WORDS.items()]
        + ([(TAKE_BACK, translate(N_("Take the decision back")))] if found.decision else []),
    )


@bp.post("/exposure/links/<int:link_id>")
@requires(Permission.EDIT_HAZARDS)
@form_of(link)
@writes
def save_link(link_id: int) -> ResponseReturnValue:
    """Confirm or reject a link."""
    found, _ = get_link(link_id, current_scope())
    ensure_may_on(Permission.EDIT_HAZARDS, SITE.code, found.site)
    if found.site.voided_at is not None:
        raise DomainError(N_("This site was struck out already."))
    form = DecisionForm.read(request.form)
    decide(
        found,
        decision=form.decision,
        reason=form.reason,
        row_version=form.row_version,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The decision is saved; working out again leaves it as it is.")), "success")
    return see_other(url_for(".show", site_id=found.site_id))
