"""Sites as features of a map: what a sign says and where it leads."""

from typing import Any

from flask import url_for

from drillreg.core.codes import code_label
from drillreg.core.page import name_of
from drillreg.hazards.mapping import MapData, MapPoint
from drillreg.hazards.rules import LEVEL_ORDER
from drillreg.i18n import N_, translate


def features_of(found: MapData) -> list[dict[str, Any]]:
    """Return GeoJSON features of points and clusters, in the language of the request."""
    return [_feature(point) for point in found.points]


def notice_of(found: MapData) -> str:
    """Return the sentence that says that not every site is shown, or an empty text."""
    if not found.capped:
        return ""
    return translate(
        N_("The %(most)d sites with the highest risk are shown. Move closer or filter."),
        most=len(found.points),
    )


def _feature(point: MapPoint) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [round(point.lon, 6), round(point.lat, 6)]}
    if point.site is None:
        level = LEVEL_ORDER[point.level_rank].value
        properties: dict[str, Any] = {"count": point.count, "level": level}
    else:
        properties = _properties(point.site)
    return {"type": "Feature", "geometry": place, "properties": properties}


def _properties(site: Any) -> dict[str, Any]:
    checked = site.last_check_on
    return {
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
