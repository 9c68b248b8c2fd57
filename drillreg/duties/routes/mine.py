"""What one's own unit owes, each with the button that does it; and the same rolled up."""

from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.web import see_other
from drillreg.duties.cards import cards_of, explained_at, stretches
from drillreg.duties.chasing import calls, chased
from drillreg.duties.counting import Tally, added_up
from drillreg.duties.gathering import place_of
from drillreg.duties.models import DutyState
from drillreg.duties.planned import next_dates
from drillreg.duties.queries import DutyFilter, duties_of, freshness_of
from drillreg.duties.rolling import (
    below,
    has_below,
    late_orgs,
    reaches_by_field,
    tallies_of,
)
from drillreg.duties.routes.blueprint import bp, org_of_address
from drillreg.duties.states import State
from drillreg.duties.terms import Owed
from drillreg.duties.wording import OWED_WORDS, STATE_COLOURS, STATE_WORDS, late_words
from drillreg.evidence.rules import Grade
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import top_orgs
from drillreg.orgs.scope import OrgScope, current_scope
from drillreg.tasks.wording import reminder

# Whose terms matter: others count by half-years.
TAUGHT = frozenset({"school", "kindergarten"})
OWN, BELOW = "own", "below"


def home_of(scope: OrgScope) -> Org | None:
    """Return the organisation a person looks at first: their own, else the top of their reach."""
    org_id = current_actor().org_id
    own = db.session.get(Org, org_id) if org_id is not None else None
    if own is not None and scope.includes(own):
        return own
    return next(iter(top_orgs(scope)), None)


@bp.get("/")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Show what an organisation owes, or how duties stand below it."""
    scope, today = current_scope().present, clock.today()
    org = org_of_address(scope) or home_of(scope)
    if org is None:
        # Whoever reaches single records only owes nothing here.
        return see_other(url_for(".late"))
    is_upper = has_below(org)
    view = request.args.get("view", "")
    if view not in {OWN, BELOW} or not is_upper:
        view = BELOW if is_upper else OWN
    context: dict[str, Any] = {
        "org": org,
        "is_upper": is_upper,
        "view": view,
        "today": today,
        "is_home": org.id == current_actor().org_id,
        "states": State,
        "state_words": STATE_WORDS,
        "state_colours": STATE_COLOURS,
        "late_words": late_words,
    }
    if view == BELOW:
        return render_template("duties/below.html", **context, **_rolled(scope, org, today))
    return render_template("duties/mine.html", **context, **_own(scope, org, today))


def _own(scope: OrgScope, org: Org, today: date) -> dict[str, Any]:
    cards = cards_of(duties_of(org), {org.id: org}, today)
    term = place_of(org, today).seasons.term_of(today) if org.kind in TAUGHT else None
    return {
        "freshness": freshness_of(org),
        "planned": next_dates(Owed.DRILL, [org.id], scope, today).get(org.id),
        "stretches": stretches(cards, org, today, term[1] if term else None),
        "met": [card for card in cards if card.state is State.MET],
        "waived": [card for card in cards if card.state is State.WAIVED],
    }


def _rolled(scope: OrgScope, org: Org, today: date) -> dict[str, Any]:
    wanted = DutyFilter(node=org, with_overseen=reaches_by_field(org))
    by_owed = tallies_of(scope, wanted, today, by=("owed",))
    late = late_orgs(scope, wanted, today)
    cards = {
        card.row.id: card
        for card in cards_of(
            [each.worst for each in late], {each.org.id: each.org for each in late}, today
        )
    }
    return {
        "total": added_up(by_owed.values()),
        "by_owed": [
            (owed, OWED_WORDS[owed], by_owed.get((owed.value,), Tally()))
            for owed in Owed
            if (owed.value,) in by_owed
        ],
        "below": below(scope, org, today),
        "late": [(each, cards[each.worst.id]) for each in late if each.worst.id in cards],
        "call": calls([each.org for each in late], today),
        "reminder": lambda card, whose: reminder(chased(card, whose), today),
        "grades": Grade,
    }


@bp.get("/open/<int:duty_id>")
@requires(Permission.VIEW)
def open_duty(duty_id: int) -> ResponseReturnValue:
    """Lead from the chasing list to where a result is explained."""
    row = db.session.get(DutyState, duty_id)
    org = db.session.get(Org, row.org_id) if row is not None else None
    if row is None or org is None or not current_scope().present.includes(org):
        raise NotFound(N_("There is no such duty."))
    return see_other(explained_at(row))
