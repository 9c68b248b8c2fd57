"""Making, changing and closing organisations."""

from dataclasses import asdict
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.errors import FieldError, FormErrors, Stale
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.attributes import attributes_for, for_form
from drillreg.orgs.division_register import governs
from drillreg.orgs.divisions import divisions_within, once_coded
from drillreg.orgs.forms import (
    CloseForm,
    OrgForm,
    OversightForm,
    read_alias,
    read_day,
    texts_of,
)
from drillreg.orgs.models import Division, Org
from drillreg.orgs.operations import (
    OrgFacts,
    add_oversight,
    change_org,
    close_org,
    create_org,
    name_otherwise,
)
from drillreg.orgs.operations import end_oversight as end
from drillreg.orgs.previews import open_things_of
from drillreg.orgs.queries import get_org, get_oversight, orgs_of_kinds
from drillreg.orgs.routes.blueprint import bp, own_org
from drillreg.orgs.routes.tree import show
from drillreg.orgs.rules import GOVERNMENT_KINDS
from drillreg.orgs.scope import current_scope, current_scope_for


def _kinds_below(kinds: set[str]) -> list[tuple[str, str]]:
    found = code_list("org_kind")
    allowed = {item.code for item in found if kinds & set(item.attributes["parents"])}
    return [option for option in found.options() if option[0] in allowed]


@bp.get("/new")
@requires(Permission.EDIT_ORGS)
def new() -> str:
    """Ask for a new organisation."""
    scope = current_scope_for(Permission.EDIT_ORGS)
    parents = orgs_of_kinds(scope, ("county", "town", "village"), at_most=3000)
    chosen = FormReader(request.args).integer("parent", "", minimum=1)
    parent = next((org for org in parents if org.id == chosen), None)
    kinds = _kinds_below({parent.kind} if parent else {org.kind for org in parents})
    form = form_view(parent_id=parent.id if parent else "", kind=request.args.get("kind", ""))
    kind = form.value("kind")
    return render_template(
        "orgs/new.html",
        form=form,
        parent=parent,
        parents=parents,
        kinds=kinds,
        kind=kind if kind in {code for code, _ in kinds} else "",
        attributes=attributes_for(kind),
        divisions=_divisions_near(parent),
    )


def _divisions_near(org: Org | None) -> list[Division]:
    return list(divisions_within(org.division)) if org and org.division else []


