"""One map of boundaries, hazard sites, units and drills, with the same entries as a list."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.caching import unchanged_or
from drillreg.core.codes import code_label, code_list
from drillreg.core.page import name_of
from drillreg.drills.models import Drill
from drillreg.geo.writing import OutFeature, geojson_bytes
from drillreg.hazards.features import features_of
from drillreg.hazards.filters import read_filter, read_view
from drillreg.hazards.mapping import map_data
from drillreg.hazards.models import HazardSite
from drillreg.hazards.queries import SiteFilter, count_sites, sites_page
from drillreg.i18n import N_, translate
from drillreg.maps.queries import Outline, boundary_stamp, drills_on_map, outlines, units_on_map
from drillreg.orgs.models import Org
from drillreg.orgs.queries import places_to_choose
from drillreg.orgs.scope import OrgScope, current_scope
from drillreg.resources.features import feature_of
from drillreg.resources.nouns import SHELTER, AnyResource
from drillreg.resources.queries import ResourceFilter, resources_on_map

bp = Blueprint("maps", __name__)

LAYERS = {
    "sites": N_("Hazard sites"),
    "units": N_("Units"),
    "drills": N_("Drills due"),
    "shelters": N_("Shelters"),
}
DEGREE_M = 111_195.0
# An outline of this many steps across cannot be told from the exact one on a screen.
STEPS = 2500
LISTED = 100


@dataclass(frozen=True)
class View:
    """What the map page shows: the filter of sites, and the layers that are switched on."""

    wanted: SiteFilter
    layers: tuple[str, ...]


def _view(scope: OrgScope) -> View:
    asked = [layer for layer in request.args.getlist("layer") if layer in LAYERS]
    return View(read_filter(request.args, scope), tuple(asked) or tuple(LAYERS))


@bp.get("/map")
@requires(Permission.VIEW)
def index() -> str:
    """Show the map and, for keyboard and print, its entries as a list."""
    scope, today = current_scope(), clock.today()
    view = _view(scope)
    wanted = view.wanted
    shown = set(view.layers)
    places = places_to_choose(scope, wanted.within)
    return render_template(
        "maps/index.html",
        layers=[(code, translate(word), code in shown) for code, word in LAYERS.items()],
        sites=sites_page(wanted, scope, today=today, size=LISTED).rows if "sites" in shown else [],
        total=count_sites(wanted, scope, today=today) if "sites" in shown else 0,
        units=units_on_map(scope, within=wanted.within) if "units" in shown else [],
        drills=_drills(view, scope) if "drills" in shown else [],
        shelters=_shelters(view, scope) if "shelters" in shown else [],
        places=[(org.id, name_of(org)) for org in places],
        events=code_list("event_type").options(),
        levels=code_list("risk_level").options(),
        arguments=request.args.to_dict(flat=False),
        today=today,
    )


def _shelters(view: View, scope: OrgScope) -> Sequence[AnyResource]:
    wanted = ResourceFilter(within=view.wanted.within)
    return resources_on_map(SHELTER, wanted, scope, today=clock.today())


def _drills(view: View, scope: OrgScope) -> list[tuple[Drill, HazardSite]]:
    wanted = view.wanted
    found = drills_on_map(
        scope, today=clock.today(), within=wanted.within, event_type=wanted.event_type
    )
    return list(found)


@bp.get("/map/data.geojson")
@requires(Permission.VIEW)
def data() -> ResponseReturnValue:
    """Return the entries of the layers in a part of the map."""
    scope, today = current_scope(), clock.today()
    view = _view(scope)
    bbox, zoom = read_view(request.args)
    features: list[dict[str, Any]] = []
    if "sites" in view.layers:
        found = map_data(view.wanted, scope, today=today, bbox=bbox, zoom=zoom)
        features = features_of(found)
    if "units" in view.layers:
        units = units_on_map(scope, within=view.wanted.within, bbox=bbox)
        features = [_unit(org) for org in units] + features
    if "drills" in view.layers:
        features += [_drill(drill, site) for drill, site in _drills(view, scope)]
    if "shelters" in view.layers:
        features += [feature_of(SHELTER, each, prefix="r") for each in _shelters(view, scope)]
    body = {"type": "FeatureCollection", "features": features}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, mimetype="application/geo+json")


def _point(lon: float | None, lat: float | None, properties: dict[str, Any]) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [round(lon or 0.0, 6), round(lat or 0.0, 6)]}
    return {"type": "Feature", "geometry": place, "properties": properties}


def _unit(org: Org) -> dict[str, Any]:
    return _point(
        org.lon,
        org.lat,
        {
            "id": f"u{org.id}",
            "sign": "unit",
            "name": name_of(org),
            "lines": [code_label(org.kind, "org_kind")],
            "url": url_for("orgs.show", org_id=org.id),
        },
    )


def _drill(drill: Drill, site: HazardSite) -> dict[str, Any]:
    return _point(
        site.lon,
        site.lat,
        {
            "id": f"d{drill.id}",
            "sign": "drill",
            "name": name_of(drill),
            "lines": [translate(N_("Drill due on %(day)s"), day=drill.due_on.isoformat())],
            "url": url_for("drills.show", drill_id=drill.id),
        },
    )


@bp.get("/map/boundaries.geojson")
@requires(Permission.VIEW)
def boundaries() -> ResponseReturnValue:
    """Return the boundaries in reach, plain enough for a screen."""
    scope = current_scope()
    return unchanged_or([boundary_stamp(scope)], lambda: _boundaries(outlines(scope)))


def _boundaries(found: list[Outline]) -> Response:
    spans = [max(o.bbox[2] - o.bbox[0], o.bbox[3] - o.bbox[1]) for o in found]
    tolerance_m = max(spans, default=0.0) * DEGREE_M / STEPS
    rows = (
        OutFeature(
            id=outline.division.code,
            wkb=outline.wkb,
            properties={"name": name_of(outline.division), "outer": outline.outer},
        )
        for outline in found
    )
    response = make_response(geojson_bytes(rows, tolerance_m))
    response.mimetype = "application/geo+json"
    return response
