"""The form of a site: registering, changing, striking out."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.core.reading import FormReader, FormView, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.geo.drawing import ShapeKind, shape_kind, text_of_shape
from drillreg.geo.shift import LABELS, ShiftedCrs
from drillreg.hazards.forms import FIXED, SiteForm, read_reason
from drillreg.hazards.kind_fields import fields_of, form_values, proposed_scale
from drillreg.hazards.models import HazardSite
from drillreg.hazards.operations import create_site, edit_site, void_site
from drillreg.hazards.queries import get_site, suggested_number
from drillreg.hazards.related import departments_to_choose
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.routes.places import Placed, place_context
from drillreg.hazards.scope import SITE
from drillreg.hazards.site_acts import ensure_stands
from drillreg.hazards.siting import SHAPE_WORDS
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, ensure_may, ensure_may_on

THREATENED = ("threatened_people", "threatened_property")


def _form_context(form: FormView, department_id: int | None) -> dict[str, Any]:
    kind = form.value("kind")
    departments = departments_to_choose(current_actor(), department_id)
    return {
        "form": form,
        "departments": [(org.id, name_of(org)) for org in departments],
        "shapes": [(each.value, translate(word)) for each, word in SHAPE_WORDS.items()],
        **_fields_context(form),
        **place_context(form.values, form.value("org_id")),
        "kinds": code_list("hazard_kind").options(keep=kind),
        "levels": code_list("risk_level").options(),
        "shifts": [(s.value, translate(LABELS[s])) for s in ShiftedCrs],
    }


def _fields_context(form: FormView) -> dict[str, Any]:
    """Return what the fragment with the fields of the chosen kind shows."""
    reader = FormReader({name: str(form.value(name)) for name in THREATENED})
    people = reader.integer("threatened_people", "")
    worth = reader.number("threatened_property", "", minimum=0)
    fields = fields_of(form.value("kind"))
    has_scale = any(field.code == "scale" for field in fields)
    proposed = proposed_scale(people, worth) if has_scale else None
    return {"fields": fields, "proposed": proposed}


@bp.get("/hazards/fields")
@requires(Permission.EDIT_HAZARDS)
def kind_fields() -> str:
    """Show the fields of a kind (a part of the form), with what was typed already."""
    form = FormView(request.args)
    return render_template("hazards/_fields.html", form=form, **_fields_context(form))


@bp.get("/hazards/new")
@requires(Permission.EDIT_HAZARDS)
def new() -> str:
    """Ask for a new site."""
    home = db.session.get(Org, current_actor().org_id or 0)
    number = suggested_number(home) if home else ""
    form = form_view(number=number, shift=ShiftedCrs.WGS84.value, shape_kind=ShapeKind.POINT.value)
    return render_template(
        "hazards/form.html",
        site=None,
        **_form_context(form, None),
    )


def _read_confirmed(department_id: int | None) -> tuple[SiteForm, Org, int | None]:
    """Return the form with its organisation and division; raise when they are out of reach."""
    offered = departments_to_choose(current_actor(), department_id)
    form = SiteForm.read(request.form, [org.id for org in offered])
    placed = Placed(form.facts.lon, form.facts.lat)
    placed.ensure_editable()
    org = get_org(form.org_id, current_scope())
    ensure_may(Permission.EDIT_HAZARDS, org)
    return form, org, placed.division.id if placed.division else None


@bp.post("/hazards/new")
@requires(Permission.EDIT_HAZARDS)
@form_of(new)
@writes
def create() -> ResponseReturnValue:
    """Register a site."""
    form, org, division_id = _read_confirmed(None)
    site = create_site(
        facts=form.facts,
        org=org,
        division_id=division_id,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(translate(N_("The site %(number)s is registered."), number=site.number), "success")
    return see_other(url_for(".show", site_id=site.id))


@bp.get("/hazards/<int:site_id>/edit")
@requires(Permission.EDIT_HAZARDS)
def edit(site_id: int) -> str:
    """Show the form of a site."""
    site = _editable(site_id)
    form = form_view(**_values_of(site))
    return render_template(
        "hazards/form.html",
        site=site,
        **_form_context(form, site.department_id),
    )


def _editable(site_id: int) -> HazardSite:
    site = get_site(site_id, current_scope())
    ensure_may_on(Permission.EDIT_HAZARDS, SITE.code, site)
    ensure_stands(site)
    return site


def _values_of(site: HazardSite) -> dict[str, Any]:
    names = (
        *("number", "outside_number", "name", "name_en", "kind", "level", "address", "org_id"),
        *("responsible_name", "responsible_phone", "threatened_people", "threatened_households"),
        *("threatened_what", "threatened_property", "department_id", "found_on", "row_version"),
        *FIXED,
    )
    values = {name: getattr(site, name) for name in names}
    position = {"lon": f"{site.lon:.7f}", "lat": f"{site.lat:.7f}"}
    kind = shape_kind(site.wkb)
    return {
        **values,
        **position,
        **form_values(site.details),
        "shift": ShiftedCrs.WGS84.value,
        "shape_kind": kind.value,
        "shape": text_of_shape(site.wkb) if site.wkb and kind is not ShapeKind.POINT else "",
    }


@bp.post("/hazards/<int:site_id>/edit")
@requires(Permission.EDIT_HAZARDS)
@form_of(edit)
@writes
def save(site_id: int) -> ResponseReturnValue:
    """Change a site."""
    site = _editable(site_id)
    form, org, division_id = _read_confirmed(site.department_id)
    edit_site(
        site,
        facts=form.keeping_place_of(site).facts,
        org=org,
        division_id=division_id,
        row_version=form.row_version,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(translate(N_("The changes are saved.")), "success")
    return see_other(url_for(".show", site_id=site.id))


@bp.get("/hazards/<int:site_id>/void")
@requires(Permission.EDIT_HAZARDS)
def void(site_id: int) -> str:
    """Ask why a site is to be struck out."""
    return render_template("hazards/void.html", site=_editable(site_id), form=form_view())


@bp.post("/hazards/<int:site_id>/void")
@requires(Permission.EDIT_HAZARDS)
@form_of(void)
@writes
def void_now(site_id: int) -> ResponseReturnValue:
    """Strike a site out."""
    site = _editable(site_id)
    reason = read_reason(request.form)
    void_site(site, reason=reason, actor=current_actor(), now=clock.now(), today=clock.today())
    flash(translate(N_("The site was struck out. It can still be read here.")), "success")
    return see_other(url_for(".show", site_id=site.id))