@bp.post("/new")
@requires(Permission.EDIT_ORGS)
@form_of(new)
@writes
def create() -> ResponseReturnValue:
    """Make an organisation and show it."""
    form = OrgForm.read(request.form)
    if form.parent_id is None:
        raise FormErrors([FieldError("parent_id", N_("Choose what it stands below."))])
    parent = own_org(form.parent_id)
    org = create_org(
        _facts(form, parent, {}),
        parent=parent,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(translate(N_("%(name)s was added."), name=org.name), "success")
    return see_other(url_for(".show", org_id=org.id))


def _facts(
    form: OrgForm, parent: Org | None, kept: dict[str, object], present: int | None = None
) -> OrgFacts:
    """Return the facts of a form; a unit without a division of its own lies in its parent's."""
    division_id = parent.division_id if parent and form.kind not in _governments() else None
    if form.division_code:
        division_id = _division_id(form.division_code, parent, present)
    typed = asdict(form)
    for name in ("parent_id", "row_version", "division_code", "from_on"):
        del typed[name]
    fitting = {item.code for item in attributes_for(form.kind)} | kept.keys()
    known = {**kept, **form.attributes}
    attributes = {code: value for code, value in known.items() if code in fitting}
    return OrgFacts(
        **{**typed, "attributes": attributes},
        division_id=division_id,
        is_outside=form.kind == "outside",
    )


def _governments() -> set[str]:
    return set(GOVERNMENT_KINDS.values())


def _division_id(code: str, parent: Org | None, present: int | None) -> int:
    """Return the division of a code; another one than the present must be the person's to edit."""
    division = once_coded(code)
    if division is None:
        raise FormErrors(
            [FieldError("division_code", N_("There is no division %(code)s."), {"code": code})]
        )
    near = parent.division if parent else None
    if near is not None and not division.path.startswith(near.path):
        raise FormErrors(
            [
                FieldError(
                    "division_code",
                    N_("%(name)s does not lie in %(parent)s."),
                    {"name": division.name, "parent": near.name},
                )
            ]
        )
    if division.id != present and not governs(division, current_scope_for(Permission.EDIT_ORGS)):
        message = N_("Division %(code)s lies outside the area you may edit.")
        raise FormErrors([FieldError("division_code", message, {"code": code})])
    return division.id


@bp.get("/<int:org_id>/edit")
@requires(Permission.EDIT_ORGS)
def edit(org_id: int) -> str:
    """Ask for changes to an organisation."""
    org = own_org(org_id)
    values: dict[str, Any] = {
        f"a_{item.code}": for_form(item, org.attributes.get(item.code))
        for item in attributes_for(org.kind)
    }
    names = ("name", "kind", "short_name", "name_en", "field", "code", "duty_phone", "lon", "lat")
    values |= {name: getattr(org, name) for name in names}
    return render_template(
        "orgs/edit.html",
        org=org,
        form=form_view(
            **values,
            row_version=org.row_version,
            division_code=org.division.code if org.division else "",
            opened_on=org.opened_on.isoformat() if org.opened_on else "",
            from_on=clock.today().isoformat(),
        ),
        kinds=_kinds_below({org.parent.kind if org.parent else ""}),
        attributes=attributes_for(org.kind),
        divisions=_divisions_near(org.parent),
    )


@bp.post("/<int:org_id>/edit")
@requires(Permission.EDIT_ORGS)
@form_of(edit)
@writes
def save(org_id: int) -> ResponseReturnValue:
    """Change an organisation; a change by somebody else in between is shown beside one's own."""
    org = own_org(org_id)
    form = OrgForm.read(request.form)
    if form.row_version != org.row_version:
        raise Stale(texts_of(org, org.division.code if org.division else None), form.texts())
    shown = {item.code for item in attributes_for(org.kind)}
    kept = {code: value for code, value in org.attributes.items() if code not in shown}
    change_org(
        org,
        _facts(form, org.parent, kept, org.division_id),
        from_on=form.from_on or clock.today(),
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(translate(N_("The changes were saved.")), "success")
    return see_other(url_for(".show", org_id=org_id))


@bp.get("/<int:org_id>/close")
@requires(Permission.EDIT_ORGS)
def closing(org_id: int) -> str:
    """Ask when and why an organisation is closed."""
    org = own_org(org_id)
    form = form_view(closed_on=clock.today().isoformat())
    still_open = open_things_of(org, clock.today())
    return render_template("orgs/close.html", org=org, form=form, still_open=still_open)


@bp.post("/<int:org_id>/close")
@requires(Permission.EDIT_ORGS)
@form_of(closing)
@writes
def close(org_id: int) -> ResponseReturnValue:
    """Close an organisation."""
    org = own_org(org_id)
    form = CloseForm.read(request.form)
    close_org(org, **asdict(form), actor=current_actor(), now=clock.now(), today=clock.today())
    flash(translate(N_("%(name)s was closed. Its records stay."), name=org.name), "success")
    return see_other(url_for(".show", org_id=org_id))


@bp.post("/<int:org_id>/oversights")
@requires(Permission.EDIT_ORGS)
@form_of(show)
@writes
def oversee(org_id: int) -> ResponseReturnValue:
    """Let a department supervise an organisation."""
    org = own_org(org_id)
    form = OversightForm.read(request.form)
    add_oversight(
        org,
        overseer=get_org(form.overseer_id, current_scope()),
        field=form.field,
        from_on=form.from_on,
        actor=current_actor(),
        now=clock.now(),
    )
    return see_other(url_for(".show", org_id=org_id, _anchor="oversights"))


@bp.post("/<int:org_id>/oversights/<int:oversight_id>/end")
@requires(Permission.EDIT_ORGS)
@form_of(show)
@writes
def end_oversight(org_id: int, oversight_id: int) -> ResponseReturnValue:
    """End a supervision."""
    org = own_org(org_id)
    oversight = get_oversight(oversight_id, org)
    end(oversight, to_on=read_day(request.form, "to_on"), actor=current_actor(), now=clock.now())
    return see_other(url_for(".show", org_id=org_id, _anchor="oversights"))


@bp.post("/<int:org_id>/aliases")
@requires(Permission.EDIT_ORGS)
@form_of(show)
@writes
def add_alias(org_id: int) -> ResponseReturnValue:
    """Add another name of an organisation."""
    org = own_org(org_id)
    name_otherwise(org, alias=read_alias(request.form), actor=current_actor(), now=clock.now())
    return see_other(url_for(".show", org_id=org_id, _anchor="names"))
