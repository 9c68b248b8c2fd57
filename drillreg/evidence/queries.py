"""Reading evidence within a scope."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.evidence.models import Evidence
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope


def evidence_of(org: Org, scope: OrgScope, *, since: date, kind: str = "") -> Sequence[Evidence]:
    """Return the standing evidence of an organisation since a day, newest first."""
    statement = (
        select(Evidence)
        .join(Org, Org.id == Evidence.org_id)
        .where(
            scope.allows(),
            Evidence.org_id == org.id,
            Evidence.on_date >= since,
            Evidence.voided_at.is_(None),
        )
        .order_by(Evidence.on_date.desc(), Evidence.id.desc())
    )
    if kind:
        statement = statement.where(Evidence.kind == kind)
    return db.session.scalars(statement).all()
