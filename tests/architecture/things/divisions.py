"""A division at every organisation, and what routes about changes call an organisation by."""

from drillreg.core.db import db
from drillreg.orgs.models import Division, Org
from drillreg.orgs.rules import child_path

# A rule may refuse what a role may do in general; each with its reason.
MAY_REFUSE: dict[str, str] = {}
LEVELS = {"county": "county", "town": "town", "village": "village"}


def things_at(org):
    """Make the division of an organisation, inside that of what it stands below."""
    above = db.session.get(Org, org.parent_id).division if org.parent_id else None
    division = Division(
        code=f"{org.id:012d}",
        level=LEVELS.get(org.kind, "village"),
        name=f"{org.name}辖区",
        parent_id=above.id if above else None,
        path=f"new-{org.id}/",
    )
    db.session.add(division)
    db.session.flush()
    division.path = child_path(above.path if above else "", division.id)
    db.session.get_one(Org, org.id).division_id = division.id
    db.session.flush()
    return {
        "division": {"division_id": division.id, "kind": "rename"},
        "org-change": {"org_id": org.id, "kind": "move"},
    }
