"""When organisations hold their next drill, for whoever asks from below."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select

from drillreg.core.db import db
from drillreg.drills.models import Drill
from drillreg.drills.rules import DrillStatus
from drillreg.drills.scope import DRILL
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope


def next_drills(org_ids: Collection[int], scope: OrgScope, today: date) -> dict[int, date]:
    """Return the next planned drill of each organisation that has one, in one query."""
    rows = db.session.execute(
        select(Drill.org_id, func.min(Drill.due_on))
        .join(Org, Org.id == Drill.org_id)
        .where(
            DRILL.within(scope),
            Drill.org_id.in_(sorted(org_ids)),
            Drill.status == DrillStatus.PLANNED,
            Drill.due_on >= today,
            Drill.voided_at.is_(None),
        )
        .group_by(Drill.org_id)
        .order_by(Drill.org_id)
    ).all()
    return {int(row[0]): row[1] for row in rows}
