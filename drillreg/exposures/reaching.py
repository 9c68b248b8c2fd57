"""How far sites reach: the habit for kind and level, unless a person set it for the site."""

from collections.abc import Mapping
from functools import cache

from sqlalchemy import select

from drillreg.core.codes import shipped_list
from drillreg.core.db import db
from drillreg.exposures.models import ExposureReach
from drillreg.exposures.rules import sum_of
from drillreg.hazards.models import HazardSite

OTHER = "other"


@cache
def _habits() -> Mapping[str, Mapping[str, int]]:
    return {item.code: item.attributes for item in shipped_list("hazard_reach")}


def habit_m(kind: str, level: str) -> float:
    """Return the metres a site reaches by habit; a kind an office added reaches as "other"."""
    habits = _habits()
    return float(habits.get(kind, habits[OTHER])[level])


def habit_source() -> str:
    """Return where the habits come from."""
    return shipped_list("hazard_reach").source


def reach_of(site: HazardSite) -> ExposureReach | None:
    """Return what was set by hand for a site, or None."""
    return db.session.scalar(select(ExposureReach).where(ExposureReach.site_id == site.id))


def buffer_of(site: HazardSite, reach: ExposureReach | None) -> float:
    """Return the metres around a site that count as its reach."""
    if reach is not None and reach.buffer_m is not None:
        return reach.buffer_m
    return habit_m(site.kind, site.level)


def site_sum(lon: float, lat: float, wkb: bytes | None, buffer_m: float, area: bytes | None) -> str:
    """Return the sum of a site's geometry and reach, as it is kept with what was worked out."""
    return sum_of(lon, lat, wkb or b"", buffer_m, area or b"")


def point_sum(lon: float, lat: float) -> str:
    """Return the sum of a position."""
    return sum_of(lon, lat)
