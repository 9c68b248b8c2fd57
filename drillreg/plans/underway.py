"""Which plans are being written, for whoever asks from below."""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, or_, select

from drillreg.core.db import db
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.queries import visible
from drillreg.plans.rules import VersionState


def plans_being_written(orgs: Sequence[Org], scope: OrgScope) -> Collection[tuple[str, str]]:
    """Return (path, kind of event) of the drafts at and below organisations, in one query."""
    below = [and_(Org.path >= org.path, Org.path < subtree_end(org.path)) for org in orgs]
    rows = db.session.execute(
        select(Org.path, Plan.event_type)
        .select_from(Plan)
        .join(Plan.org)
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .where(visible(scope.present), PlanVersion.state == VersionState.DRAFT, or_(*below))
        .distinct()
    )
    return {(row[0], row[1]) for row in rows}
