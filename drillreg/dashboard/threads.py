"""The thread from a hazard site on: the plan, the drill and the report that stand behind it."""

from dataclasses import dataclass

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from drillreg.core.db import db
from drillreg.drills.models import Drill
from drillreg.drills.rules import DrillStatus
from drillreg.drills.scope import DRILL
from drillreg.hazards.models import HazardSite
from drillreg.orgs.scope import OrgScope, current_scope
from drillreg.reports.models import Report
from drillreg.reports.scope import REPORT


@dataclass(frozen=True)
class SiteThread:
    """The drill a site was last drilled in, else the next one planned, and its report."""

    drill: Drill | None
    report: Report | None


def thread_of_site(site: HazardSite, scope: OrgScope) -> SiteThread:
    """Return what hangs on a site by its keys, as far as it is in scope."""
    drill = db.session.scalar(
        select(Drill)
        .join(Drill.org)
        .options(joinedload(Drill.plan))
        .where(
            DRILL.within(scope),
            Drill.site_id == site.id,
            Drill.voided_at.is_(None),
            Drill.status != DrillStatus.CANCELLED,
        )
        .order_by(Drill.held_on.is_(None), Drill.held_on.desc(), Drill.due_on, Drill.id)
        .limit(1)
    )
    if drill is None:
        return SiteThread(None, None)
    report = db.session.scalar(
        select(Report)
        .join(Report.org)
        .where(REPORT.within(scope), Report.drill_id == drill.id)
        .order_by(Report.edition.desc())
        .limit(1)
    )
    return SiteThread(drill, report)


def site_thread(site: HazardSite) -> str:
    """Render the later stations of a site's thread strip."""
    found = thread_of_site(site, current_scope())
    return render_template("dashboard/_site_thread.html", drill=found.drill, report=found.report)
