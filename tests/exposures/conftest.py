from datetime import UTC, datetime

import pytest

from drillreg.core.db import db, unit_of_work
from drillreg.exposures.working import work_out
from drillreg.geo.morton import encode
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import RiskLevel
from drillreg.orgs.models import Org

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
# One metre north, and one east at 27° north, in degrees; right to a few per mille.
NORTH, EAST = 1 / 110_800, 1 / 99_220


@pytest.fixture
def make_site(keep):
    """Register a site; the default reaches 500 m around 113.9° east, 27° north."""

    def make(org, name="冷水冲滑坡", lon=113.9, lat=27.0, **columns):
        values = {"number": f"S-{name}", "kind": "landslide", "level": RiskLevel.RED, **columns}
        return keep(
            HazardSite(
                org_id=org.id,
                name=name,
                lon=lon,
                lat=lat,
                morton=encode(lon, lat),
                source_crs="WGS84",
                created_at=NOW,
                changed_at=NOW,
                attributes={},
                **values,
            )
        )

    return make


@pytest.fixture
def put(app):
    """Put an organisation so many metres east and north of 113.9°, 27°; nobody announces it."""

    def place(org, east, north, **columns):
        with app.app_context(), unit_of_work():
            found = db.session.get_one(Org, org.id)
            found.lon, found.lat = 113.9 + east * EAST, 27.0 + north * NORTH
            for name, value in columns.items():
                setattr(found, name, value)

    return place


@pytest.fixture
def worked_out(app):
    """Work out the links of some sites."""

    def run(*sites):
        with app.app_context(), unit_of_work():
            work_out([site.id for site in sites], NOW)

    return run
