"""Map data of sites under the filter of the ledger."""

import json
from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.caching import unchanged_or
from drillreg.core.codes import code_label
from drillreg.core.page import name_of
from drillreg.geo.morton import Bbox
from drillreg.hazards.forms import read_filter, read_view
from drillreg.hazards.queries import MOST_POINTS, MapPoint, SiteFilter, map_data, stamp
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.rules import LEVEL_ORDER
from drillreg.i18n import N_, translate
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
    capped = translate(
        N_("The %(most)d sites with the highest risk are shown. Move closer or filter."),
        most=MOST_POINTS,
    )
    body = {
        "type": "FeatureCollection",
        "features": [_feature(point) for point in found.points],
        "notice": capped if found.capped else "",
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, mimetype="application/geo+json")


def _feature(point: MapPoint) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [round(point.lon, 6), round(point.lat, 6)]}
    site = point.site
    if site is None:
        level = LEVEL_ORDER[point.level_rank].value
        properties: dict[str, Any] = {"count": point.count, "level": level}
    else:
        checked = site.last_check_on
        properties = {
            "id": site.id,
            "name": name_of(site),
            "level": site.level.value,
            "lines": [
                f"{code_label(site.level, 'risk_level')}　{site.number}　{site.org_name}",
                translate(N_("Last check %(day)s"), day=checked.isoformat())
                if checked
                else translate(N_("Never checked")),
            ],
            "url": url_for("hazards.show", site_id=site.id),
        }
    return {"type": "Feature", "geometry": place, "properties": properties}
