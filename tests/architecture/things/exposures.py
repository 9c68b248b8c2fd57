"""A link and a way out of a site at an organisation, and what routes call them by."""

from datetime import UTC, datetime

from drillreg.core.db import db
from drillreg.exposures.models import EvacuationRoute, Exposure
from drillreg.exposures.rules import Inside, SubjectKind
from drillreg.geo.shapes import line_wkb
from drillreg.hazards.models import HazardSite

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
MAY_REFUSE = {}


def things_at(org):
    """Make one of everything at an organisation and return what routes call it by."""
    site = HazardSite(
        org_id=org.id,
        number=f"E-{org.id}",
        name="影响范围",
        kind="landslide",
        level="red",
        lon=113.9,
        lat=26.9,
        source_crs="WGS84",
        created_at=NOW,
    )
    db.session.add(site)
    db.session.flush()
    link = Exposure(
        site_id=site.id,
        subject_kind=SubjectKind.UNIT,
        subject_id=org.id,
        distance_m=10.0,
        inside=Inside.BUFFER,
        buffer_m=500.0,
        crs="EPSG:4547",
        worked_out_at=NOW,
        site_sum="x",
        subject_sum="x",
        in_reach=True,
    )
    route = EvacuationRoute(
        site_id=site.id,
        start="组",
        destination="广场",
        wkb=line_wkb([(113.9, 26.9), (113.91, 26.9)]),
        length_km=1.0,
        created_at=NOW,
        created_by_name="x",
    )
    db.session.add_all([link, route])
    db.session.flush()
    return {"exposure-link": {"link_id": link.id}, "evacuation-route": {"route_id": route.id}}
