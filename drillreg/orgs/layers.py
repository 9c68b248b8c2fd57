"""Layers of the one map: each feature says what it shows there; `app.py` says in which order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask, current_app

from drillreg.geo.morton import Bbox
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope

PLACE = "drillreg.map-layers"
# So many entries of one layer are shown at once: an answer stays small.
MOST_ENTRIES = 300


@dataclass(frozen=True)
class Asked:
    """What a map asks of a layer: the part it shows (WGS84 degrees) and the filter it holds."""

    scope: OrgScope
    today: date
    within: Org | None = None
    event_type: str = ""
    bbox: Bbox | None = None


@dataclass(frozen=True)
class Entry:
    """One thing on the map and in the list beside it.

    `geometry` is a GeoJSON geometry in WGS84, `lines` stand below the name, `aside` right of it.
    """

    id: str
    name: str
    url: str
    geometry: dict[str, Any]
    lines: Sequence[str] = ()
    aside: str = ""


@dataclass(frozen=True)
class Layer:
    """A layer of the map: its code, its word, its sign (`unit`, `resource`, `drill`, `route`).

    `entries` returns at most MOST_ENTRIES + 1 of what is asked.
    """

    code: str
    word: str
    sign: str
    entries: Callable[[Asked], Sequence[Entry]]


def point(lon: float | None, lat: float | None) -> dict[str, Any]:
    """Return a GeoJSON point to a tenth of a metre."""
    return {"type": "Point", "coordinates": [round(lon or 0.0, 6), round(lat or 0.0, 6)]}


def register_layers(app: Flask, layers: Iterable[Layer]) -> None:
    """Show layers on the map, in this order."""
    app.extensions.setdefault(PLACE, []).extend(layers)


def map_layers() -> Sequence[Layer]:
    """Return the registered layers in their order."""
    found: Sequence[Layer] = current_app.extensions.get(PLACE, ())
    return found
