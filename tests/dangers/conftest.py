"""Fixtures: an enterprise with two people, an emergency department, a danger brought to a point."""

import io
import uuid
from dataclasses import dataclass
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import select

from drillreg.core.changes import announce
from drillreg.core.db import db, unit_of_work
from drillreg.dangers.models import Danger
from drillreg.duties.book import book_of
from drillreg.duties.deciding import body_of
from drillreg.duties.following import sweep_duties
from drillreg.duties.models import RuleDecision
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


def fields_of(page):
    """Return what the form of a page would send as it stands."""
    sent = {}
    for field in page.select("main form input[name], main form textarea, main form select"):
        if field.get("type") in {"radio", "checkbox"} and not field.has_attr("checked"):
            continue
        chosen = field.select_one("option[selected]") if field.name == "select" else None
        value = chosen["value"] if chosen else field.get("value", "")
        sent[field["name"]] = field.text.strip() if field.name == "textarea" else value
    return sent


@pytest.fixture
def switched_on(app, county, frozen):
    """Let the county switch on rules of texts that nobody here holds."""

    def decide(*rules):
        with app.app_context():
            with unit_of_work():
                for rule in rules:
                    found = book_of(county.county.id).on(rule, date(2026, 5, 12))
                    decision = RuleDecision(
                        owner_id=county.county.id,
                        rule=rule,
                        from_on=date(2026, 1, 1),
                        body={**body_of(found), "on": True},
                        reason="本县执行",
                        decided_at=frozen.now,
                        decided_by_id=0,
                        decided_by_name="周敏",
                    )
                    db.session.add(decision)
                announce("duties", org_ids=[county.county.id])
            sweep_duties(frozen.now)

    return decide
