"""The record of a resource: looking, entering, changing, checking, striking out."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.audit.queries import acts_on
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.page import name_of
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, is_htmx, see_other, writes
from drillreg.geo.shift import LABELS, ShiftedCrs
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds
from drillreg.orgs.scope import current_scope, current_scope_for, ensure_may, may_here
from drillreg.resources.forms import ResourceForm, read_reason
from drillreg.resources.nouns import AnyResource, Noun
from drillreg.resources.operations import (
    check_resource,
    create_resource,
    edit_resource,
    reveal_phone,
    void_resource,
)
from drillreg.resources.queries import (
    get_resource,
)
from drillreg.resources.routes.wording import shown_of


@requires(Permission.VIEW)
def show(noun: Noun, resource_id: int) -> str:
    """Show a resource with its position and what was done with it."""
    found = get_resource(noun, resource_id, current_scope())
    keeps = may_here(Permission.KEEP_CONTACTS, found.org)
    return render_template(
        "resources/show.html",
        found=found,
        plain=keeps,
        may_keep=keeps and found.voided_at is None,
        acts=acts_on(noun.code, found.id, at_most=20),
        **shown_of(noun),
    )


def _owners() -> list[tuple[int, str]]:
    found = orgs_of_kinds(
        current_scope_for(Permission.KEEP_CONTACTS), code_list("org_kind").codes()
    )
    return [(org.id, name_of(org)) for org in found]


def _form_context(noun: Noun) -> dict[str, Any]:
    return {
        "noun": noun,
        "owners": _owners(),
        "shifts": [(s.value, translate(LABELS[s])) for s in ShiftedCrs],
    }


@requires(Permission.KEEP_CONTACTS)
def new(noun: Noun) -> str:
    """Ask for a new resource."""
    form = form_view(
        org_id=request.args.get("org") or current_actor().org_id or "",
        shift=ShiftedCrs.WGS84.value,
    )
    return render_template("resources/form.html", found=None, form=form, **_form_context(noun))


def _owner(org_id: int) -> Org:
    org = get_org(org_id, current_scope())
    ensure_may(Permission.KEEP_CONTACTS, org)
    return org


@requires(Permission.KEEP_CONTACTS)
@form_of(new)
@writes
def create(noun: Noun) -> ResponseReturnValue:
    """Enter a resource."""
    form = ResourceForm.read(noun, request.form)
    org = _owner(form.org_id)
    found = create_resource(noun, org, form.values, actor=current_actor(), now=clock.now())
    flash(translate(N_("%(name)s was entered."), name=found.name), "success")
    return _to(noun, found.id)


def _to(noun: Noun, resource_id: int) -> ResponseReturnValue:
    return see_other(url_for(f"resources.{noun.slug}_show", resource_id=resource_id))


def _kept(noun: Noun, resource_id: int) -> AnyResource:
    found = get_resource(noun, resource_id, current_scope())
    ensure_may(Permission.KEEP_CONTACTS, found.org)
    return found


@requires(Permission.KEEP_CONTACTS)
def edit(noun: Noun, resource_id: int) -> str:
    """Show the form of a resource."""
    found = _kept(noun, resource_id)
    values = {field.code: getattr(found, field.code) for field in noun.fields}
    for field in noun.fields:
        if field.type == "number" and values[field.code] is not None:
            values[field.code] = f"{values[field.code]:g}"
    for name in ("lon", "lat"):
        value = getattr(found, name)
        values[name] = "" if value is None else f"{value:.7f}"
    form = form_view(
        **values,
        org_id=found.org_id,
        row_version=found.row_version,
        shift=ShiftedCrs.WGS84.value,
    )
    return render_template("resources/form.html", found=found, form=form, **_form_context(noun))


@requires(Permission.KEEP_CONTACTS)
@form_of(edit)
@writes
def save(noun: Noun, resource_id: int) -> ResponseReturnValue:
    """Change a resource."""
    found = _kept(noun, resource_id)
    form = ResourceForm.read(noun, request.form)
    edit_resource(
        noun,
        found,
        _owner(form.org_id),
        form.values,
        row_version=form.row_version,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The changes were saved.")), "success")
    return _to(noun, resource_id)


@requires(Permission.KEEP_CONTACTS)
@writes
def check(noun: Noun, resource_id: int) -> ResponseReturnValue:
    """Note that somebody looked at a resource today."""
    found = _kept(noun, resource_id)
    check_resource(noun, found, on=clock.today(), actor=current_actor(), now=clock.now())
    flash(translate(N_("%(name)s was noted as checked today."), name=found.name), "success")
    return _to(noun, resource_id)


@requires(Permission.KEEP_CONTACTS)
def voiding(noun: Noun, resource_id: int) -> str:
    """Ask why a resource is struck out."""
    found = _kept(noun, resource_id)
    return render_template("resources/void.html", noun=noun, found=found, form=form_view())


@requires(Permission.KEEP_CONTACTS)
@form_of(voiding)
@writes
def void(noun: Noun, resource_id: int) -> ResponseReturnValue:
    """Strike a resource out."""
    found = _kept(noun, resource_id)
    reason = read_reason(request.form)
    void_resource(noun, found, reason=reason, actor=current_actor(), now=clock.now())
    flash(translate(N_("It was struck out. It can still be read here.")), "success")
    return _to(noun, resource_id)


@requires(Permission.VIEW)
@writes
def reveal(noun: Noun, resource_id: int) -> ResponseReturnValue:
    """Show a hidden number to somebody who needs it, and record who looked."""
    found = get_resource(noun, resource_id, current_scope())
    reveal_phone(noun, found, actor=current_actor(), now=clock.now())
    template = "resources/_revealed.html" if is_htmx() else "resources/revealed.html"
    return render_template(template, noun=noun, found=found)
