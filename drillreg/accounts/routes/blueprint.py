"""The blueprints of accounts: one's own pages, and the pages about other people's accounts."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, Response, flash, make_response, render_template

from drillreg.accounts.models import Account
from drillreg.accounts.registry import STATES, roles_of
from drillreg.accounts.rules import browser_words, roles
from drillreg.core import clock
from drillreg.i18n import pick, translate

bp = Blueprint("accounts", __name__)
people_bp = Blueprint("people", __name__)


@bp.context_processor
@people_bp.context_processor
def words() -> dict[str, object]:
    """Give the templates of accounts their words."""
    return {
        "role_name": lambda code: pick(roles()[code].label),
        "browser_words": browser_words,
        "state_words": STATES,
    }


def shown_once(
    made: Sequence[tuple[Account, str]], *, until: datetime, title: str, back: str
) -> Response:
    """Show one-time passwords, this once: nothing keeps the page or the passwords."""
    page = render_template(
        "accounts/one_time.html",
        made=made,
        held=roles_of([account for account, _ in made], on=clock.today()),
        until=until,
        title=title,
        back=back,
    )
    return not_kept(page)


def not_kept(page: str) -> Response:
    """Return a page that no browser and no machine between keeps."""
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def say(message: str, **params: object) -> None:
    """Tell on the next page what was done."""
    flash(translate(message, **params), "success")
