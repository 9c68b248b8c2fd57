"""The drills that evidence entered by hand can be about."""

from collections.abc import Sequence

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.drills.models import Drill
from drillreg.drills.rules import DrillStatus
from drillreg.drills.scope import DRILL
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope

MOST = 100


def drills_to_prove(org: Org, scope: OrgScope) -> Sequence[tuple[int, str]]:
    """Return the newest drills that an organisation held, by key, with day and title."""
    found = db.session.scalars(
        select(Drill)
        .join(Drill.org)
        .where(
            DRILL.within(scope),
            Drill.org_id == org.id,
            Drill.voided_at.is_(None),
            Drill.status == DrillStatus.HELD,
        )
        .order_by(Drill.held_on.desc(), Drill.id.desc())
        .limit(MOST)
    )
    return [(drill.id, f"{drill.held_on} {name_of(drill)}") for drill in found]
