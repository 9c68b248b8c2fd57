"""Fixtures of the journeys: a browser, a site that answers, people at their own screens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from drillreg.accounts.operations import create_account, give_role
from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.demo.load import load_demo
from drillreg.demo.people import PASSWORD as DEMO_PASSWORD
from drillreg.orgs.models import Org
from tests.journeys.browser import DESK, LANGUAGES, PHONE, Person, chrome_path, chromium
from tests.journeys.site import PASSWORD, Site, cheap_passwords


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium of the system."""
    if chrome_path() is None:
        pytest.fail("Chromium is missing: apt-get install chromium")
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    """An empty site that answers on a free port, one for each file of tests."""
    with cheap_passwords():
        found = Site(tmp_path_factory.mktemp("site"))
        found.create_tables()
        found.start()
        yield found
        found.stop()
    assert found.failures == []


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory) -> Iterator[Site]:
    """A site that answers with the demo county in it, with fewer checks than it usually has."""
    with cheap_passwords():
        found = Site(tmp_path_factory.mktemp("demo"))
        found.create_tables()
        with found.app.app_context():
            now = clock.now()
            for _ in load_demo(clock.local_date(now), now, scale=0.02):
                pass
        found.start()
        yield found
        found.stop()
    assert found.failures == []


@pytest.fixture(scope="module")
def add_account(site) -> Callable[..., str]:
    """Make an account with one role, as the command for the first minutes does."""

    def add(username: str, name: str, role: str, org_name: str) -> str:
        now = clock.now()
        with site.app.app_context(), unit_of_work():
            org = db.session.query(Org).filter_by(name=org_name).one()
            account = create_account(
                name=name,
                username=username,
                password=PASSWORD,
                now=now,
                actor=None,
                must_change=False,
            )
            today = clock.local_date(now)
            give_role(account, role=role, org=org, from_on=today, actor=None, now=now)
        return username

    return add


@pytest.fixture
def today() -> date:
    """The day it really is where the plans are kept."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


@contextmanager
def seats(browser: Browser, site: Site, password: str) -> Iterator[Callable[..., Person]]:
    """Seat people at desks or with phones; what went wrong on the way fails in the end."""
    seated: list[Person] = []

    def seat(
        username: str = "", *, phone: bool = False, locale: str = "zh_Hans_CN", **options
    ) -> Person:
        context = browser.new_context(
            viewport=PHONE if phone else DESK,
            is_mobile=phone,
            has_touch=phone,
            locale=LANGUAGES[locale],
            **options,
        )
        found = Person(context, site.origin)
        seated.append(found)
        if username:
            found.sign_in(username, password)
        return found

    yield seat
    for each in seated:
        each.context.close()
    for each in seated:
        each.watch.check()


@pytest.fixture
def person(site, browser) -> Iterator[Callable[..., Person]]:
    """Seat somebody before the site of this file."""
    with seats(browser, site, PASSWORD) as seat:
        yield seat


@pytest.fixture
def demo_person(demo_site, browser) -> Iterator[Callable[..., Person]]:
    """Seat somebody of the demo county."""
    with seats(browser, demo_site, DEMO_PASSWORD) as seat:
        yield seat
