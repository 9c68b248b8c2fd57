"""Signing in, in one step or two, and out; language and text size."""

from flask import render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts.forms import SignInForm, read_code
from drillreg.accounts.guard import (
    current_session,
    current_token,
    sign_in_browser,
    sign_out_browser,
)
from drillreg.accounts.queries import session_or_none
from drillreg.accounts.routes.blueprint import bp
from drillreg.accounts.sessions import end_session, half_or_none, try_code, try_sign_in
from drillreg.core import clock
from drillreg.core.access import actor_or_none, current_actor, public, signed_in
from drillreg.core.db import unit_of_work
from drillreg.core.errors import DomainError
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, safe_next, see_other, writes, writes_itself
from drillreg.i18n import LOCALES, N_

HALF = "half"  # the key of the browser's cookie that holds the token of a half sign-in


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Ask for user name and password."""
    if actor_or_none() is not None:
        return see_other(url_for("dashboard.home"))
    target = safe_next(request.args.get("next")) or ""
    return render_template("accounts/sign_in.html", form=form_view(next=target))


@bp.post("/sign-in")
@public
@form_of(sign_in)
@writes_itself
def sign_in_now() -> ResponseReturnValue:
    """Sign in; a failure is counted, so it is committed before it is refused."""
    form = SignInForm.read(request.form)
    with unit_of_work():
        done = try_sign_in(
            form.username,
            form.password,
            address=request.remote_addr or "",
            agent=request.user_agent.string,
            now=clock.now(),
        )
    if done is None:
        raise DomainError(
            N_(
                "The user name or password is not right, a first password is too old, or signing in"
                " is locked after several failures. Try again in 15 minutes or ask the office"
                " above you."
            )
        )
    target = safe_next(request.form.get("next"))
    if done.is_half:
        session[HALF] = done.token
        return see_other(url_for(".code", next=target))
    return _enter(done.token, target)


def _enter(token: str, target: str | None) -> ResponseReturnValue:
    found = session_or_none(token)
    if found is None:
        raise RuntimeError("a session that was not kept")
    sign_in_browser(token, found)
    return see_other(target or url_for("dashboard.home"))


@bp.get("/sign-in/code")
@public
def code() -> ResponseReturnValue:
    """Ask for the code of the authenticator."""
    if half_or_none(session.get(HALF, ""), now=clock.now()) is None:
        return see_other(url_for(".sign_in"))
    target = safe_next(request.args.get("next")) or ""
    return render_template("accounts/code.html", form=form_view(next=target))


@bp.post("/sign-in/code")
@public
@form_of(code)
@writes_itself
def code_now() -> ResponseReturnValue:
    """Take the second step; its failures count and lock like those of the first."""
    typed = read_code(request.form)
    with unit_of_work():
        done = try_code(
            session.get(HALF, ""),
            typed,
            address=request.remote_addr or "",
            agent=request.user_agent.string,
            now=clock.now(),
        )
    if done is None:
        raise DomainError(
            N_(
                "The code is not right or was used already, or signing in is locked after several"
                " failures. Wait for the next code; after five failures wait 15 minutes."
            )
        )
    return _enter(done.token, safe_next(request.form.get("next")))


@bp.post("/sign-out")
@signed_in
@writes
def sign_out() -> ResponseReturnValue:
    """End the session on the server and take the cookie away."""
    end_session(current_session(), actor=current_actor(), now=clock.now())
    sign_out_browser()
    return see_other(url_for(".sign_in"))


@bp.post("/language")
@public
@writes
def language() -> ResponseReturnValue:
    """Switch between Chinese and English and remember it."""
    chosen = request.form.get("locale", "")
    if chosen not in LOCALES:
        raise DomainError(N_("Choose a language from the list."))
    remember("locale", chosen)
    return see_other(safe_next(request.form.get("next")) or url_for("dashboard.home"))


@bp.post("/text-size")
@public
@writes
def text_size() -> ResponseReturnValue:
    """Switch between normal and large text and remember it."""
    remember("text_size", "large" if session.get("text_size") != "large" else "normal")
    return see_other(safe_next(request.form.get("next")) or url_for("dashboard.home"))


def remember(key: str, value: str) -> None:
    """Keep a choice in the browser, and with the account where one is signed in."""
    session[key] = value
    token = current_token()
    if token and (found := session_or_none(token)):
        setattr(found.account, key, value)
