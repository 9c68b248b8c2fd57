"""What other pages show of hazard sites."""

from flask import render_template

from drillreg.hazards.queries import counts_by_level
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope


def sites_of_org(org: Org) -> str:
    """Return the panel of an organisation's page: its sites by level, each number a link."""
    counts = counts_by_level(org, current_scope())
    return render_template("hazards/_org_panel.html", org=org, counts=counts)
