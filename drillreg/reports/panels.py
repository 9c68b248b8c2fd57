"""What reports show on the pages of drills and organisations."""

from flask import render_template

from drillreg.accounts.models import Post
from drillreg.core import clock
from drillreg.core.access import Permission
from drillreg.drills.models import Drill
from drillreg.drills.rules import DrillStatus
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope, may_here
from drillreg.reports.actions import (
    ActionFilter,
    actions_page,
    open_actions,
    open_actions_under,
)
from drillreg.reports.queries import report_of_drill_or_none
from drillreg.reports.rules import (
    STANDING_COLOURS,
    STANDING_WORDS,
    STATE_COLOURS,
    STATE_WORDS,
    Standing,
    standing,
)

SHOWN = 5


def drill_panel(drill: Drill) -> str:
    """Show the report of a held drill, or the button to write it."""
    if drill.status is not DrillStatus.HELD:
        return ""
    return render_template(
        "reports/_drill_panel.html",
        drill=drill,
        report=report_of_drill_or_none(drill.id, current_scope()),
        may_write=may_here(Permission.WRITE_REPORTS, drill.org),
        state_words=STATE_WORDS,
        state_colours=STATE_COLOURS,
    )


def org_panel(org: Org) -> str:
    """Show the corrective actions an organisation and those below it still have to do."""
    scope, today = current_scope(), clock.today()
    counts = open_actions(scope, today, within=org)
    if not counts.open:
        return ""
    chosen = ActionFilter(today, org, Standing.OPEN)
    return render_template(
        "reports/_org_panel.html",
        org=org,
        counts=counts,
        actions=actions_page(scope, chosen, size=SHOWN).rows,
        today=today,
        standing=standing,
        standing_words=STANDING_WORDS,
        standing_colours=STANDING_COLOURS,
    )


def post_panel(post: Post) -> str:
    """Show the corrective actions that are open under the name of a post's holder."""
    actions = open_actions_under(post.person.name, post.org)
    return render_template("reports/_post_panel.html", actions=actions) if actions else ""
