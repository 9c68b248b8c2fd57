"""Deny by default: a view without an access mark cannot be reached, and stops the start."""

from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, abort, current_app, g, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, login_user, logout_user

from drillreg.accounts.acting import actor_acting_for, in_force
from drillreg.accounts.devices import actor_of_device, device_of
from drillreg.accounts.models import Device, SignInSession
from drillreg.accounts.queries import actor_of, session_or_none
from drillreg.accounts.rules import session_over
from drillreg.accounts.setup import is_waiting
from drillreg.accounts.totp_wish import must_show_code
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Actor, Everyone, Permission
from drillreg.core.db import unit_of_work
from drillreg.core.errors import NotAllowed, SignInNeeded
from drillreg.core.web import bearer_token, is_htmx, see_other, show_domain_error, wants_json
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import scope_of

TOUCH_EVERY = timedelta(minutes=1)
TOUCH_DEVICE_EVERY = timedelta(hours=1)
DEVICE_COOKIE_LASTS = timedelta(days=400)  # the longest browsers keep one; every visit renews it
# What has to be done before anything else, and the pages that do it.
FIRST, SECOND_STEP = "accounts.first", "accounts.totp"
BEFORE = {
    FIRST: {FIRST, "accounts.save_first", "accounts.sign_out"},
    SECOND_STEP: {SECOND_STEP, "accounts.confirm_totp", "accounts.sign_out"},
}
# What an installation without people answers besides its set-up page.
BEFORE_SETUP = {"accounts.setup", "accounts.set_up", "accounts.language", "accounts.text_size"}
SETUP_EXEMPT = "upkeep"


class DeviceRefused(NotAllowed):
    """A phone that was let in once and is not any more; `entry` is what it tried to send."""

    def __init__(self, device: Device, entry: dict[str, str]) -> None:
        sent = N_(
            "This phone is no longer bound (%(why)s). The check was not recorded; it is still"
            " on the phone. Show it to your town office, which can bind the phone anew."
        )
        asked = N_("This phone is no longer bound (%(why)s). Your town office can bind it anew.")
        why = device.revoke_reason or device.account.disabled_reason or ""
        super().__init__(sent if request.method == "POST" else asked, why=why)
        self.entry = entry


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


def current_session() -> SignInSession:
    """Return the session that makes this request."""
    token = current_token()
    found = session_or_none(token) if token else None
    if found is None:
        abort(500)
    return found


def _load_actor(now: datetime) -> SignInSession | None:
    token = None if bearer_token() else current_token()
    user = load_session(token) if token else None
    if user is None:
        return None
    found = user.found
    if now - found.seen_at > TOUCH_EVERY:
        with unit_of_work():
            found.seen_at = now
    today = clock.local_date(now)
    address, given = request.remote_addr or "", found.acting_for
    if given is not None and in_force(given, today):
        g.actor = actor_acting_for(given, found.account, on=today, address=address)
    else:
        g.actor = actor_of(found.account, on=today, address=address)
    g.scope = scope_of(g.actor, Permission.VIEW, today)
    until = found.account.may_act_until
    g.may_switch = until is not None and until >= today
    g.first_thing = _first_thing(found, g.actor)
    return found


def _first_thing(found: SignInSession, actor: Actor) -> str | None:
    """Return the page without which nothing else is reachable, if there is one."""
    if found.account.must_change_password:
        return FIRST
    if found.account.totp_since is None and must_show_code(actor):
        return SECOND_STEP
    return None


def check_access() -> ResponseReturnValue | None:
    """Load the actor and compare with the mark on the view."""
    if request.endpoint == "static":
        return None
    signed_in = _load_actor(clock.now())
    if request.endpoint is None:  # an address that is not there: the error page keeps the menu
        return None
    view = current_app.view_functions[request.endpoint]
    if signed_in is None and _needs_setup():
        return see_other(url_for("accounts.setup"))
    needed = access_of(view)
    if needed is Everyone.PUBLIC:
        return None
    if signed_in is None:
        _let_device_in(view)
    elif g.first_thing and request.endpoint not in BEFORE[g.first_thing]:
        return _lead_to(g.first_thing)
    if isinstance(needed, Permission) and not g.actor.may(needed):
        raise NotAllowed(N_("Your role does not include this. Ask your county office."))
    return None


def _needs_setup() -> bool:
    return (
        request.endpoint not in BEFORE_SETUP and request.blueprint != SETUP_EXEMPT and is_waiting()
    )


def _lead_to(endpoint: str) -> ResponseReturnValue:
    if request.method == "GET" and not is_htmx():
        return see_other(url_for(endpoint))
    raise NotAllowed(N_("First choose a password of your own and set up the second step."))


def device_cookie() -> str:
    """Return the name of the cookie that holds the token of a phone."""
    return "__Host-drillreg-phone" if settings().https else "drillreg-phone"


def set_device_cookie(response: Response, token: str) -> None:
    """Give a phone its token to keep, out of reach of scripts."""
    response.set_cookie(
        device_cookie(),
        token,
        max_age=DEVICE_COOKIE_LASTS,
        secure=settings().https,
        httponly=True,
        samesite="Lax",
    )


def _let_device_in(view: Any) -> None:
    """Let a bound phone into the few views that are marked for it, or say why not."""
    token = bearer_token() or request.cookies.get(device_cookie(), "")
    device = device_of(token) if token else None
    if device is None:
        raise SignInNeeded(N_("Please sign in."))
    g.device = device
    entry: dict[str, str] | None = getattr(view, "devices_too", None)
    if device.revoked_at is not None or device.account.disabled_at is not None:
        raise DeviceRefused(device, _typed(entry or {}))
    if entry is None:
        raise NotAllowed(N_("This phone can only record checks."))
    now = clock.now()
    if device.seen_at is None or now - device.seen_at > TOUCH_DEVICE_EVERY:
        with unit_of_work():
            device.seen_at = now
        g.renew_device = token
    today = clock.local_date(now)
    g.actor = actor_of_device(device, on=today, address=request.remote_addr or "")
    g.scope = scope_of(g.actor, Permission.VIEW, today)


def _typed(entry: dict[str, str]) -> dict[str, str]:
    """Return the words and contents of the fields of an entry that were filled in."""
    return {word: request.form[name] for name, word in entry.items() if request.form.get(name)}


def show_refused_device(error: DeviceRefused) -> ResponseReturnValue:
    """Tell a phone that it is not let in any more, and give its entry back to it."""
    if wants_json():
        return show_domain_error(error)
    text = translate(error.message, **error.params)
    page = render_template("accounts/device_refused.html", text=text, entry=error.entry)
    return page, error.status


def _renew_device_cookie(response: Response) -> Response:
    if g.get("renew_device") and not bearer_token():
        set_device_cookie(response, g.renew_device)
    return response


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
    app.after_request(_renew_device_cookie)
    app.register_error_handler(DeviceRefused, show_refused_device)
