"""Phones of monitors: shown a code, bound, seen, unbound."""

import segno
from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts import devices
from drillreg.accounts.forms import MonitorForm, read_reason
from drillreg.accounts.guard import set_device_cookie
from drillreg.accounts.models import Account, Device
from drillreg.accounts.operations import create_account_without_password
from drillreg.accounts.registry import org_named, org_names
from drillreg.accounts.routes.blueprint import not_kept, say
from drillreg.accounts.routes.blueprint import people_bp as bp
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, public, requires
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, render_page_or_part, see_other, wants_json, writes
from drillreg.i18n import N_
from drillreg.orgs.scope import OrgScope, current_scope_for


def _scope() -> OrgScope:
    return current_scope_for(Permission.BIND_DEVICES)


def _device(public_id: str) -> Device:
    return devices.get_device(public_id, _scope(), on=clock.today())


@bp.get("/phones/")
@requires(Permission.BIND_DEVICES)
def phones() -> str:
    """List the phones of monitors in reach."""
    page = devices.devices_page(_scope(), on=clock.today(), cursor=request.args.get("after"))
    return render_template("accounts/phones.html", page=page, now=clock.now())


@bp.get("/phones/new")
@requires(Permission.BIND_DEVICES)
def new_phone() -> str:
    """Ask whose phone is to be bound."""
    found = devices.monitors(_scope(), on=clock.today())
    return render_template(
        "accounts/phone_new.html",
        form=form_view(),
        monitors=[
            (account.public_id, f"{account.person.name}　{name_of(org)}") for account, org in found
        ],
        org_names=org_names(_scope()),
    )


@bp.post("/phones/new")
@requires(Permission.BIND_DEVICES)
@form_of(new_phone)
@writes
def invite_phone() -> ResponseReturnValue:
    """Prepare a code for one phone."""
    form, now, actor = MonitorForm.read(request.form), clock.now(), current_actor()
    today = clock.local_date(now)
    if form.account:
        account = _monitor(form.account)
    else:
        account = create_account_without_password(
            name=form.name,
            phone=form.phone,
            org=org_named(form.org, _scope()),
            from_on=today,
            actor=actor,
            now=now,
        )
    device = devices.invite(account, on=today, actor=actor, now=now)
    return see_other(url_for(".phone", public_id=device.public_id))


def _monitor(public_id: str) -> Account:
    found = devices.monitors(_scope(), on=clock.today())
    account = next((each for each, _ in found if each.public_id == public_id), None)
    if account is None:
        raise NotFound(N_("There is no such account."))
    return account


@bp.get("/phones/<public_id>")
@requires(Permission.BIND_DEVICES)
def phone(public_id: str) -> ResponseReturnValue:
    """Show the code of a phone that waits for it, else how the phone stands."""
    device, now = _device(public_id), clock.now()
    waits = device.invite_hash is not None and device.invite_ends_at > now
    address, qr = "", ""
    if waits:
        secret = devices.invite_secret(device)
        address = settings().public_url.rstrip("/") + url_for(".bind", secret=secret)
        qr = segno.make(address, error="m", micro=False).svg_data_uri(border=2)
    return not_kept(
        render_page_or_part(
            "accounts/phone.html",
            "accounts/_phone.html",
            device=device,
            waits=waits,
            address=address,
            qr=qr,
            form=form_view(),
        )
    )


@bp.post("/phones/<public_id>/renew")
@requires(Permission.BIND_DEVICES)
@form_of(phone)
@writes
def renew_phone(public_id: str) -> ResponseReturnValue:
    """Give a phone that was not bound in time a new code."""
    devices.renew_invite(_device(public_id), actor=current_actor(), now=clock.now())
    return see_other(url_for(".phone", public_id=public_id))


@bp.post("/phones/<public_id>/revoke")
@requires(Permission.BIND_DEVICES)
@form_of(phone)
@writes
def revoke_phone_below(public_id: str) -> ResponseReturnValue:
    """Unbind a phone for a reason, at once."""
    device = _device(public_id)
    reason = read_reason(request.form)
    devices.revoke(device, reason=reason, actor=current_actor(), now=clock.now())
    say(N_("The phone is unbound. What it sends from now on is refused."))
    return see_other(url_for(".phone", public_id=public_id))


@bp.get("/bind/<secret>")
@public
def bind(secret: str) -> str:
    """Ask, on the phone, whether it shall be bound; looking at a code does not use it up."""
    device = devices.invited_device(secret, now=clock.now())
    return render_template("accounts/bind.html", person=device.account.person)


@bp.post("/bind/<secret>")
@public
@writes
def bind_now(secret: str) -> ResponseReturnValue:
    """Bind this phone: a page gets a cookie, a program its token."""
    token = devices.bind(
        secret,
        address=request.remote_addr or "",
        agent=request.user_agent.string,
        now=clock.now(),
    )
    if wants_json():
        return {"token": token}, 201
    response = make_response(see_other(url_for("hazards.mine")))
    set_device_cookie(response, token)
    return response
