"""What an organisation's page shows of its resources."""

from flask import render_template

from drillreg.core.access import Permission
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope, may_here
from drillreg.resources.nouns import NOUNS
from drillreg.resources.queries import counts_below


def resources_of_org(org: Org) -> str:
    """Show how many teams, supplies and shelters stand at and below an organisation."""
    counts = counts_below(org, current_scope())
    may_keep = org.closed_on is None and may_here(Permission.KEEP_CONTACTS, org)
    if not any(counts.values()) and not may_keep:
        return ""
    return render_template(
        "resources/_org_panel.html", org=org, nouns=NOUNS, counts=counts, may_keep=may_keep
    )
