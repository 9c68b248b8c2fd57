"""An account at an organisation with all that hangs on one: a role, a phone, a delegation."""

from datetime import UTC, date, datetime, timedelta

from drillreg.accounts.models import (
    Account,
    ActingFor,
    Device,
    Person,
    RoleAssignment,
    SignInSession,
)
from drillreg.core.db import db

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
TODAY = date(2026, 5, 12)
OWN_LEVEL = "accounts of one's own level are for the office above"

# A rule may refuse what a role may do in general; each with its reason.
MAY_REFUSE = {
    "people.show_lower": OWN_LEVEL,
    "people.reset_lower": OWN_LEVEL,
    "people.unlock_lower": OWN_LEVEL,
}


def _account(username):
    account = Account(
        person=Person(name="钟福生"), username=username, password_hash="!", created_at=NOW
    )
    db.session.add(account)
    db.session.flush()
    return account


def things_at(org):
    """Make a monitor at an organisation and return what routes call the parts by."""
    monitor, deputy = _account(f"thing-{org.id}"), _account(f"deputy-{org.id}")
    roles = [
        RoleAssignment(
            account_id=account.id, role="monitor", org_id=org.id, from_on=date(2026, 1, 1)
        )
        for account in (monitor, deputy)
    ]
    device = Device(account_id=monitor.id, invite_ends_at=NOW, invited_by_id=0)
    given = ActingFor(
        principal_id=monitor.id,
        deputy_id=deputy.id,
        roles=["monitor"],
        from_on=TODAY,
        to_on=TODAY + timedelta(days=7),
        given_by_id=0,
        given_at=NOW,
    )
    db.session.add_all([*roles, device, given])
    db.session.flush()
    return {
        "account": {
            "public_id": monitor.public_id,
            "assignment_id": roles[0].id,
            "device_id": device.public_id,
            "delegation_id": given.public_id,
        },
        "phone": {"public_id": device.public_id},
    }


def foreign_things():
    """Make what only its owner has, for an owner who is none of those who ask."""
    owner, other = _account("owner"), _account("other")
    browser = SignInSession(
        token_hash="x", account_id=owner.id, started_at=NOW, seen_at=NOW, address="", agent=""
    )
    device = Device(account_id=owner.id, invite_ends_at=NOW, invited_by_id=0)
    given = ActingFor(
        principal_id=owner.id,
        deputy_id=other.id,
        roles=["monitor"],
        from_on=TODAY,
        to_on=TODAY + timedelta(days=7),
        given_by_id=0,
        given_at=NOW,
    )
    db.session.add_all([browser, device, given])
    db.session.flush()
    return {
        "own-session": {"session_id": browser.id},
        "own-phone": {"public_id": device.public_id},
        "own-delegation": {"public_id": given.public_id},
    }
