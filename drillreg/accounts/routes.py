"""Signing in and out, and what a person sets for themselves."""

from flask import Blueprint, abort, flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts.forms import PasswordForm, SignInForm
from drillreg.accounts.guard import current_token, sign_in_browser, sign_out_browser
from drillreg.accounts.operations import change_password as set_password
from drillreg.accounts.operations import end_session, try_sign_in
from drillreg.accounts.queries import people_at, session_or_none
from drillreg.accounts.rules import roles
from drillreg.core import clock
from drillreg.core.access import (
    Permission,
    actor_or_none,
    current_actor,
    public,
    requires,
    signed_in,
)
from drillreg.core.db import unit_of_work
from drillreg.core.errors import DomainError
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, safe_next, see_other, writes, writes_itself
from drillreg.i18n import LOCALES, N_, pick, translate
from drillreg.orgs.queries import top_orgs
from drillreg.orgs.scope import current_scope_for

bp = Blueprint("accounts", __name__)


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
                "The user name or password is not right, or signing in is locked after several"
                " failures. Try again in 15 minutes or ask the office above you."
            )
        )
    token = done[1]
    found = session_or_none(token)
    if found is None:
        abort(500)
    sign_in_browser(token, found)
    if found.account.must_change_password:
        return see_other(url_for(".password"))
    return see_other(safe_next(request.form.get("next")) or url_for("dashboard.home"))


@bp.post("/sign-out")
@signed_in
@writes
def sign_out() -> ResponseReturnValue:
    """End the session on the server and take the cookie away."""
    token = current_token()
    if token and (found := session_or_none(token)):
        end_session(found, actor=current_actor(), now=clock.now())
    sign_out_browser()
    return see_other(url_for(".sign_in"))


@bp.get("/account/password")
@signed_in
def password() -> str:
    """Ask for a new password."""
    return render_template("accounts/password.html", form=form_view())


@bp.post("/account/password")
@signed_in
@form_of(password)
@writes
def change_password() -> ResponseReturnValue:
    """Change one's own password."""
    form = PasswordForm.read(request.form)
    token = current_token()
    found = session_or_none(token) if token else None
    if found is None:
        abort(500)
    set_password(
        found.account,
        old=form.old,
        new=form.new,
        token=token,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The password was changed. Other devices were signed out.")))
    return see_other(url_for("dashboard.home"))


@bp.post("/language")
@public
@writes
def language() -> ResponseReturnValue:
    """Switch between Chinese and English and remember it."""
    chosen = request.form.get("locale", "")
    if chosen not in LOCALES:
        raise DomainError(N_("Choose a language from the list."))
    _remember("locale", chosen)
    return see_other(safe_next(request.form.get("next")) or url_for("dashboard.home"))


@bp.post("/text-size")
@public
@writes
def text_size() -> ResponseReturnValue:
    """Switch between normal and large text and remember it."""
    _remember("text_size", "large" if session.get("text_size") != "large" else "normal")
    return see_other(safe_next(request.form.get("next")) or url_for("dashboard.home"))


def _remember(key: str, value: str) -> None:
    session[key] = value
    token = current_token()
    if token and (found := session_or_none(token)):
        setattr(found.account, key, value)


@bp.get("/system/people")
@requires(Permission.MANAGE_ACCOUNTS)
def people() -> str:
    """List the accounts below the administrator's organisations, with their roles."""
    scope = current_scope_for(Permission.MANAGE_ACCOUNTS)
    names = {code: pick(role.label) for code, role in roles().items()}
    rows = [row for org in top_orgs(scope) for row in people_at(org)]
    return render_template("accounts/people.html", rows=rows, role_names=names)
