"""Deny by default: a view without an access mark cannot be reached, and stops the start."""

from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app, g, request, session
from flask_login import LoginManager, UserMixin, login_user, logout_user

from drillreg.accounts.models import SignInSession
from drillreg.accounts.queries import actor_of, session_or_none
from drillreg.accounts.rules import session_over
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Everyone, Permission
from drillreg.core.db import unit_of_work
from drillreg.core.errors import NotAllowed, SignInNeeded
from drillreg.i18n import N_
from drillreg.orgs.scope import scope_of

TOUCH_EVERY = timedelta(minutes=1)
# Pages that somebody who must choose a password first can still reach.
BEFORE_PASSWORD = {"accounts.password", "accounts.change_password", "accounts.sign_out"}


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login carries: the token of a session row, never the account id."""

    def __init__(self, token: str, found: SignInSession) -> None:
        self.token = token
        self.found = found

    def get_id(self) -> str:
        """Return what the signed cookie holds."""
        return self.token


def load_session(token: str) -> SignedIn | None:
    """Return the session of a cookie while it lives."""
    found = session_or_none(token)
    limits = settings()
    if (
        found is None
        or found.account.disabled_at is not None
        or session_over(
            started_at=found.started_at,
            seen_at=found.seen_at,
            now=clock.now(),
            idle=timedelta(minutes=limits.session_idle_minutes),
            longest=timedelta(hours=limits.session_hours),
        )
    ):
        return None
    return SignedIn(token, found)


def sign_in_browser(token: str, found: SignInSession) -> None:
    """Give this browser a fresh cookie for a session."""
    session.clear()
    login_user(SignedIn(token, found))
    for key in ("locale", "text_size"):
        if value := getattr(found.account, key):
            session[key] = value


def sign_out_browser() -> None:
    """Take the cookie of this browser away, but keep its language."""
    locale = session.get("locale")
    logout_user()
    session.clear()
    if locale:
        session["locale"] = locale


def current_token() -> str | None:
    """Return the session token of this browser."""
    token: str | None = session.get("_user_id")
    return token


def _load_actor(now: datetime) -> SignInSession | None:
    token = current_token()
    user = load_session(token) if token else None
    if user is None:
        return None
    found = user.found
    if now - found.seen_at > TOUCH_EVERY:
        with unit_of_work():
            found.seen_at = now
    today = clock.local_date(now)
    g.actor = actor_of(found.account, on=today, address=request.remote_addr or "")
    g.scope = scope_of(g.actor, Permission.VIEW, today)
    g.must_change_password = found.account.must_change_password
    return found


def check_access() -> None:
    """Load the actor and compare with the mark on the view."""
    if request.endpoint == "static":
        return
    signed_in = _load_actor(clock.now())
    if request.endpoint is None:  # an address that is not there: the error page keeps the menu
        return
    needed = access_of(current_app.view_functions[request.endpoint])
    if needed is Everyone.PUBLIC:
        return
    if signed_in is None:
        raise SignInNeeded(N_("Please sign in."))
    if g.must_change_password and request.endpoint not in BEFORE_PASSWORD:
        raise NotAllowed(N_("Choose a password of your own first."))
    if isinstance(needed, Permission) and not g.actor.may(needed):
        raise NotAllowed(N_("Your role does not include this. Ask your county office."))


def access_of(view: Any) -> Permission | Everyone:
    """Return the mark of a view."""
    access: Permission | Everyone = view.access
    return access


def ensure_all_marked(app: Flask) -> None:
    """Refuse to start when a route has no permission mark."""
    bare = [name for name, view in app.view_functions.items() if not hasattr(view, "access")]
    if unmarked := sorted(set(bare) - {"static"}):
        raise RuntimeError(f"routes without a permission mark: {', '.join(unmarked)}")


def init_app(app: Flask) -> None:
    """Put the guard in front of the application."""
    # Templates have the actor; a current user for them would read the session a second time.
    manager = LoginManager(app, add_context_processor=False)
    manager.user_loader(load_session)
    app.before_request(check_access)
