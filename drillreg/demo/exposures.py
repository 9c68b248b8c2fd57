"""What the sites of the demo threaten; for the one of the thread a drawn slope and a way out."""

from collections.abc import Mapping

from sqlalchemy import func, select

from drillreg.core.db import db
from drillreg.demo.lookup import Lookup
from drillreg.demo.sites import THREAD_SITE
from drillreg.exposures.models import EvacuationRoute, Exposure, ExposureReach
from drillreg.exposures.operations import (
    ReachFacts,
    RouteFacts,
    decide,
    enter_route,
    set_reach,
)
from drillreg.exposures.refuges import refuge_of
from drillreg.exposures.rules import Decision, SubjectKind
from drillreg.exposures.subjects import load_subjects
from drillreg.exposures.working import CHUNK, work_out
from drillreg.geo.shapes import length_km, line_wkb
from drillreg.geo.shift import ShiftedCrs
from drillreg.geo.tracing import read_area
from drillreg.hazards.models import HazardSite

CLERK = "zengyuqing"
# Degrees from the head of the slope to where it may reach; and how wide it gets.
DOWN, WIDE = 0.006, 0.0015


def load_exposures(known: Lookup) -> Mapping[str, int]:
    """Work out every link, then set by hand what people of the town know better."""
    ids = [site.id for site in known.sites.values()]
    subjects = load_subjects()
    for at in range(0, len(ids), CHUNK):
        work_out(ids[at : at + CHUNK], known.now, subjects)
    site = known.sites[THREAD_SITE]
    _draw_slope(known, site)
    _confirm_nearest(known, site)
    _lead_out(known, site)
    return {
        "links": db.session.scalar(select(func.count()).select_from(Exposure)) or 0,
        "reaches": db.session.scalar(select(func.count()).select_from(ExposureReach)) or 0,
        "routes": db.session.scalar(select(func.count()).select_from(EvacuationRoute)) or 0,
    }


def _draw_slope(known: Lookup, site: HazardSite) -> None:
    corners = ((-0.3, 0.0), (0.3, 0.0), (1.0, -1.0), (-1.0, -1.0))
    area = "\n".join(f"{site.lon + x * WIDE:.6f},{site.lat + y * DOWN:.6f}" for x, y in corners)
    facts = ReachFacts(
        buffer_m=None,
        area_wkb=read_area(area, ShiftedCrs.WGS84),
        reason="现场踏勘：坡脚冲沟可达学校后墙，按冲沟走向划定",
    )
    set_reach(site, facts=facts, row_version=0, actor=known.actor(CLERK), now=known.now)


def _confirm_nearest(known: Lookup, site: HazardSite) -> None:
    link = db.session.scalar(
        select(Exposure)
        .where(Exposure.site_id == site.id, Exposure.subject_kind == SubjectKind.UNIT)
        .order_by(Exposure.distance_m, Exposure.id)
        .limit(1)
    )
    if link is not None:
        link.site = site
        decide(
            link,
            decision=Decision.CONFIRMED,
            reason="与村、校三方现场核实",
            row_version=link.row_version,
            actor=known.actor(CLERK),
            now=known.now,
        )


def _lead_out(known: Lookup, site: HazardSite) -> None:
    refuge = refuge_of(site, site.threatened_people, known.scope)
    safe = [near.shelter for near in refuge.near if near.shelter.id not in refuge.in_danger]
    if not safe:
        return
    shelter = safe[0]
    to_lon, to_lat = shelter.lon or site.lon, shelter.lat or site.lat
    bend = (site.lon + (to_lon - site.lon) * 0.4, site.lat + (to_lat - site.lat) * 0.6)
    line = line_wkb([(site.lon, site.lat), bend, (to_lon, to_lat)])
    facts = RouteFacts(
        start="坡脚农户集合点",
        shelter_id=shelter.id,
        destination=None,
        wkb=line,
        length_km=round(length_km(line), 3),
        note="先向两侧撤出，再沿村道步行；夜间由组长打手电带队。",
    )
    enter_route(site, facts=facts, actor=known.actor(CLERK), now=known.now)
