"""Lists: what is to be filed and made known, and what offices received."""

from flask import render_template, request

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.page import name_of
from drillreg.filings.queries import (
    Narrowed,
    clocks_page,
    count_clocks,
    count_received,
    received_page,
)
from drillreg.filings.routes.blueprint import WORDS, bp, one_of, org_of_address
from drillreg.filings.rules import ClockKind, ClockState, Standing
from drillreg.filings.wording import CLOCK_WORDS, STANDING_WORDS, STATE_WORDS, standing, state_of
from drillreg.i18n import N_, translate
from drillreg.orgs.queries import orgs_of_kinds
from drillreg.orgs.scope import current_scope

NODES = ("county", "department", "town")
OPEN = "open"


def _places(chosen: Narrowed) -> list[tuple[int, str]]:
    nodes = list(orgs_of_kinds(current_scope(), NODES))
    if chosen.within and chosen.within.id not in {org.id for org in nodes}:
        nodes.append(chosen.within)
    return [(org.id, name_of(org)) for org in nodes]


@bp.get("/")
@requires(Permission.VIEW)
def index() -> str:
    """List the clocks of issued plans, the first due first; without a choice what is open."""
    scope, today = current_scope(), clock.today()
    state = one_of("state", (OPEN, *ClockState)) if "state" in request.args else OPEN
    chosen = Narrowed(org_of_address("org", scope), one_of("kind", tuple(ClockKind)), state)
    counts = count_clocks(scope, chosen, today=today)
    total = {OPEN: counts["running"] + counts["late"], "": sum(counts.values()), **counts}
    return render_template(
        "filings/index.html",
        page=clocks_page(scope, chosen, today=today, cursor=request.args.get("after")),
        counts=counts,
        total=total[state],
        chosen=chosen,
        places=_places(chosen),
        kinds=[(each.value, translate(CLOCK_WORDS[each])) for each in ClockKind],
        states=[
            (OPEN, translate(N_("Open ones"))),
            *((each.value, translate(STATE_WORDS[each])) for each in ClockState),
        ],
        state_of=lambda each: state_of(each, today),
        today=today,
        **WORDS,
    )


@bp.get("/inbox")
@requires(Permission.VIEW)
def inbox() -> str:
    """List what offices in scope received, the newest first."""
    scope, today = current_scope(), clock.today()
    standings = tuple(each for each in Standing if each is not Standing.OUTSIDE)
    chosen = Narrowed(org_of_address("org", scope), state=one_of("state", standings))
    return render_template(
        "filings/inbox.html",
        page=received_page(scope, chosen, today=today, cursor=request.args.get("after")),
        total=count_received(scope, chosen, today=today),
        chosen=chosen,
        places=_places(chosen),
        states=[(each.value, translate(STANDING_WORDS[each])) for each in standings],
        standing=lambda each: standing(each, today),
        today=today,
        **WORDS,
    )
