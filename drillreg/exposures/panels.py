"""What exposure shows on the pages of hazard sites and organisations."""

from flask import render_template

from drillreg.core import clock
from drillreg.core.access import Permission
from drillreg.exposures.gaps import event_of, gaps_of
from drillreg.exposures.queries import as_of, sites_over, totals_of, units_page, villages_of
from drillreg.exposures.refuges import routes_of
from drillreg.exposures.rules import people_at
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope, may_here, may_on

SHOWN = 5


def exposed_by_site(site: HazardSite) -> str:
    """Show what lies in reach of a site, the way to its page, and what does not stand behind it."""
    if site.voided_at is not None:
        return ""
    scope, today = current_scope(), clock.today()
    totals = totals_of(site, scope)
    return render_template(
        "exposures/_site_panel.html",
        site=site,
        as_of=as_of(site),
        totals=totals,
        units=units_page(site, scope, size=SHOWN),
        villages=villages_of(site, scope),
        routes=routes_of(site),
        gaps=gaps_of(site, scope, today),
        event=event_of(site.kind),
        people_at=people_at,
        may_edit=may_on(Permission.EDIT_HAZARDS, SITE.code, site),
        may_plan=may_here(Permission.PLAN_DRILLS, site.org),
    )


def exposed_on_thread(site: HazardSite) -> str:
    """Show on a site's thread strip how many units lie in its reach."""
    totals = totals_of(site, current_scope())
    return render_template("exposures/_site_thread.html", site=site, totals=totals)


def threats_to_org(org: Org) -> str:
    """Show the sites in reach that threaten an organisation, the worst first."""
    if org.closed_on is not None or org.lon is None:
        return ""
    found = sites_over(org, current_scope())
    return render_template("exposures/_org_panel.html", org=org, found=found, most=SHOWN)
