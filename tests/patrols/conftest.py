"""Fixtures: sites in two towns and a school, a plan, checks as the operation records them."""

import uuid
from dataclasses import replace
from datetime import date, datetime, time

import pytest
from sqlalchemy.orm import joinedload

from drillreg.core import clock
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.hazards.check_rules import Submission
from drillreg.hazards.checking import log_check
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import CheckResult
from drillreg.orgs.models import Org
from drillreg.patrols.facts import PlanFacts
from drillreg.patrols.models import PatrolPlan
from drillreg.patrols.operations.plans import begin_plan
from drillreg.patrols.rules import Doer
from drillreg.workdays.recurrence import Shift
from tests.hazards.conftest import make_site, photo, places

__all__ = ["make_site", "photo", "places"]

SOMEBODY = Actor(1, None, "周敏")
FACTS = PlanFacts(
    name="周五巡查",
    kind="weekly",
    within_id=0,
    weekdays=(4,),
    shift=Shift.NONE,
    each_day=True,
    least_days=3,
    every={},
    months=1,
    site_kinds=(),
    levels=(),
    sites=(),
    doer=Doer.KEEPER,
    account_id=None,
    account_name=None,
    role=None,
    goal=None,
    from_on=date(2026, 4, 1),
    to_on=None,
)


@pytest.fixture
def make_patrol(app, frozen):
    """Keep a plan that began on a day in the past, its days laid out since then."""

    def make(org, *, within=None, **columns):
        facts = replace(FACTS, **{"within_id": (within or org).id, **columns})
        with app.test_request_context(), unit_of_work():
            plan = begin_plan(
                facts,
                org=db.session.get_one(Org, org.id),
                actor=SOMEBODY,
                today=facts.from_on,
                now=frozen.now,
            )
            db.session.flush()
            plan_id = plan.id
        with app.app_context():
            found = db.session.get_one(PatrolPlan, plan_id)
            db.session.expunge_all()
        return found

    return make


@pytest.fixture
def check(app):
    """Record a check on a day, at an hour, as its submission does."""

    def record(site, day, hour=9, result=CheckResult.NORMAL, actor=SOMEBODY):
        with app.test_request_context(), unit_of_work():
            moment = clock.from_local(datetime.combine(day, time(hour)))
            sent = Submission(
                client_id=str(uuid.uuid4()),
                body_hash=str(uuid.uuid4()),
                result=result,
                note="裂缝" if result is CheckResult.ABNORMAL else "",
                checked_on=day,
                checked_at=moment,
                lon=None,
                lat=None,
                accuracy_m=None,
            )
            found = db.session.get_one(HazardSite, site.id, options=[joinedload(HazardSite.org)])
            made, _ = log_check(found, sent=sent, photos=[], actor=actor, today=day, now=moment)
            return made.id

    return record
