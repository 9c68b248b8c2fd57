"""Evacuation routes of a site: drawn on the map, typed or pasted."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.exposures.forms import RouteForm, read_reason
from drillreg.exposures.models import EvacuationRoute
from drillreg.exposures.operations import edit_route, enter_route, void_route
from drillreg.exposures.refuges import get_route
from drillreg.exposures.routes.blueprint import bp, metres, site_to_change
from drillreg.geo.shift import LABELS, ShiftedCrs
from drillreg.geo.tracing import as_lines
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, ensure_may_on
from drillreg.resources.queries import shelters_near

OFFERED = 30


def _choices(site: HazardSite, route: EvacuationRoute | None) -> list[tuple[int, str]]:
    """Return the shelters nearest to a site, and the one a route leads to now."""
    near = shelters_near(site.lon, site.lat, current_scope(), OFFERED)
    found = [(each.shelter.id, f"{each.shelter.name}　{metres(each.distance_m)}") for each in near]
    if route is not None and route.shelter is not None:
        known = {id_ for id_, _ in found}
        if route.shelter.id not in known:
            found.append((route.shelter.id, route.shelter.name))
    return found


def _form_page(site: HazardSite, route: EvacuationRoute | None, **values: Any) -> str:
    return render_template(
        "exposures/route.html",
        site=site,
        route=route,
        form=form_view(shift=ShiftedCrs.WGS84.value, **values),
        shelters=_choices(site, route),
        shifts=[(shift.value, translate(LABELS[shift])) for shift in ShiftedCrs],
    )


@bp.get("/hazards/<int:site_id>/exposure/routes/new")
@requires(Permission.EDIT_HAZARDS)
def new_route(site_id: int) -> str:
    """Ask for a way out."""
    return _form_page(site_to_change(site_id), None)


@bp.post("/hazards/<int:site_id>/exposure/routes/new")
@requires(Permission.EDIT_HAZARDS)
@form_of(new_route)
@writes
def create_route(site_id: int) -> ResponseReturnValue:
    """Keep a way out."""
    site = site_to_change(site_id)
    form = RouteForm.read(request.form, [id_ for id_, _ in _choices(site, None)])
    enter_route(site, facts=form.facts, actor=current_actor(), now=clock.now())
    flash(translate(N_("The evacuation route is saved.")), "success")
    return see_other(url_for(".show", site_id=site.id) + "#routes")


def _route_to_change(route_id: int) -> EvacuationRoute:
    route = get_route(route_id, current_scope())
    ensure_may_on(Permission.EDIT_HAZARDS, SITE.code, route.site)
    return route


@bp.get("/exposure/routes/<int:route_id>")
@requires(Permission.EDIT_HAZARDS)
def route(route_id: int) -> str:
    """Show the form of a way out."""
    found = _route_to_change(route_id)
    return _form_page(
        found.site,
        found,
        start=found.start,
        shelter=found.shelter_id,
        destination=found.destination,
        note=found.note,
        points=as_lines(found.wkb),
        row_version=found.row_version,
    )


@bp.post("/exposure/routes/<int:route_id>")
@requires(Permission.EDIT_HAZARDS)
@form_of(route)
@writes
def save_route(route_id: int) -> ResponseReturnValue:
    """Change a way out."""
    found = _route_to_change(route_id)
    form = RouteForm.read(request.form, [id_ for id_, _ in _choices(found.site, found)])
    edit_route(
        found,
        facts=form.facts,
        row_version=form.row_version,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The evacuation route is saved.")), "success")
    return see_other(url_for(".show", site_id=found.site_id) + "#routes")


@bp.get("/exposure/routes/<int:route_id>/void")
@requires(Permission.EDIT_HAZARDS)
def void(route_id: int) -> str:
    """Ask why a way out is to be struck out."""
    found = _route_to_change(route_id)
    return render_template("exposures/void_route.html", route=found, form=form_view())


@bp.post("/exposure/routes/<int:route_id>/void")
@requires(Permission.EDIT_HAZARDS)
@form_of(void)
@writes
def void_now(route_id: int) -> ResponseReturnValue:
    """Strike a way out out."""
    found = _route_to_change(route_id)
    reason = read_reason(request.form)
    void_route(found, reason=reason, actor=current_actor(), now=clock.now())
    flash(translate(N_("The evacuation route was struck out.")), "success")
    return see_other(url_for(".show", site_id=found.site_id) + "#routes")
