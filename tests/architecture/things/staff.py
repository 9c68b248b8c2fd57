"""How somebody left an organisation."""

from datetime import UTC, date, datetime

from drillreg.accounts.models import Account, Person
from drillreg.core.db import db
from drillreg.staff.models import Departure

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
OWN_LEVEL = "accounts of one's own level are for the office above"

# A rule may refuse what a role may do in general; each with its reason.
MAY_REFUSE = {
    "staff.leaving_lower": OWN_LEVEL,
    "staff.leave_lower": OWN_LEVEL,
    "staff.print_slips": "no slip waits there",
}


def things_at(org):
    """Let somebody have left an organisation."""
    account = Account(
        person=Person(name="温世昌"),
        username=f"left-{org.id}",
        password_hash="!",
        created_at=NOW,
        disabled_at=NOW,
    )
    db.session.add(account)
    db.session.flush()
    departure = Departure(
        account_id=account.id,
        org_id=org.id,
        org_name=org.name,
        left_on=date(2026, 5, 1),
        reason="调离",
        items=[["task", "补报清单", False]],
        done_at=NOW,
        done_by_id=0,
        done_by_name="周敏",
    )
    db.session.add(departure)
    db.session.flush()
    return {"departure": {"public_id": departure.public_id}}
