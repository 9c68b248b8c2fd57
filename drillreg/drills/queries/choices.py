"""What a form about drills offers: organisations, plans and hazard sites within a scope."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, raiseload

from drillreg.core.db import db
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan
from drillreg.plans.scope import PLAN
from drillreg.work.models import ImportBatch
from drillreg.work.rules import ImportState

MOST_CHOICES = 1_000


def org_choices(scope: OrgScope, on: date) -> Sequence[Org]:
    """Return the organisations that a drill can be planned or recorded for, in tree order."""
    return db.session.scalars(
        select(Org)
        .where(
            scope.allows(),
            is_imported(Org),
            or_(Org.closed_on.is_(None), Org.closed_on > on),
            Org.is_outside.is_(False),
        )
        .order_by(Org.path)
        .limit(MOST_CHOICES)
    ).all()


def plan_choices(scope: OrgScope) -> Sequence[Plan]:
    """Return the plans a drill can follow, in tree order, with their organisation."""
    return db.session.scalars(
        select(Plan)
        .join(Plan.org)
        .options(contains_eager(Plan.org), raiseload(Plan.versions))
        .where(PLAN.within(scope), Plan.voided_at.is_(None))
        .order_by(Org.path, Plan.id)
        .limit(MOST_CHOICES)
    ).all()


def site_choices(scope: OrgScope) -> Sequence[HazardSite]:
    """Return the hazard sites a drill can be held for, in tree order, with their organisation."""
    applied = select(ImportBatch.id).where(ImportBatch.state == ImportState.APPLIED)
    return db.session.scalars(
        select(HazardSite)
        .join(HazardSite.org)
        .options(contains_eager(HazardSite.org))
        .where(
            SITE.within(scope),
            HazardSite.voided_at.is_(None),
            or_(HazardSite.import_id.is_(None), HazardSite.import_id.in_(applied)),
        )
        .order_by(Org.path, HazardSite.number, HazardSite.id)
        .limit(MOST_CHOICES)
    ).all()
