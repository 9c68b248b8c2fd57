"""Fixtures of accounts: forms without tokens, the trail as text, an account by its user name."""

import json

import pytest
from sqlalchemy import select

from drillreg.accounts.models import Account
from drillreg.audit.models import AuditRow, AuditValue
from drillreg.core.db import db

PASSWORD = "a good pass-phrase"


@pytest.fixture(autouse=True)
def _no_form_tokens(app):
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def enter(app):
    """Sign in by the form with a browser of one's own; return browser and answer."""

    def sign_in(username, password=PASSWORD, browser=None, **fields):
        browser = browser or app.test_client()
        answer = browser.post(
            "/sign-in", data={"username": username, "password": password, **fields}
        )
        return browser, answer

    return sign_in


@pytest.fixture
def account_of(app):
    """Look an account up by its user name, detached."""

    def find(username):
        with app.app_context():
            found = db.session.scalar(select(Account).where(Account.username == username))
            db.session.expunge_all()
        return found

    return find


@pytest.fixture
def trail(app):
    """Return the actions of the trail, and everything it holds as one text."""

    def read():
        with app.app_context():
            rows = db.session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
            values = db.session.scalars(select(AuditValue)).all()
            text = json.dumps(
                [[r.actor_name, r.detail, r.address] for r in rows] + [v.changes for v in values],
                default=str,
                ensure_ascii=False,
            )
            return [row.action for row in rows], text

    return read


@pytest.fixture
def look(app):
    """Run a select in a context of its own and return its first value, detached."""

    def scalar(statement):
        with app.app_context():
            found = db.session.scalar(statement)
            db.session.expunge_all()
        return found

    return scalar
