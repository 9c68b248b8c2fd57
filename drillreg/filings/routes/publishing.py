"""Making a plan known: enter, strike out, note an exemption."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import unit_of_work
from drillreg.core.errors import DomainError, NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.files.uploads import ACCEPT, read_uploads
from drillreg.files.web import send_stored
from drillreg.filings.forms import PublishForm, read_reason
from drillreg.filings.models import Publication
from drillreg.filings.operations.publications import (
    Made,
    enter_publication,
    exempt_publication,
    strike_publication,
)
from drillreg.filings.queries import get_publication
from drillreg.filings.routes.blueprint import Standing, bp, plan_in_force
from drillreg.filings.routing import Audience, audience_for, choices_of_field
from drillreg.filings.rules import ensure_exemptible, ensure_stands
from drillreg.i18n import N_, translate
from drillreg.orgs.calendars import calendar_of
from drillreg.orgs.scope import current_scope, ensure_may_on
from drillreg.plans.rules import Secrecy
from drillreg.plans.scope import PLAN


def _audience(found: Standing) -> Audience:
    audience = audience_for(found.org.kind)
    if audience is None:
        raise DomainError(N_("No text asks for this plan to be made known."))
    return audience


@bp.get("/plans/<int:plan_id>/publish")
@requires(Permission.EDIT_PLANS)
def publish(plan_id: int) -> str:
    """Ask how, when and where a plan was made known."""
    found, today = plan_in_force(plan_id), clock.today()
    audience, words = _audience(found), choices_of_field("channel")
    due_on = calendar_of(found.org).add_working_days(
        found.version.issued_on or today, audience.days
    )
    return render_template(
        "filings/publish.html",
        plan=found.plan,
        version=found.version,
        audience=audience,
        channels=[(code, words.get(code, code)) for code in audience.channels],
        is_internal=found.plan.secrecy is Secrecy.INTERNAL,
        due_on=due_on,
        form=form_view(
            on_date=today.isoformat(),
            is_abridged="" if found.plan.secrecy is Secrecy.PUBLIC else "1",
        ),
        accept=ACCEPT,
        today=today,
    )


@bp.post("/plans/<int:plan_id>/publish")
@requires(Permission.EDIT_PLANS)
@form_of(publish)
@writes_itself
def publish_now(plan_id: int) -> ResponseReturnValue:
    """Keep how a plan was made known."""
    audience, today = _audience(plan_in_force(plan_id)), clock.today()
    upload = read_uploads(request.files, ["file"]).get("file")
    form = PublishForm.read(request.form, channels=audience.channels, today=today)
    with unit_of_work():
        found, actor, now = plan_in_force(plan_id), current_actor(), clock.now()
        file = upload.keep(org_id=found.org.id, actor=actor, now=now) if upload else None
        enter_publication(
            plan=found.plan,
            version=found.version,
            org=found.org,
            made=Made(form.channel, form.on_date, form.place, form.is_abridged, file),
            actor=actor,
            now=now,
            today=today,
        )
    flash(translate(N_("It was entered that the plan was made known.")), "success")
    return see_other(url_for("plans.show", plan_id=plan_id, _anchor="filing"))


@bp.get("/plans/<int:plan_id>/exempt")
@requires(Permission.EDIT_PLANS)
def exempt(plan_id: int) -> str:
    """Ask why an internal plan is not made public, not even abridged."""
    found = plan_in_force(plan_id)
    ensure_exemptible(is_internal=found.plan.secrecy is Secrecy.INTERNAL)
    return render_template(
        "filings/reason.html",
        title=N_("Not made public"),
        record=found.plan,
        act=url_for(".exempt_now", plan_id=plan_id),
        back=url_for("plans.show", plan_id=plan_id),
        button=N_("Keep the entry"),
        warn=N_(
            "An abridged text is made public instead where one can be. The duty itself stays until"
            " the county waives it."
        ),
        form=form_view(reason=""),
    )


@bp.post("/plans/<int:plan_id>/exempt")
@requires(Permission.EDIT_PLANS)
@form_of(exempt)
@writes
def exempt_now(plan_id: int) -> ResponseReturnValue:
    """Stop the clock of an internal plan, with the reason."""
    found = plan_in_force(plan_id)
    exempt_publication(
        plan=found.plan,
        version=found.version,
        org=found.org,
        reason=read_reason(request.form),
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(translate(N_("It was entered that this plan is not made public.")), "success")
    return see_other(url_for("plans.show", plan_id=plan_id, _anchor="filing"))


@bp.get("/publications/<int:publication_id>/proof")
@requires(Permission.VIEW)
def proof(publication_id: int) -> ResponseReturnValue:
    """Hand out the photo or paper that proves a publication."""
    found = get_publication(publication_id, current_scope()).file
    if found is None:
        raise NotFound(N_("There is no such file."))
    return send_stored(found)


def _own(publication_id: int) -> Publication:
    found = get_publication(publication_id, current_scope())
    ensure_may_on(Permission.EDIT_PLANS, PLAN.code, found.plan)
    return found


@bp.get("/publications/<int:publication_id>/strike")
@requires(Permission.EDIT_PLANS)
def strike(publication_id: int) -> str:
    """Ask why a publication is struck out."""
    found = _own(publication_id)
    ensure_stands(is_void=found.voided_at is not None)
    return render_template(
        "filings/reason.html",
        title=N_("Strike a publication out"),
        record=found.plan,
        act=url_for(".strike_now", publication_id=publication_id),
        back=url_for("plans.show", plan_id=found.plan_id),
        button=N_("Strike out"),
        warn="",
        form=form_view(reason=""),
    )


@bp.post("/publications/<int:publication_id>/strike")
@requires(Permission.EDIT_PLANS)
@form_of(strike)
@writes
def strike_now(publication_id: int) -> ResponseReturnValue:
    """Strike out what was entered by mistake."""
    found = _own(publication_id)
    strike_publication(
        publication=found,
        reason=read_reason(request.form),
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("It no longer counts.")), "success")
    return see_other(url_for("plans.show", plan_id=found.plan_id, _anchor="filing"))
