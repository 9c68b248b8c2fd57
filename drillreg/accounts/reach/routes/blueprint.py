"""The blueprint that the pages about reach hang on, and what several of them need."""

from typing import Any

from flask import Blueprint

from drillreg.accounts.reach.queries import GrantRow
from drillreg.accounts.reach.rules import GrantState, state_of
from drillreg.accounts.reach.wording import STATE_COLOURS, STATE_WORDS, until_words
from drillreg.core import clock
from drillreg.i18n import translate

bp = Blueprint("reach", __name__)


def grant_state(row: GrantRow) -> GrantState:
    """Say how a grant stands today."""
    grant = row.grant
    return state_of(
        from_on=grant.from_on,
        until_on=grant.until_on,
        revoked=grant.revoked_at is not None,
        today=clock.today(),
    )


def words() -> dict[str, Any]:
    """Return what the templates need to name grants."""
    return {
        "state_of": grant_state,
        "state_words": STATE_WORDS,
        "state_colours": STATE_COLOURS,
        "states": [(state.value, translate(STATE_WORDS[state])) for state in GrantState],
        "until_words": until_words,
    }
