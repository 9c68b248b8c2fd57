"""What other pages show of the network: contacts, gaps, who is on duty now."""

from flask import render_template

from drillreg.core import clock
from drillreg.core.access import Actor, Permission
from drillreg.core.masking import masked_phone
from drillreg.i18n import pick
from drillreg.network.duties import kinds_with_roster, positions
from drillreg.network.queries.contacts import duty_phone_check, posts_of
from drillreg.network.queries.gaps import incomplete_count
from drillreg.network.queries.rosters import on_duty_now
from drillreg.network.rules import asked_of, is_stale
from drillreg.orgs.models import Org
from drillreg.orgs.queries import ancestors_of, oversights_of
from drillreg.orgs.scope import current_scope, may_here

SHOWN = 6
# On the first page, a county sees its towns; all the others stand on the page of rosters.
SHOWN_TONIGHT = 12
UPPER = ("county", "town")
# Whose posts answer for what an organisation owes.
ANSWER = ("leader", "liaison")


def contacts_of_org(org: Org) -> str:
    """Show whom to call at an organisation, and what is missing."""
    today = clock.today()
    posts = posts_of(org, on=today)
    return render_template(
        "network/_org_panel.html",
        org=org,
        posts=posts[:SHOWN],
        more=max(len(posts) - SHOWN, 0),
        held={post.kind for post in posts},
        asked=asked_of(org.kind),
        keeps_roster=org.kind in kinds_with_roster(),
        phone_check=duty_phone_check(org),
        plain=may_here(Permission.KEEP_CONTACTS, org),
        masked=masked_phone,
        stale=lambda day: is_stale(day, today),
    )


def network_at_home(actor: Actor) -> str:
    """Show on the first page how many organisations cannot be reached, and who is on duty now."""
    if not actor.may(Permission.VIEW):
        return ""
    scope, today = current_scope(), clock.today()
    moment = clock.local(clock.now()).replace(tzinfo=None)
    incomplete, total = incomplete_count(scope, today=today)
    on_duty = on_duty_now(scope, moment)
    found = [each for each in on_duty if each.org.kind in UPPER] or on_duty
    may_keep = actor.may(Permission.KEEP_CONTACTS)
    if not found and not (may_keep and incomplete):
        return ""
    return render_template(
        "network/_home_panel.html",
        incomplete=incomplete,
        total=total,
        found=found[:SHOWN_TONIGHT],
        more=max(len(found) - SHOWN_TONIGHT, 0),
        labels={each.code: pick(each.label) for each in positions()},
        may_keep=may_keep,
    )


def responsible_for_duties(org: Org) -> str:
    """Show beside a duty who answers for it: here, in its departments, in its territory."""
    today = clock.today()
    return render_template(
        "network/_duty_panel.html",
        org=org,
        posts=[each for each in posts_of(org, on=today) if each.kind in ANSWER][:3],
        overseers=[
            (oversight, overseer)
            for oversight, overseer in oversights_of(org)
            if oversight.from_on <= today and (oversight.to_on is None or oversight.to_on > today)
        ],
        above=ancestors_of(org)[-1:],
        plain=may_here(Permission.KEEP_CONTACTS, org),
        masked=masked_phone,
    )
