"""Fixtures: a plan of the county in force, one of the town that rests on it."""

from datetime import UTC, date, datetime

import pytest

from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.plans.models import Plan, PlanFile
from drillreg.plans.operations import abolish_plan, issue_version, start_revision
from tests.plans.conftest import make_plan, paper

__all__ = ["make_plan"]

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
TODAY = date(2026, 5, 12)
SOMEBODY = Actor(1, None, "周敏")


@pytest.fixture
def make_child(make_plan, app):
    """Keep a plan that rests on the version in force of a plan above."""

    def make(org, parent, **kwargs):
        plan = make_plan(org, parent=parent, **kwargs)
        with app.app_context(), unit_of_work():
            above = db.session.get_one(Plan, parent.id).current
            for version in db.session.get_one(Plan, plan.id).versions:
                version.parent_version_id = above.id
        return plan

    return make


@pytest.fixture
def reissue(app):
    """Issue a new version of a plan as of today."""

    def issue(plan, number="青府发〔2026〕30号"):
        with app.test_request_context(), unit_of_work():
            found = db.session.get_one(Plan, plan.id)
            if found.draft is None:
                start_revision(plan=found, reason="修订", actor=SOMEBODY, now=NOW)
            found.draft.files.append(PlanFile(file=paper(9)))
            db.session.flush()
            return issue_version(
                plan=found,
                number=number,
                issued_on=TODAY,
                review_on=None,
                actor=SOMEBODY,
                now=NOW,
                today=TODAY,
            ).id

    return issue


@pytest.fixture
def abolish(app):
    """Abolish a plan as of today."""

    def end(plan):
        with app.test_request_context(), unit_of_work():
            found = db.session.get_one(Plan, plan.id)
            abolish_plan(plan=found, reason="合并", actor=SOMEBODY, now=NOW, today=TODAY)

    return end
