"""A small office: somebody who gives tasks, somebody who gets them."""

import re
from dataclasses import dataclass

import pytest

from drillreg.tasks.models import Task


@dataclass
class Desk:
    """The browsers of a county clerk, a town clerk and a school's liaison."""

    county: object
    town: object
    school: object

    def give(self, org, giver=None, **fields):
        """Give a task and return the address of its page."""
        typed = {"title": "报送防汛物资台账", "kind": "general", "to": "desk:staff", **fields}
        answer = (giver or self.county).post(f"/tasks/new/what?org={org.id}", data=typed)
        assert answer.status_code == 303, answer.text
        return answer.location


@pytest.fixture
def desk(as_role, county):
    return Desk(
        as_role("county_staff", name="周敏"),
        as_role("town_staff", county.town, name="刘美云"),
        as_role("unit_liaison", county.school, name="梁秀英"),
    )


@pytest.fixture
def titles():
    """Return the titles in the table of tasks of a browser."""

    def read(browser, view="mine", **filters):
        query = "&".join(f"{k}={v}" for k, v in {"view": view, **filters}.items())
        page = browser.page(f"/tasks/?{query}")
        return [cell.a.text for cell in page.select("main td.two")]

    return read


@pytest.fixture
def task_of(app):
    """Return the row of a task from the address of its page."""

    def find(address, session):
        return session.get(Task, int(re.search(r"/tasks/(\d+)", address)[1]))

    return find
