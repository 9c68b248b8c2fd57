"""One's own account: person, password, sessions, phones, and the page of the first sign-in."""

from datetime import timedelta

from flask import render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts.acting import delegations_of
from drillreg.accounts.devices import devices_of, own_device
from drillreg.accounts.devices import revoke as revoke_device
from drillreg.accounts.forms import FirstForm, PasswordForm, PersonForm
from drillreg.accounts.guard import current_session, current_token
from drillreg.accounts.own import change_password as change
from drillreg.accounts.own import correct_person, set_own_password
from drillreg.accounts.queries import assignments_on
from drillreg.accounts.routes.blueprint import bp, say
from drillreg.accounts.routes.signing import remember
from drillreg.accounts.sessions import end_other_sessions, end_session, open_sessions, own_session
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import current_actor, signed_in
from drillreg.core.errors import DomainError
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, current_locale, force_locale, translate


@bp.get("/account/")
@signed_in
def mine() -> str:
    """Show one's own account: who one is, where one is signed in, who acts for whom."""
    found, today, now = current_session(), clock.today(), clock.now()
    account = found.account
    return render_template(
        "accounts/mine.html",
        account=account,
        held=assignments_on(account.id, today),
        sessions=open_sessions(
            account.id, since=now - timedelta(minutes=settings().session_idle_minutes)
        ),
        this=found,
        devices=devices_of(account.id),
        delegations=delegations_of(account.id, on=today),
        today=today,
        day=timedelta(days=1),
    )


@bp.get("/account/person")
@signed_in
def person() -> str:
    """Ask whether name and telephone are right."""
    found = current_session().account.person
    form = form_view(name=found.name, phone=found.phone)
    return render_template("accounts/person.html", form=form)


@bp.post("/account/person")
@signed_in
@form_of(person)
@writes
def save_person() -> ResponseReturnValue:
    """Correct one's own name and telephone."""
    form = PersonForm.read(request.form)
    correct_person(
        current_session().account,
        name=form.name,
        phone=form.phone,
        actor=current_actor(),
        now=clock.now(),
    )
    say(N_("Your name and telephone are saved."))
    return see_other(url_for(".mine"))


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
    change(
        current_session().account,
        old=form.old,
        new=form.new,
        token=current_token(),
        actor=current_actor(),
        now=clock.now(),
    )
    say(N_("The password was changed. Other devices were signed out."))
    return see_other(url_for(".mine"))


@bp.get("/account/first")
@signed_in
def first() -> ResponseReturnValue:
    """Ask, at the first sign-in, for a password of one's own and whether the rest is right."""
    account = current_session().account
    if not account.must_change_password:
        return see_other(url_for("dashboard.home"))
    form = form_view(
        name=account.person.name,
        phone=account.person.phone,
        locale=current_locale(),
        text_size=session.get("text_size", "normal"),
    )
    return render_template("accounts/first.html", form=form, account=account)


@bp.post("/account/first")
@signed_in
@form_of(first)
@writes
def save_first() -> ResponseReturnValue:
    """Keep what the first sign-in asked for; everything else opens afterwards."""
    form, now, account = FirstForm.read(request.form), clock.now(), current_session().account
    if not account.must_change_password:
        raise DomainError(N_("You have a password of your own already."))
    actor = current_actor()
    correct_person(account, name=form.name, phone=form.phone, actor=actor, now=now)
    set_own_password(account, new=form.new, token=current_token(), actor=actor, now=now)
    remember("locale", form.locale)
    remember("text_size", form.text_size)
    with force_locale(form.locale):  # the language just chosen
        say(N_("Welcome. Your account is ready."))
    return see_other(url_for("dashboard.home"))


@bp.post("/account/sessions/<int:session_id>/end")
@signed_in
@writes
def end_one_session(session_id: int) -> ResponseReturnValue:
    """Sign another browser of one's own out."""
    actor, now = current_actor(), clock.now()
    end_session(own_session(session_id, actor.account_id), actor=actor, now=now)
    say(N_("That browser was signed out."))
    return see_other(url_for(".mine"))


@bp.post("/account/sessions/end-others")
@signed_in
@writes
def end_sessions() -> ResponseReturnValue:
    """Sign every other browser of one's own out."""
    actor = current_actor()
    end_other_sessions(actor.account_id, but=current_token(), now=clock.now(), actor=actor)
    say(N_("All other browsers were signed out."))
    return see_other(url_for(".mine"))


@bp.post("/account/phones/<public_id>/revoke")
@signed_in
@writes
def revoke_phone(public_id: str) -> ResponseReturnValue:
    """Unbind a phone of one's own."""
    actor = current_actor()
    revoke_device(
        own_device(public_id, actor.account_id),
        reason=translate(N_("unbound by its owner")),
        actor=actor,
        now=clock.now(),
    )
    say(N_("The phone is unbound."))
    return see_other(url_for(".mine"))
