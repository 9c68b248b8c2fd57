"""One map of boundaries, hazard sites and what other features add, with the same as a list."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.caching import unchanged_or
from drillreg.core.codes import code_label
from drillreg.core.page import instant, name_of
from drillreg.geo.figure import MapPoint
from drillreg.geo.morton import Bbox
from drillreg.geo.writing import OutFeature, geojson_bytes
from drillreg.hazards.features import features_of
from drillreg.hazards.figures import view_points
from drillreg.hazards.filters import (
    FRESH_WORDS,
    filter_args,
    filter_choices,
    read_filter,
    read_view,
)
from drillreg.hazards.mapping import map_data
from drillreg.hazards.queries import SiteFilter, count_sites, sites_page
from drillreg.i18n import N_, translate
from drillreg.maps.figures import around, map_figure, zoom_of
from drillreg.maps.queries import Outline, boundary_stamp, outlines
from drillreg.orgs.layers import MOST_ENTRIES, Asked, Entry, Layer, map_layers
from drillreg.orgs.scope import OrgScope, current_scope
from drillreg.sheets.export import send_download

bp = Blueprint("maps", __name__)

SITES, BOUNDARIES = "sites", "boundaries"
# The layers that are the map's own stand first; they are drawn from addresses of their own.
OWN = {BOUNDARIES: N_("Boundaries"), SITES: N_("Hazard sites")}
DEGREE_M = 111_195.0
# An outline of this many steps across cannot be told from the exact one on a screen.
STEPS = 2500
LISTED = 100


@dataclass(frozen=True)
class View:
    """What the map page shows: the filter of sites, and the layers that are switched on."""

    wanted: SiteFilter
    layers: frozenset[str]

    def asked(self, scope: OrgScope, bbox: Bbox | None = None) -> Asked:
        """Return what is asked of a layer."""
        wanted = self.wanted
        return Asked(scope, clock.today(), wanted.within, wanted.event_type, bbox)

    def chosen(self) -> list[Layer]:
        """Return the layers of other features that are switched on."""
        return [layer for layer in map_layers() if layer.code in self.layers]


def _view(scope: OrgScope) -> View:
    known = {*OWN, *(layer.code for layer in map_layers())}
    asked = known.intersection(request.args.getlist("layer"))
    return View(read_filter(request.args, scope), frozenset(asked or known))


@bp.get("/map")
@requires(Permission.VIEW)
def index() -> str:
    """Show the map and, for keyboard and print, its entries as a list."""
    return _page("maps/index.html")


@bp.get("/map/print")
@requires(Permission.VIEW)
def print_view() -> str:
    """Show the map on a sheet of A4 across, with title, legend and the day it is of."""
    return _page("maps/print.html")


def _page(template: str) -> str:
    scope = current_scope()
    view = _view(scope)
    wanted, shown = view.wanted, view.layers
    words = [(code, translate(word), "") for code, word in OWN.items()]
    words += [(layer.code, translate(layer.word), layer.sign) for layer in map_layers()]
    asked = view.asked(scope)
    has_sites = SITES in shown
    return render_template(
        template,
        layers=[(code, word, sign, code in shown) for code, word, sign in words],
        sites=sites_page(wanted, scope, today=asked.today, size=LISTED).rows if has_sites else [],
        total=count_sites(wanted, scope, today=asked.today) if has_sites else 0,
        lists=[(layer, layer.entries(asked)) for layer in view.chosen()],
        filtered=any(wanted.key()),
        same_filter=filter_args(request.args),
        arguments=request.args.to_dict(flat=False),
        listed=LISTED,
        most=MOST_ENTRIES,
        as_of=_as_of(),
        said=_said(wanted),
        has_sites=has_sites,
        has_boundaries=BOUNDARIES in shown,
        **filter_choices(scope, wanted),
    )


@bp.get("/map/data.geojson")
@requires(Permission.VIEW)
def data() -> ResponseReturnValue:
    """Return the entries of the layers in a part of the map."""
    scope = current_scope()
    view = _view(scope)
    bbox, zoom = read_view(request.args)
    asked = view.asked(scope, bbox)
    features: list[dict[str, Any]] = []
    cut = []
    for layer in view.chosen():
        entries = layer.entries(asked)
        features += _features(layer, entries[:MOST_ENTRIES])
        if len(entries) > MOST_ENTRIES:
            cut.append(translate(layer.word))
    if SITES in view.layers:
        features += features_of(
            map_data(view.wanted, scope, today=asked.today, bbox=bbox, zoom=zoom)
        )
    body = {"type": "FeatureCollection", "features": features, "notice": _notice(cut)}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, mimetype="application/geo+json")


def _notice(cut: Sequence[str]) -> str:
    if not cut:
        return ""
    return translate(
        N_("%(layers)s: only the first %(most)d are shown. Move closer or filter."),
        layers="、".join(cut),
        most=MOST_ENTRIES,
    )


def _features(layer: Layer, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    return [
        {
            "type": "Feature",
            "geometry": entry.geometry,
            "properties": {
                "id": entry.id,
                "layer": layer.code,
                "sign": layer.sign,
                "name": entry.name,
                "lines": list(entry.lines),
                "url": entry.url,
            },
        }
        for entry in entries
    ]


@bp.get("/map/figure.svg")
@requires(Permission.VIEW)
def figure() -> ResponseReturnValue:
    """Hand out a part of the map as a figure for papers: an SVG file with legend and scale."""
    scope, today = current_scope(), clock.today()
    view = _view(scope)
    found = outlines(scope)
    extent = read_view(request.args)[0] or around(found)
    asked = view.asked(scope, extent)
    points: Sequence[MapPoint] = ()
    if SITES in view.layers:
        zoom = zoom_of(extent) if extent else 0
        points = view_points(map_data(view.wanted, scope, today=today, bbox=extent, zoom=zoom))
    title = translate(N_("Map of hazard sites"))
    drawn = map_figure(
        points,
        [(layer, layer.entries(asked)[:MOST_ENTRIES]) for layer in view.chosen()],
        found if BOUNDARIES in view.layers else [],
        extent=extent,
        title=title,
        note="　".join([_as_of(), *_said(view.wanted)]),
    )
    return send_download(drawn.encode(), "image/svg+xml", f"{title}-{today}.svg")


def _as_of() -> str:
    return translate(N_("As of %(when)s"), when=instant(clock.now()))


def _said(wanted: SiteFilter) -> list[str]:
    """Say a filter in words."""
    fresh = [word for code, word in FRESH_WORDS.items() if code.value == wanted.fresh]
    words = (
        name_of(wanted.within) if wanted.within else "",
        code_label(wanted.event_type, "event_type"),
        code_label(wanted.kind, "hazard_kind"),
        code_label(wanted.level, "risk_level"),
        *map(translate, fresh),
        wanted.words,
    )
    return [word for word in words if word]


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
