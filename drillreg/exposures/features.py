"""A site's reach and what lies in it as features of the map."""

from collections.abc import Sequence
from typing import Any

from flask import url_for

from drillreg.core.codes import code_label
from drillreg.core.page import name_of
from drillreg.exposures.figure import Drawn, route_end
from drillreg.geo.plane import outline_around
from drillreg.geo.shapes import geojson_of, point_wkb
from drillreg.i18n import N_, translate

# Shelters farther away are listed only: the map shows the reach, not the county.
NEAR_M = 2_000.0


def features_of(drawn: Drawn) -> list[dict[str, Any]]:
    """Return GeoJSON features (WGS84): areas first, so that signs lie on top of them."""
    site = drawn.site
    shape = site.wkb or point_wkb(site.lon, site.lat)
    found: list[dict[str, Any]] = []
    if drawn.as_of.buffer_m:
        around = outline_around(shape, drawn.as_of.buffer_m)
        words = translate(N_("Within %(metres)d m of the site"), metres=round(drawn.as_of.buffer_m))
        found.append(_feature(geojson_of(around), level="orange", name=words))
    reach = drawn.as_of.reach
    if reach is not None and reach.area_wkb is not None:
        words = translate(N_("Area drawn by hand"))
        found.append(
            _feature(geojson_of(reach.area_wkb), level="red", name=words, lines=[reach.reason])
        )
    if site.wkb is not None:
        found.append(_feature(geojson_of(site.wkb), level=site.level.value, name=name_of(site)))
    for route in drawn.routes:
        name = f"{route.start} → {route_end(route)}"
        lines = [f"{route.length_km:.2f} km", *([route.note] if route.note else [])]
        found.append(_feature(geojson_of(route.wkb), id=f"w{route.id}", name=name, lines=lines))
    found += _units(drawn.units) + _shelters(drawn)
    found.append(
        _feature(
            _point(site.lon, site.lat),
            id=f"s{site.id}",
            level=site.level.value,
            name=name_of(site),
            lines=[code_label(site.level, "risk_level")],
            url=url_for("hazards.show", site_id=site.id),
        )
    )
    return found


def _units(units: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        _feature(
            _point(org.lon, org.lat),
            id=f"u{org.id}",
            sign="unit",
            name=name_of(org),
            lines=[code_label(org.kind, "org_kind"), f"{link.distance_m:.0f} m"],
            url=url_for("orgs.show", org_id=org.id),
        )
        for link, org in units
        if org.lon is not None
    ]


def _shelters(drawn: Drawn) -> list[dict[str, Any]]:
    led_to = {route.shelter_id for route in drawn.routes}
    return [
        _feature(
            _point(near.shelter.lon, near.shelter.lat),
            id=f"r{near.shelter.id}",
            sign="resource",
            name=near.shelter.name,
            lines=[
                translate(N_("holds %(people)d people"), people=near.shelter.capacity),
                f"{near.distance_m:.0f} m",
            ],
            url=url_for("resources.shelters_show", resource_id=near.shelter.id),
        )
        for near in drawn.refuge.near
        if near.distance_m <= NEAR_M or near.shelter.id in led_to
    ]


def _point(lon: float | None, lat: float | None) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [round(lon or 0.0, 6), round(lat or 0.0, 6)]}


def _feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
