from datetime import date

import pytest

from drillreg.accounts.models import Person, Post
from drillreg.core.db import db, unit_of_work
from drillreg.network.models import ContactCheck
from drillreg.orgs.models import Org
from tests.conftest import NOW


@pytest.fixture
def make_post(app):
    """Give a post of an organisation to somebody."""

    def make(org, kind="liaison", name="王小红", **columns):
        with app.app_context():
            with unit_of_work():
                person = Person(name=name, phone=columns.get("phone"))
                db.session.add(person)
                db.session.flush()
                post = Post(
                    person_id=person.id,
                    org_id=org.id,
                    kind=kind,
                    title=columns.pop("title", "干部"),
                    phone=columns.pop("phone", "13800001234"),
                    from_on=columns.pop("from_on", date(2025, 1, 1)),
                    **columns,
                )
                db.session.add(post)
                db.session.flush()
            return post.id

    return make


@pytest.fixture
def call_duty_phone(app):
    """Give an organisation a duty phone, verified on a day."""

    def call(org, phone="0797-1234567", on=date(2026, 5, 1)):
        with app.app_context(), unit_of_work():
            db.session.get(Org, org.id).duty_phone = phone
            if on:
                db.session.add(
                    ContactCheck(
                        org_id=org.id,
                        phone=phone,
                        checked_on=on,
                        checked_by="周敏",
                        recorded_at=NOW,
                    )
                )

    return call
