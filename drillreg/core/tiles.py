"""The background of the map: tiles of the office's own service, none unless set.

Whatever is drawn over them is kept in WGS84; where the tiles are in GCJ-02 the map shifts it.
"""

import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from markupsafe import escape

from drillreg.config import SettingError, Settings

# How WMTS names the three numbers of a tile, and how the map does.
WMTS = {"{TileMatrix}": "{z}", "{TileRow}": "{y}", "{TileCol}": "{x}"}
KNOWN = {"{z}", "{x}", "{y}", "{-y}", "{s}"}
DATUMS = ("wgs84", "gcj02")


@dataclass(frozen=True)
class Tiles:
    """Addresses of tiles from the lowest layer up, with {z}, {x}, {y} and {s}."""

    templates: tuple[str, ...]
    subdomains: str
    credit: str
    datum: str

    @property
    def as_json(self) -> str:
        """Return what the script of the map reads."""
        return json.dumps(
            {
                "urls": self.templates,
                "subdomains": self.subdomains,
                "credit": str(escape(self.credit)),
                "datum": self.datum,
            }
        )

    @property
    def origins(self) -> list[str]:
        """Return the servers that pictures may come from, and no other."""
        found = []
        for template in self.templates:
            parts = urlsplit(template)
            names = [parts.netloc.replace("{s}", each) for each in self.subdomains or [""]]
            found += [f"{parts.scheme}://{name}" for name in names]
        return list(dict.fromkeys(found))


def read_tiles(found: Settings) -> Tiles | None:
    """Return the tiles of the settings, or None; raise SettingError where an address is none.

    Several addresses, apart by a space, lie over each other: 天地图 has its names in a layer of
    their own. `{key}` stands for the key of the service.
    """
    templates = tuple(_template(text, found) for text in found.tiles_url.split())
    if found.tiles_crs not in DATUMS:
        raise SettingError(f"DRILLREG_TILES_CRS={found.tiles_crs!r}: give {' or '.join(DATUMS)}")
    if not templates:
        return None
    return Tiles(templates, found.tiles_subdomains, found.tiles_credit, found.tiles_crs)


def _template(text: str, found: Settings) -> str:
    for name, own in WMTS.items():
        text = re.sub(re.escape(name), own, text, flags=re.IGNORECASE)
    text = text.replace("{key}", found.tiles_key)
    parts, marks = urlsplit(text), set(re.findall(r"\{[^{}]*\}", text))
    host = parts.netloc.replace("{s}", "")
    if parts.scheme not in {"http", "https"} or not re.fullmatch(r"[A-Za-z0-9.\-]+(:\d+)?", host):
        raise SettingError("DRILLREG_TILES_URL: each address begins with https:// and a server")
    if not marks <= KNOWN or not {"{z}", "{x}"} <= marks or not marks & {"{y}", "{-y}"}:
        raise SettingError(
            "DRILLREG_TILES_URL: each address holds {z}, {x} and {y}, or {TileMatrix}, {TileCol}"
            " and {TileRow}, and nothing else in braces but {s} and {key}"
        )
    if "{s}" in text.replace(parts.netloc, ""):
        raise SettingError("DRILLREG_TILES_URL: {s} stands in the name of the server alone")
    if "{s}" in text and not re.fullmatch(r"[a-z0-9]+", found.tiles_subdomains):
        raise SettingError("DRILLREG_TILES_SUBDOMAINS: give the letters or digits for {s}")
    return text
