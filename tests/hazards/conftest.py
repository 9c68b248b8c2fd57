from dataclasses import dataclass
from datetime import date
from io import BytesIO

import pytest
import shapely
from PIL import Image
from python_calamine import CalamineWorkbook

from drillreg.core.db import db, unit_of_work
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import RiskLevel
from drillreg.orgs.models import Division, DivisionBoundary, Org
from drillreg.orgs.rules import DivisionLevel
from drillreg.work.worker import run_next


@dataclass
class Places:
    """Squares of half a degree: the county, its two towns side by side, a village in the first."""

    county: Division
    town: Division
    other_town: Division
    village: Division
    other_county: Division


@pytest.fixture
def places(app, county):
    def division(code, level, name, org, box, parent=None):
        found = Division(
            code=code,
            level=level,
            name=name,
            parent_id=parent.id if parent else None,
            path=f"new-{code}",
        )
        db.session.add(found)
        db.session.flush()
        found.path = f"{parent.path if parent else ''}{found.id}/"
        west, south, east, north = box
        db.session.add(
            DivisionBoundary(
                division_id=found.id,
                from_on=date(2024, 1, 1),
                wkb=shapely.to_wkb(shapely.box(*box)),
                min_lon=west,
                min_lat=south,
                max_lon=east,
                max_lat=north,
                area_km2=(east - west) * (north - south) * 12_000,
                source_crs="WGS 84",
                notices=[],
            )
        )
        db.session.get(Org, org.id).division_id = found.id
        return found

    level = DivisionLevel
    with app.app_context():
        with unit_of_work():
            top = division(
                "360999000000", level.COUNTY, "青岭县", county.county, (115.0, 24.0, 115.6, 24.5)
            )
            town = division(
                "360999101000", level.TOWN, "白岩镇", county.town, (115.0, 24.0, 115.3, 24.5), top
            )
            other = division(
                "360999102000",
                level.TOWN,
                "竹源镇",
                county.other_town,
                (115.3, 24.0, 115.5, 24.5),
                top,
            )
            village = division(
                "360999101201",
                level.VILLAGE,
                "岭下村",
                county.village,
                (115.0, 24.0, 115.1, 24.1),
                town,
            )
            far = division(
                "360998000000",
                level.COUNTY,
                "云川县",
                county.other_county,
                (116.0, 24.0, 116.5, 24.5),
            )
        found = Places(top, town, other, village, far)
        for each in (top, town, other, village, far):
            db.session.refresh(each)
        db.session.expunge_all()
    return found


@pytest.fixture
def make_site(app, frozen):
    made = []

    def make(org, number=None, lon=115.05, lat=24.05, level=RiskLevel.YELLOW, **columns):
        made.append(number)
        with app.app_context():
            with unit_of_work():
                site = HazardSite(
                    org_id=org.id,
                    number=number or f"N-{len(made):03}",
                    name=columns.pop("name", f"老虎坳滑坡{len(made)}"),
                    kind=columns.pop("kind", "landslide"),
                    level=level,
                    lon=lon,
                    lat=lat,
                    source_crs="EPSG:4326",
                    created_at=frozen.now,
                    **columns,
                )
                db.session.add(site)
                db.session.flush()
            db.session.refresh(site)
            db.session.expunge_all()
        return site

    return make


@pytest.fixture
def photo():
    """The bytes of a small JPEG."""
    stream = BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 80)).save(stream, "JPEG")
    return stream.getvalue()


@pytest.fixture
def work_off(app):
    """Run every queued piece of background work to its end."""

    def run():
        done = 0
        while run_next(app, "test"):
            done += 1
        return done

    return run


@pytest.fixture
def office(county, as_role):
    return as_role("county_staff")


@pytest.fixture
def send(office, county):
    """Upload a file and return the address of its preview."""

    def upload(data, name="台账.csv", org=None, browser=None, **options):
        files = data if isinstance(data, list) else [(BytesIO(data), name)]
        form = {"kind": "hazards", "file": files, "org_id": (org or county.county).id, **options}
        answer = (browser or office).post(
            "/imports/new", data=form, content_type="multipart/form-data"
        )
        assert answer.status_code == 303, answer.text
        return answer.location

    return upload


@pytest.fixture
def bring_in(office, send, work_off):
    """Upload, apply and run the background work; return the address of the import."""

    def run(data, name="台账.csv", **options):
        address = send(data, name, **options)
        assert office.post(f"{address}/apply").status_code == 303
        assert work_off() == 1
        return address

    return run


def problem_rows(browser, address, sheet=0):
    with browser.get(f"{address}/explained.xlsx") as answer:
        book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    return book.get_sheet_by_index(sheet).to_python()
