"""What the page of a site shows of patrols."""

from flask import render_template

from drillreg.core import clock
from drillreg.hazards.models import HazardSite
from drillreg.orgs.scope import current_scope
from drillreg.patrols.due import rounds_of_site


def patrols_of_site(site: HazardSite) -> str:
    """Show the newest rounds in which a site was due, and what became of them."""
    today = clock.today()
    found = rounds_of_site(site, current_scope(), today=today)
    if not found:
        return ""
    return render_template("patrols/_site_panel.html", site=site, rounds=found)
