"""Fixtures: an enterprise with two people, an emergency department, a danger brought to a point."""

import io
import uuid
from dataclasses import dataclass
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import select

from drillreg.core.db import db
from drillreg.dangers.models import Danger
from drillreg.orgs.models import Oversight


def picture(name="照片.jpg", colour=(90, 120, 80)):
    """Return a small photo to be uploaded."""
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(stream, "JPEG")
    return io.BytesIO(stream.getvalue()), name


@dataclass
class People:
    """Browsers of who has to do with a danger at a works."""

    works: object
    unit: object
    colleague: object
    town: object
    county: object
    office: object


@pytest.fixture
def works(county, make_org):
    """An enterprise of the first town."""
    return make_org("高排采石场", "enterprise", county.town, attributes={"trades": ["mine"]})


@pytest.fixture
def office(county, make_org, keep, works):
    """The emergency department of the county; it oversees the works."""
    found = make_org(
        "县应急管理局",
        "department",
        county.county,
        field="emergency",
        attributes={"safety_duty": True},
    )
    keep(
        Oversight(
            overseer_id=found.id, org_id=works.id, field="emergency", from_on=date(2020, 1, 1)
        )
    )
    return found


@pytest.fixture
def people(works, office, county, as_role):
    """Everybody who acts in these tests, signed in."""
    return People(
        works,
        as_role("unit_liaison", works, name="李矿", username="li"),
        as_role("unit_liaison", works, name="王班长", username="wang"),
        as_role("town_staff", county.town, name="钟镇"),
        as_role("county_staff", county.county, name="周敏"),
        as_role("dept_staff", office, name="赵应急"),
    )


def danger_form(**more):
    """Return the fields of a danger as its page sends them."""
    return {
        "client_id": str(uuid.uuid4()),
        "what": "配电箱无门，线路裸露",
        "place": "破碎车间",
        "category": "electric",
        "level": "general",
        "source": "own-check",
        "found_on": "2026-05-12",
        **more,
    }


def report(browser, **more):
    """Register a danger and return the answer."""
    data = danger_form(**more)
    return browser.post("/dangers/new", data=data, content_type="multipart/form-data")


def number_of(answer):
    """Return the key of the danger that an answer leads to."""
    assert answer.status_code == 303, answer.text[:2000]
    return int(answer.location.rsplit("/", 1)[1])


def act(browser, danger_id, name, **fields):
    """Post one act on a danger; it must go through."""
    answer = browser.post(
        f"/dangers/{danger_id}/{name}", data=fields, content_type="multipart/form-data"
    )
    assert answer.status_code == 303, answer.text[:3000]
    return answer


def order(browser, danger_id, to, **more):
    """Give an order of ten calendar days."""
    fields = {"kind": "order", "to": to, "requirement": "立即整改", "days": "10"}
    return act(browser, danger_id, "order", **{**fields, "counted": "calendar", **more})


def answer(browser, danger_id, **more):
    """Report that a danger was put right, with a photo."""
    fields = {"text": "已装门并整理线路", "fixed_on": "2026-05-12", "after": picture("整改后.jpg")}
    return act(browser, danger_id, "answer", **{**fields, **more})


def review(browser, danger_id, **more):
    """Verify a danger as put right."""
    fields = {"outcome": "passed", "reviewed_on": "2026-05-12", "text": "现场查看，已整改到位"}
    return act(browser, danger_id, "review", **{**fields, **more})


@pytest.fixture
def kept(app):
    """Return a danger as it is stored, detached."""

    def read(danger_id):
        with app.app_context():
            found = db.session.scalar(select(Danger).where(Danger.id == danger_id))
            db.session.expunge_all()
            return found

    return read
