"""Map data of sites under the filter of the ledger."""

import json

from flask import Response, request
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.caching import unchanged_or
from drillreg.geo.morton import Bbox
from drillreg.hazards.features import features_of
from drillreg.hazards.filters import read_filter, read_view
from drillreg.hazards.mapping import map_data, stamp
from drillreg.hazards.queries import SiteFilter
from drillreg.hazards.routes.blueprint import bp
from drillreg.orgs.scope import OrgScope, current_scope


@bp.get("/hazards/map.geojson")
@requires(Permission.VIEW)
def map_geojson() -> ResponseReturnValue:
    """Return the sites of the filter in a part of the map, as points or counted by cells."""
    scope = current_scope()
    wanted = read_filter(request.args, scope)
    bbox, zoom = read_view(request.args)
    return unchanged_or(
        [stamp(), scope.key(), wanted.key(), bbox, zoom],
        lambda: _features(wanted, scope, bbox, zoom),
    )


def _features(wanted: SiteFilter, scope: OrgScope, bbox: Bbox | None, zoom: int) -> Response:
    found = map_data(wanted, scope, today=clock.today(), bbox=bbox, zoom=zoom)
    body = {"type": "FeatureCollection", "features": features_of(found)}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, mimetype="application/geo+json")
