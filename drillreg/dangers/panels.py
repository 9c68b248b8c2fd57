"""What dangers show on the first page and on the pages of organisations and sites."""

from flask import render_template

from drillreg.core import clock
from drillreg.core.access import Actor, Permission
from drillreg.dangers.filters import DangerFilter
from drillreg.dangers.queries import counts_of, dangers_at
from drillreg.dangers.rules import Stage
from drillreg.dangers.wording import WORDS, days_late, standing
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope, may_here, may_on


def dangers_at_home(actor: Actor) -> str:
    """Show on the first page how many dangers are open, late, to be verified."""
    if not actor.may(Permission.VIEW):
        return ""
    counts = counts_of(DangerFilter(), current_scope().present, today=clock.today())
    if not any(counts.values()):
        return ""
    return render_template(
        "dangers/_counts_panel.html",
        counts=counts,
        within=None,
        may_report=actor.may(Permission.REPORT_DANGERS),
    )


def dangers_of_org(org: Org) -> str:
    """Show on the page of an organisation its dangers and those below it, each number a link."""
    counts = counts_of(DangerFilter(within=org), current_scope(), today=clock.today())
    return render_template(
        "dangers/_counts_panel.html",
        counts=counts,
        within=org,
        may_report=org.closed_on is None and may_here(Permission.REPORT_DANGERS, org),
    )


def dangers_at_site(site: HazardSite) -> str:
    """Show on the page of a site what was found there, the newest first."""
    today = clock.today()
    found = dangers_at(site, current_scope())
    may_report = site.voided_at is None and may_on(Permission.REPORT_DANGERS, SITE.code, site)
    if not found and not may_report:
        return ""
    return render_template(
        "dangers/_site_panel.html",
        site=site,
        found=[(each, standing(each, today), days_late(each, today)) for each in found],
        open_count=sum(each.stage is not Stage.CLOSED for each in found),
        may_report=may_report,
        **WORDS,
    )
