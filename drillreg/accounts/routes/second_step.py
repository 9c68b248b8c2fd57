"""Setting up the second step: the code of an authenticator besides the password."""

import segno
from flask import render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts import totp as steps
from drillreg.accounts.forms import read_code
from drillreg.accounts.guard import current_session
from drillreg.accounts.keys import decrypted, encrypted
from drillreg.accounts.passwords import password_fits
from drillreg.accounts.routes.blueprint import bp, not_kept, say
from drillreg.accounts.totp_wish import must_show_code
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import current_actor, signed_in
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_

OFFERED = "second_step"  # a secret not confirmed yet lies, encrypted, in the browser's own cookie


def _offered() -> str:
    """Return the secret this browser is being offered, a new one at the first look."""
    if OFFERED not in session:
        session[OFFERED] = encrypted(steps.new_secret())
    return decrypted(session[OFFERED])


@bp.get("/account/second-step")
@signed_in
def totp() -> ResponseReturnValue:
    """Show the QR code for an authenticator, or that the second step is set up."""
    account = current_session().account
    required = must_show_code(current_actor())
    if account.totp_since is not None:
        return render_template(
            "accounts/second_step.html",
            form=form_view(),
            account=account,
            left=steps.recovery_codes_left(account),
            required=required,
        )
    secret = _offered()
    address = steps.address_of(secret, username=account.username, issuer=settings().site_title_zh)
    code = segno.make(address, error="m", micro=False)
    page = render_template(
        "accounts/second_step_new.html",
        form=form_view(),
        qr=code.svg_data_uri(border=2),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        required=required,
    )
    return not_kept(page)


@bp.post("/account/second-step")
@signed_in
@form_of(totp)
@writes
def confirm_totp() -> ResponseReturnValue:
    """Ask for codes from now on, once the first one was right; show the recovery codes."""
    code = read_code(request.form)
    codes = steps.confirm(
        current_session().account,
        secret=_offered(),
        code=code,
        actor=current_actor(),
        now=clock.now(),
    )
    session.pop(OFFERED, None)
    return not_kept(render_template("accounts/recovery_codes.html", codes=codes))


@bp.post("/account/second-step/codes")
@signed_in
@form_of(totp)
@writes
def renew_codes() -> ResponseReturnValue:
    """Give new recovery codes to whoever knows the password."""
    _ensure_password()
    codes = steps.renew_recovery_codes(
        current_session().account, actor=current_actor(), now=clock.now()
    )
    return not_kept(render_template("accounts/recovery_codes.html", codes=codes))


@bp.post("/account/second-step/remove")
@signed_in
@form_of(totp)
@writes
def remove_totp() -> ResponseReturnValue:
    """Give the second step up where it is not required, to whoever knows the password."""
    _ensure_password()
    if must_show_code(current_actor()):
        raise DomainError(N_("Your role needs the second step."))
    steps.remove(current_session().account, actor=current_actor(), now=clock.now())
    say(N_("The second step is taken away. Your password alone opens your account."))
    return see_other(url_for(".mine"))


def _ensure_password() -> None:
    if not password_fits(current_session().account.password_hash, request.form.get("password", "")):
        raise FormErrors([FieldError("password", N_("The present password is not right."))])
