"""Slips to print, and people who leave: for the security administrator and the office above."""

from io import BytesIO

from flask import Blueprint, Response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement

from drillreg.accounts.models import Account
from drillreg.accounts.queries import assignments_on
from drillreg.accounts.registry import below, colleagues, get_account, within, working_in
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import unit_of_work
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.documents.pdf import print_paper
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope_for
from drillreg.staff.forms import read_wish
from drillreg.staff.holdings import PASSED_ON, holdings
from drillreg.staff.leaving import departures_page, get_departure, leave
from drillreg.staff.models import Departure
from drillreg.staff.papers import handover_paper, slips_paper
from drillreg.staff.slips import note_printed, opened, piles, slips_of

bp = Blueprint("staff", __name__, url_prefix="/staff")


# Slips


@bp.get("/slips/")
@requires(Permission.MANAGE_ACCOUNTS)
def slips() -> str:
    """List the slips that wait, by the pile they are carried away in."""
    scope = current_scope_for(Permission.MANAGE_ACCOUNTS)
    return render_template("staff/slips.html", piles=piles(scope, clock.now()), form=form_view())


@bp.post("/slips/<int:org_id>/print")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(slips)
@writes_itself
def print_slips(org_id: int) -> ResponseReturnValue:
    """Print a pile of slips; the paper holds passwords, so that nothing on the way keeps it."""
    scope, now = current_scope_for(Permission.MANAGE_ACCOUNTS), clock.now()
    org = get_org(org_id, scope)
    again = FormReader(request.form).flag("again")
    found = opened(slips_of(org, scope, now, again=again))
    pdf = print_paper(slips_paper(found)).pdf
    with unit_of_work():
        note_printed(slips_of(org, scope, now, again=again), org, actor=current_actor(), now=now)
    response = _paper(pdf, f"{org.name}-{clock.today().isoformat()}.pdf")
    response.headers["Cache-Control"] = "no-store"
    return response


def _paper(pdf: bytes, name: str) -> Response:
    response: Response = send_file(
        BytesIO(pdf), mimetype="application/pdf", as_attachment=True, download_name=name
    )
    return response


# Leaving


def _managed(public_id: str) -> Account:
    scope = current_scope_for(Permission.MANAGE_ACCOUNTS)
    return get_account(public_id, within(scope))


def _lower(public_id: str) -> Account:
    return get_account(public_id, _below())


def _below() -> ColumnElement[bool]:
    return below(current_actor().reach.get(Permission.RESET_ACCOUNTS), clock.today())


def _ask(
    account: Account, permission: Permission, *, send_to: str, back: str, sees_content: bool
) -> str:
    today = clock.today()
    reachable = working_in(current_scope_for(permission), on=today)
    found = holdings(account, today)
    return render_template(
        "staff/leaving.html",
        account=account,
        held=assignments_on(account.id, today),
        holdings=found,
        passed_on=PASSED_ON,
        # An administrator of accounts sees how much there is, not what it says.
        sees_content=sees_content,
        successors=colleagues(account, on=today, reachable=reachable),
        form=form_view(with_posts="1", with_roles=""),
        send_to=send_to,
        back=back,
    )


def _done(account: Account, permission: Permission) -> Departure:
    now = clock.now()
    return leave(
        account,
        read_wish(request.form),
        scope=current_scope_for(permission),
        actor=current_actor(),
        today=clock.local_date(now),
        now=now,
    )


@bp.get("/people/<public_id>/leaving")
@requires(Permission.MANAGE_ACCOUNTS)
def leaving(public_id: str) -> str:
    """Show what somebody has in hand and ask who takes over."""
    return _ask(
        _managed(public_id),
        Permission.MANAGE_ACCOUNTS,
        send_to=url_for(".leave_now", public_id=public_id),
        back=url_for("people.show", public_id=public_id),
        sees_content=False,
    )


@bp.post("/people/<public_id>/leaving")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(leaving)
@writes
def leave_now(public_id: str) -> ResponseReturnValue:
    """Hand everything over and shut the account."""
    departure = _done(_managed(public_id), Permission.MANAGE_ACCOUNTS)
    return see_other(url_for(".departure", public_id=departure.public_id))


@bp.get("/people/<public_id>/leaving-below")
@requires(Permission.RESET_ACCOUNTS)
def leaving_lower(public_id: str) -> str:
    """Show what somebody one level down has in hand and ask who takes over."""
    return _ask(
        _lower(public_id),
        Permission.RESET_ACCOUNTS,
        send_to=url_for(".leave_lower", public_id=public_id),
        back=url_for("people.show_lower", public_id=public_id),
        sees_content=True,
    )


@bp.post("/people/<public_id>/leaving-below")
@requires(Permission.RESET_ACCOUNTS)
@form_of(leaving_lower)
@writes
def leave_lower(public_id: str) -> ResponseReturnValue:
    """Hand everything over and shut the account."""
    departure = _done(_lower(public_id), Permission.RESET_ACCOUNTS)
    return see_other(url_for(".departure_below", public_id=departure.public_id))


def _shown(departure: Departure, *, sees_content: bool, sheet: str) -> str:
    return render_template(
        "staff/departure.html",
        departure=departure,
        sees_content=sees_content,
        passed_on=PASSED_ON,
        sheet=sheet,
    )


@bp.get("/departures/")
@requires(Permission.MANAGE_ACCOUNTS)
def departures() -> str:
    """List who left."""
    scope = current_scope_for(Permission.MANAGE_ACCOUNTS)
    page = departures_page(scope, cursor=request.args.get("after"))
    return render_template("staff/departures.html", page=page, endpoint=".departure")


@bp.get("/departures/<public_id>")
@requires(Permission.MANAGE_ACCOUNTS)
def departure(public_id: str) -> str:
    """Show how somebody left, without the content of what was handed over."""
    found = get_departure(public_id, current_scope_for(Permission.MANAGE_ACCOUNTS))
    return _shown(found, sees_content=False, sheet="")


@bp.get("/departures-below/")
@requires(Permission.RESET_ACCOUNTS)
def departures_below() -> str:
    """List who left one's own office or one below."""
    scope = current_scope_for(Permission.RESET_ACCOUNTS)
    page = departures_page(scope, cursor=request.args.get("after"))
    return render_template("staff/departures.html", page=page, endpoint=".departure_below")


@bp.get("/departures-below/<public_id>")
@requires(Permission.RESET_ACCOUNTS)
def departure_below(public_id: str) -> str:
    """Show how somebody left and what was handed over."""
    found = get_departure(public_id, current_scope_for(Permission.RESET_ACCOUNTS))
    return _shown(found, sees_content=True, sheet=url_for(".sheet", public_id=public_id))


@bp.get("/departures-below/<public_id>/sheet.pdf")
@requires(Permission.RESET_ACCOUNTS)
def sheet(public_id: str) -> ResponseReturnValue:
    """Print the hand-over sheet, to be signed by both and by whoever sees to it."""
    found = get_departure(public_id, current_scope_for(Permission.RESET_ACCOUNTS))
    return _paper(print_paper(handover_paper(found)).pdf, f"{found.account.person.name}.pdf")
