"""Fixtures: an emergency department, a mine, plans in force with their clocks."""

import io
from datetime import date

import pytest
from sqlalchemy import select

from drillreg.core.changes import announce
from drillreg.core.db import db, unit_of_work
from drillreg.files.models import StoredFile
from drillreg.files.operations import keep_bytes
from drillreg.filings.models import PlanClock
from drillreg.plans.models import Plan, PlanFile, PlanVersion
from drillreg.plans.rules import Secrecy

PDF = b"%PDF-1.7 a plan"
ISSUED = date(2026, 4, 24)  # Friday; 20 working days later is 26 May (1 to 5 May off, 9 May worked)


@pytest.fixture
def office(county, make_org):
    """The emergency department of the county."""
    return make_org("县应急管理局", "department", county.county, field="emergency")


@pytest.fixture
def mine(county, make_org, office):
    """A mine of middle size, which article 21 asks for a review."""
    return make_org(
        "高排采石场",
        "enterprise",
        county.town,
        attributes={"trades": ["mine"], "enterprise_size": "medium", "address": "白岩镇高排"},
    )


@pytest.fixture
def issued(app, frozen, today):
    """Return a plan that was issued, with its two clocks started as the issue starts them."""

    def make(org, kind="special", *, issued_on=ISSUED, secrecy=Secrecy.PUBLIC, title="滑坡预案"):
        with app.app_context(), unit_of_work():
            file = StoredFile(
                sha256=keep_bytes(PDF),
                size=len(PDF),
                media_type="application/pdf",
                name="正文.pdf",
                created_at=frozen.now,
            )
            plan = Plan(
                org_id=org.id,
                kind=kind,
                event_type="geological",
                title=title,
                secrecy=secrecy,
                created_at=frozen.now,
            )
            version = PlanVersion(
                plan=plan,
                number=1,
                state="current",
                document_number="白府发〔2026〕12号",
                issued_on=issued_on,
                created_at=frozen.now,
                files=[PlanFile(file=file)],
            )
            db.session.add_all([plan, version])
            db.session.flush()
            announce(
                "plan",
                what="issued",
                plan_id=plan.id,
                version_id=version.id,
                org_id=org.id,
                now=frozen.now,
                today=today,
            )
            return plan.id

    return make


@pytest.fixture
def kept(app):
    """Return rows of a table by their ids, detached: `kept(Filing, state="sent")`."""

    def read(model, **columns):
        with app.app_context():
            found = db.session.scalars(select(model).filter_by(**columns).order_by(model.id)).all()
            db.session.expunge_all()
            return found

    return read


@pytest.fixture
def clocks(kept):
    """Return the clocks of a plan by kind, the newest version's."""
    return lambda plan_id: {each.kind.value: each for each in kept(PlanClock, plan_id=plan_id)}


def paper(name="说明.pdf", data=b"%PDF-1.7 explanation"):
    """Return a file to be uploaded."""
    return io.BytesIO(data), name


def form_of(page):
    """Return what a form would send as it stands, without its files."""
    form = page.select_one("main form[method=post]")
    sent = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        kind = field.get("type", "")
        if kind == "file" or (kind in {"radio", "checkbox"} and not field.has_attr("checked")):
            continue
        if field.name == "select":
            chosen = field.select_one("option[selected]")
            sent[field["name"]] = chosen["value"] if chosen else ""
        else:
            sent[field["name"]] = field.get("value", field.text.strip())
    return sent


def send(browser, plan_id, **more):
    """File a plan as its page offers it, with an explanation of how it was made."""
    page = browser.page(f"/filings/plans/{plan_id}/file")
    wanted = [
        field["name"]
        for field in page.select("main form input[type=file]")
        if field["name"] not in {"receipt", "text"}
    ]
    data = {**form_of(page), **{name: paper(f"{name}.pdf") for name in wanted}, **more}
    return browser.post(
        f"/filings/plans/{plan_id}/file", data=data, content_type="multipart/form-data"
    )
