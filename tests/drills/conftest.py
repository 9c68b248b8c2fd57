"""What tests of drills share: a programme, a drill, the last Wednesday of every month."""

from datetime import date

import pytest

from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.drills.facts import Outline, Rhythm
from drillreg.drills.models import Drill
from drillreg.drills.operations.programmes import create_programme
from drillreg.orgs.models import Org
from drillreg.workdays.queries import calendar_for
from drillreg.workdays.recurrence import Freq, Recurrence, Shift

LAST_WEDNESDAY = Recurrence(Freq.MONTHLY, nth=-1, weekdays=(2,))


@pytest.fixture
def actor():
    return Actor(account_id=1, person_id=None, name="周敏")


@pytest.fixture
def make_programme(app, frozen, today, actor):
    """Start a programme of an organisation and return its id."""

    def make(org, recurrence=LAST_WEDNESDAY, starts_on=date(2026, 5, 1), title="应急疏散演练"):
        with app.app_context(), unit_of_work():
            return create_programme(
                org=db.session.get(Org, org.id),
                outline=Outline(title=title, event_type="school-safety"),
                rhythm=Rhythm(recurrence, starts_on),
                calendar=calendar_for(None),
                actor=actor,
                today=today,
                now=frozen.now,
            ).id

    return make


@pytest.fixture
def make_drill(keep, frozen):
    """Plan a single drill and return it, detached."""

    def make(org, due_on=date(2026, 5, 20), **columns):
        columns = {"title": "应急疏散演练", "event_type": "school-safety", **columns}
        return keep(Drill(org_id=org.id, due_on=due_on, changed_at=frozen.now, **columns))

    return make


@pytest.fixture
def on_day_one():
    """Every first of a month, moved off holidays."""
    return Recurrence(Freq.MONTHLY, day=1, shift=Shift.NEXT_WORKING_DAY)
