"""What duties show on the page of an organisation and on the first page."""

from flask import render_template

from drillreg.core import clock
from drillreg.core.access import Actor, Permission
from drillreg.duties.cards import cards_of
from drillreg.duties.counting import added_up
from drillreg.duties.queries import DutyFilter
from drillreg.duties.rolling import (
    has_below,
    late_in_reach,
    late_orgs,
    reaches_by_field,
    tallies_of,
)
from drillreg.duties.states import State
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope

SHOWN = 6


def duties_of_org_panel(org: Org) -> str:
    """Show how the duties of an organisation stand, and of those below it."""
    scope, today = current_scope().present, clock.today()
    if not scope.includes(org):
        return ""
    own = added_up(tallies_of(scope, DutyFilter(node=org, own=True), today, by=()).values())
    below = None
    if has_below(org):
        wanted = DutyFilter(node=org, with_overseen=reaches_by_field(org))
        below = added_up(tallies_of(scope, wanted, today, by=()).values())
    if not own.states and (below is None or not below.states):
        return ""
    return render_template("duties/_org_panel.html", org=org, own=own, below=below, states=State)


def duties_at_home(actor: Actor) -> str:
    """Show leaders the red names: who is late longest in their reach, with what."""
    scope, today = current_scope().present, clock.today()
    if not actor.may(Permission.APPROVE_REPORTS):
        return ""
    late = late_orgs(scope, DutyFilter(), today, at_most=SHOWN)
    if not late:
        return ""
    orgs = {each.org.id: each.org for each in late}
    cards = {card.row.id: card for card in cards_of([each.worst for each in late], orgs, today)}
    return render_template(
        "duties/_home_panel.html",
        late=[(each, cards[each.worst.id]) for each in late if each.worst.id in cards],
        count=late_in_reach(scope, today),
        today=today,
    )
