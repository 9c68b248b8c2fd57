"""The first page of an empty installation: the county and its first four people."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts.forms import SetupForm
from drillreg.accounts.routes.blueprint import bp, shown_once
from drillreg.accounts.rules import FIRST_PASSWORD_LASTS
from drillreg.accounts.sessions import address_locked, refuse_address
from drillreg.accounts.setup import FIRST_ROLES, code_is, first_county, is_waiting
from drillreg.accounts.setup import set_up as write
from drillreg.core import clock
from drillreg.core.access import public
from drillreg.core.db import unit_of_work
from drillreg.core.errors import FieldError, FormErrors, NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, writes_itself
from drillreg.i18n import N_, translate


def _ensure_waiting() -> None:
    if not is_waiting():
        raise NotFound(N_("There is nothing at this address."))


@bp.get("/setup")
@public
def setup() -> str:
    """Ask for the county and its first people, of whoever knows the code of the terminal."""
    _ensure_waiting()
    return render_template(
        "accounts/setup.html", form=form_view(), county=first_county(), first_roles=FIRST_ROLES
    )


@bp.post("/setup")
@public
@form_of(setup)
@writes_itself
def set_up() -> ResponseReturnValue:
    """Make them, and show their one-time passwords, this once; the address is gone afterwards."""
    _ensure_waiting()
    form, now = SetupForm.read(request.form, known=first_county() is not None), clock.now()
    _ensure_code(form.code)
    with unit_of_work():
        made = write(form.county, form.people, today=clock.local_date(now), now=now)
    return shown_once(
        made,
        until=now + FIRST_PASSWORD_LASTS,
        title=translate(N_("The county is set up")),
        back=url_for(".sign_in"),
    )


def _ensure_code(code: str) -> None:
    """Raise unless the code is right; wrong ones count, so they are committed."""
    address, now = request.remote_addr or "", clock.now()
    if address_locked(address, now=now) or not code_is(code):
        with unit_of_work():
            refuse_address(address, now=now)
        raise FormErrors(
            [
                FieldError(
                    "code",
                    N_("This is not the code that the terminal shows. See `drillreg init`."),
                )
            ]
        )
