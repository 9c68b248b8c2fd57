"""Sites as features of a map: what a sign says and where it leads."""

from collections.abc import Sequence
from typing import Any

from flask import url_for

from drillreg.core.codes import code_list
from drillreg.hazards.mapping import MapPoint
from drillreg.hazards.rules import LEVEL_ORDER
from drillreg.i18n import N_, current_locale, pick, translate


class _Words:
    """What all signs of an answer have in common, looked up once."""

    def __init__(self) -> None:
        self.levels = {each.code: pick(each.label) for each in code_list("risk_level")}
        self.kinds = {each.code: pick(each.label) for each in code_list("hazard_kind")}
        self.checked = translate(N_("Last check %(day)s"))
        self.never = translate(N_("Never checked"))
        self.is_english = current_locale() == "en"
        # One look at the routes instead of one a site.
        self.url = url_for("hazards.show", site_id=0).removesuffix("0")


def features_of(found: Sequence[MapPoint]) -> list[dict[str, Any]]:
    """Return GeoJSON features of points and clusters, in the language of the request."""
    words = _Words()
    return [_feature(point, words) for point in found]


def _feature(point: MapPoint, words: _Words) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [round(point.lon, 6), round(point.lat, 6)]}
    if point.site is None:
        level = LEVEL_ORDER[point.level_rank].value
        properties: dict[str, Any] = {"count": point.count, "level": level}
    else:
        properties = _properties(point.site, words)
    return {"type": "Feature", "geometry": place, "properties": properties}


def _properties(site: Any, words: _Words) -> dict[str, Any]:
    checked = site.last_check_on
    state = words.checked % {"day": checked.isoformat()} if checked else words.never
    return {
        "id": site.id,
        "name": (words.is_english and site.name_en) or site.name,
        "level": site.level.value,
        "lines": [
            f"{words.levels[site.level]}　{site.number}　{site.org_name}",
            f"{words.kinds.get(site.kind, site.kind)}　{state}",
        ],
        "url": f"{words.url}{site.id}",
    }
