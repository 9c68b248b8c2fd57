"""Fixtures: an application on a fresh database, people signed in, a small county."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import html5lib
import psycopg
import pytest
from argon2 import PasswordHasher
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hypothesis import settings
from sqlalchemy import event
from werkzeug.routing import AnyConverter

from drillreg.accounts import operations as account_operations
from drillreg.accounts import passwords, sessions, totp
from drillreg.accounts.models import Account
from drillreg.accounts.rules import totp_required
from drillreg.app import create_app
from drillreg.config import Settings
from drillreg.core import clock
from drillreg.core.db import Base, db, unit_of_work
from drillreg.i18n.compile import compile_all
from drillreg.orgs.models import Org, Oversight
from drillreg.orgs.rules import child_path

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)  # Tuesday 12 May 2026, 09:30 in Shanghai
POSTGRES = os.environ.get("DRILLREG_TEST_POSTGRES", "")  # address of a throwaway cluster


# How long an example takes says something of the machine, not of what is tested.
settings.register_profile("drillreg", deadline=None)
settings.load_profile("drillreg")


def pytest_configure(config):
    compile_all()


def plain_values(rule):
    """Return a value for every argument of a route: the first word it takes, else 1."""
    return {
        name: sorted(kind.items)[0] if isinstance(kind, AnyConverter) else 1
        for name, kind in rule._converters.items()
    }


class Browser(FlaskClient):
    """A client that reads pages strictly, as a browser of an inspector would."""

    def open(self, *args, **kwargs):
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data.startswith(b"<!doctype"):
            html5lib.HTMLParser(strict=True).parse(response.text)
        return response

    def page(self, address, **kwargs):
        """GET a page that must be there and return it parsed."""
        response = self.get(address, **kwargs)
        assert response.status_code == 200, (address, response.status_code, response.location)
        return BeautifulSoup(response.text, "html.parser")


class Database:
    """Makes a fresh database from a template for every test of one worker."""

    def __init__(self, folder: Path, worker: str) -> None:
        self.folder = folder
        self.name = f"drillreg_{worker}"
        self.template = folder / "template.sqlite"
        self.url = (
            f"{POSTGRES}/{self.name}".replace("postgresql://", "postgresql+psycopg://")
            if POSTGRES
            else f"sqlite:///{folder / 'test.sqlite'}"
        )

    def _admin(self, *statements: str) -> None:
        with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def prepare(self, app) -> None:
        """Create the tables once and keep them as the template."""
        if POSTGRES:
            self._admin(
                f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)",
                f"DROP DATABASE IF EXISTS {self.name}_template WITH (FORCE)",
                f"CREATE DATABASE {self.name}",
            )
        with app.app_context():
            Base.metadata.create_all(db.engine)
            db.engine.dispose()
        if POSTGRES:
            self._admin(f"ALTER DATABASE {self.name} RENAME TO {self.name}_template")
        else:
            source = sqlite3.connect(self.folder / "test.sqlite")
            source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            source.close()
            shutil.copy(self.folder / "test.sqlite", self.template)

    def refresh(self, app) -> None:
        """Replace the database by a copy of the template; nothing is connected to it."""
        with app.app_context():
            db.engine.dispose()
        if POSTGRES:
            self._admin(
                f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)",
                f"CREATE DATABASE {self.name} TEMPLATE {self.name}_template",
            )
            return
        for leftover in self.folder.glob("test.sqlite*"):
            leftover.unlink()
        shutil.copy(self.template, self.folder / "test.sqlite")


@pytest.fixture(scope="session")
def worker_app(tmp_path_factory, worker_id):
    passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords.NOBODY = passwords.hasher.hash("nobody")
    folder = tmp_path_factory.mktemp("data")
    database = Database(folder, worker_id)
    app = create_app(Settings(data_dir=folder, database_url=database.url, secret_key="test-" * 8))
    app.testing = True
    app.test_client_class = Browser
    database.prepare(app)
    yield app, database
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(worker_app, frozen):
    """The application on an empty database; push `app.app_context()` for direct reads."""
    app, database = worker_app
    database.refresh(app)
    return app


@pytest.fixture
def frozen(monkeypatch):
    """The instant the application believes it is; `frozen.now` can be moved."""

    @dataclass
    class Clock:
        now: datetime = NOW

    held = Clock()
    monkeypatch.setattr(clock, "now", lambda: held.now)
    return held


@pytest.fixture
def today():
    return date(2026, 5, 12)


@pytest.fixture
def keep(app):
    """Save new records in a unit of work of their own and return the first, detached."""

    def save(*records):
        with app.app_context():
            with unit_of_work():
                db.session.add_all(records)
                db.session.flush()
            for record in records:
                db.session.refresh(record)
            db.session.expunge_all()
        return records[0]

    return save


@pytest.fixture
def reading(app):
    """A session to look into the database with: `reading.scalars(select(...))`."""
    with app.app_context():
        yield db.session


@pytest.fixture
def make_org(app):
    """Make an organisation below a parent; paths are set as the product sets them."""

    def make(name="青岭县", kind="county", parent=None, **columns):
        with app.app_context():
            with unit_of_work():
                org = Org(
                    name=name,
                    kind=kind,
                    parent_id=parent.id if parent else None,
                    path=f"new-{name}",
                    attributes=columns.pop("attributes", {}),
                    **columns,
                )
                db.session.add(org)
                db.session.flush()
                org.path = child_path(parent.path if parent else "", org.id)
            db.session.refresh(org)
            db.session.expunge(org)
        return org

    return make


@pytest.fixture
def make_account(app):
    """Make a person with one role at one organisation."""

    def make(role, org, name="周敏", username=None, password="a good pass-phrase"):
        with app.app_context():
            with unit_of_work():
                account = account_operations.create_account(
                    name=name,
                    username=username or f"{role}-{org.id}",
                    password=password,
                    now=NOW,
                    actor=None,
                    must_change=False,
                )
                account_operations.give_role(
                    account, role=role, org=org, from_on=date(2026, 1, 1), actor=None, now=NOW
                )
                if totp_required([role]):
                    totp.enrol(account, secret=totp.new_secret(), step=0, actor=None, now=NOW)
            db.session.refresh(account)
            account_id = account.id
            db.session.expunge_all()
        return account_id

    return make


@pytest.fixture
def sign_in(app, frozen):
    """Return a browser in which an account is signed in (Chinese unless said)."""

    def enter(account_id, locale="zh_Hans_CN"):
        with app.app_context(), unit_of_work():
            account = db.session.get(Account, account_id)
            token = sessions.start_session(
                account, address="127.0.0.1", agent="test", now=frozen.now
            )
        app.config["WTF_CSRF_ENABLED"] = False
        browser = app.test_client()
        with browser.session_transaction() as session:
            session.update(_user_id=token, _fresh=True, locale=locale)
        return browser

    return enter


@dataclass
class County:
    """A small county: two towns, a village and a school in the first, an overseeing department."""

    county: Org
    town: Org
    other_town: Org
    village: Org
    school: Org
    bureau: Org
    other_county: Org


@pytest.fixture
def county(make_org, keep):
    top = make_org()
    town = make_org("白岩镇", "town", top)
    village = make_org("岭下村", "village", town)
    school = make_org("白岩镇中心小学", "school", town)
    other_town = make_org("竹源镇", "town", top)
    bureau = make_org("县教育局", "department", top, field="education")
    other_county = make_org("云川县")
    keep(
        Oversight(
            overseer_id=bureau.id, org_id=school.id, field="education", from_on=date(2020, 1, 1)
        )
    )
    return County(top, town, other_town, village, school, bureau, other_county)


@pytest.fixture
def as_role(county, make_account, sign_in):
    """Sign in by role and place: `as_role("town_staff", county.town)`."""

    def enter(role, org=None, locale="zh_Hans_CN", **kwargs):
        return sign_in(make_account(role, org or county.county, **kwargs), locale)

    return enter


@pytest.fixture
def count_queries(app) -> Iterator:
    """Count the statements of a block: `with count_queries() as seen: …; len(seen)`."""

    @contextmanager
    def watch():
        seen: list[str] = []

        def note(connection, cursor, statement, parameters, context, many):
            if not statement.startswith(("BEGIN", "SELECT 1")):
                seen.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return watch


def has_program(name: str) -> bool:
    """Say whether a program of the system is there."""
    return shutil.which(name) is not None


def host_of(url: str) -> str:
    """Return the host of an address."""
    return urlsplit(url).hostname or ""


def run(*words: str) -> str:
    """Run a program and return what it prints."""
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout
