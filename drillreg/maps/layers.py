"""Layers of the map that other features own and have no place of their own for."""

from collections.abc import Sequence

from flask import url_for

from drillreg.core.codes import code_list
from drillreg.core.page import day, name_of
from drillreg.geo.shapes import geojson_of
from drillreg.i18n import N_, pick, translate
from drillreg.maps.queries import drills_on_map, routes_on_map, units_on_map
from drillreg.orgs.layers import Asked, Entry, Layer, point
from drillreg.resources.features import feature_of
from drillreg.resources.nouns import SHELTER
from drillreg.resources.queries import ResourceFilter, resources_on_map

# A way is drawn as exactly as a screen can show.
ROUTE_TOLERANCE_M = 5.0


def _units(asked: Asked) -> Sequence[Entry]:
    kinds = {each.code: pick(each.label) for each in code_list("org_kind")}
    address = url_for("orgs.show", org_id=0).removesuffix("0")
    return [
        Entry(
            f"u{org.id}",
            name_of(org),
            f"{address}{org.id}",
            point(org.lon, org.lat),
            (kinds.get(org.kind, org.kind),),
            kinds.get(org.kind, org.kind),
        )
        for org in units_on_map(asked.scope, within=asked.within, bbox=asked.bbox)
    ]


def _drills(asked: Asked) -> Sequence[Entry]:
    found = drills_on_map(
        asked.scope,
        today=asked.today,
        within=asked.within,
        event_type=asked.event_type,
        bbox=asked.bbox,
    )
    return [
        Entry(
            f"d{drill.id}",
            name_of(drill),
            url_for("drills.show", drill_id=drill.id),
            point(site.lon, site.lat),
            (translate(N_("Drill due on %(day)s"), day=drill.due_on.isoformat()), name_of(site)),
            day(drill.due_on),
        )
        for drill, site in found
    ]


def _shelters(asked: Asked) -> Sequence[Entry]:
    wanted = ResourceFilter(within=asked.within)
    found = resources_on_map(SHELTER, wanted, asked.scope, today=asked.today)
    entries = []
    for each in found:
        feature = feature_of(SHELTER, each, prefix="r")
        said = feature["properties"]
        held = translate(N_("%(count)d people"), count=getattr(each, "capacity", 0))
        entries.append(
            Entry(said["id"], said["name"], said["url"], feature["geometry"], said["lines"], held)
        )
    return entries


def _routes(asked: Asked) -> Sequence[Entry]:
    found = routes_on_map(asked.scope, within=asked.within, event_type=asked.event_type)
    return [
        Entry(
            f"w{route.id}",
            route.name,
            url_for("plans.show", plan_id=plan.id),
            geojson_of(route.geometry or b"", ROUTE_TOLERANCE_M),
            (f"{route.start} → {route.destination}", name_of(plan)),
            translate(N_("%(count)d m"), count=route.length_m) if route.length_m else "",
        )
        for route, plan in found
    ]


MAP_LAYERS = (
    Layer("units", N_("Units"), "unit", _units),
    Layer("shelters", N_("Shelters"), "resource", _shelters),
    Layer("routes", N_("Evacuation routes"), "route", _routes),
    Layer("drills", N_("Drills due"), "drill", _drills),
)
