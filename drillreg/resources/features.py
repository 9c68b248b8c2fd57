"""Resources as features of a map: what a sign says and where it leads."""

from typing import Any

from flask import url_for

from drillreg.core.codes import code_label
from drillreg.core.page import name_of
from drillreg.resources.nouns import AnyResource, Noun
from drillreg.resources.operations import text_of


def feature_of(noun: Noun, found: AnyResource, *, prefix: str = "") -> dict[str, Any]:
    """Return a GeoJSON feature of a resource whose position is known.

    `prefix` tells its id from those of other layers on the same map.
    """
    size = next(field for field in noun.fields if field.code == noun.shown[0])
    lines = [
        f"{code_label(found.kind, noun.kinds)}　{name_of(found.org)}",
        f"{size.word} {text_of(size, getattr(found, size.code))}",
    ]
    place = [round(found.lon or 0.0, 6), round(found.lat or 0.0, 6)]
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": place},
        "properties": {
            "id": f"{prefix}{found.id}" if prefix else found.id,
            "sign": "resource",
            "name": found.name,
            "lines": lines,
            "url": url_for(f"resources.{noun.slug}_show", resource_id=found.id),
        },
    }
