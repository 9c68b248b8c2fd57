"""Supervision by field: what a department supervises, many at a time, and who lacks one."""

from dataclasses import dataclass
from datetime import date

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.page import name_of
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org, Oversight
from drillreg.orgs.oversights import (
    SUPERVISING_KINDS,
    Beginning,
    Choice,
    all_lacking,
    all_supervised,
    begin_many,
    beginning_of,
    end_many,
    fields_with_kinds,
    kinds_of_field,
    lacking_counts,
    lacking_page,
    oversights_to_end,
    supervised_counts,
    supervised_page,
)
from drillreg.orgs.queries import get_org, orgs_of_kinds, places_to_choose
from drillreg.orgs.routes.blueprint import bp, own_org
from drillreg.orgs.scope import current_scope, current_scope_for, may_here
from drillreg.sheets.export import Column, send_table


def of_unit(column: Column[Org]) -> Column[tuple[Oversight, Org]]:
    """Return a column about the unit of a supervision."""
    return Column(column.label, lambda row: column.value(row[1]))


UNIT_COLUMNS: tuple[Column[Org], ...] = (
    Column(N_("Organisation name"), lambda unit: unit.name),
    Column(N_("Kind"), lambda unit: code_label(unit.kind, "org_kind")),
    Column(N_("Stands below"), lambda unit: unit.parent.name if unit.parent else None),
)
SUPERVISED_COLUMNS: tuple[Column[tuple[Oversight, Org]], ...] = (
    *(of_unit(column) for column in UNIT_COLUMNS),
    Column(N_("Field of work"), lambda row: code_label(row[0].field, "field")),
    Column(N_("Since"), lambda row: row[0].from_on),
)


def _choice() -> Choice:
    reader = FormReader(request.args)
    within = reader.integer("within", "", minimum=1)
    kind = reader.raw("kind")
    return Choice(
        kinds=(kind,) if kind in code_list("org_kind").codes() else (),
        within=get_org(within, current_scope()) if within else None,
    )


@bp.get("/<int:org_id>/supervised")
@requires(Permission.VIEW)
def supervised(org_id: int) -> str:
    """Show what a department supervises, and in which field."""
    scope, today, choice = current_scope(), clock.today(), _choice()
    org = get_org(org_id, scope)
    counts = supervised_counts(org, scope, day=today)
    return render_template(
        "orgs/supervised.html",
        org=org,
        choice=choice,
        counts=counts,
        places=places_to_choose(scope, choice.within),
        page=supervised_page(org, scope, choice, day=today, cursor=request.args.get("after")),
        may_edit=may_here(Permission.EDIT_ORGS, org)
        and org.kind in SUPERVISING_KINDS
        and org.closed_on is None,
        form=form_view(to_on=today.isoformat()),
    )


@bp.get("/<int:org_id>/supervised.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export_supervised(org_id: int, fmt: str) -> Response:
    """Hand out what a department supervises."""
    scope = current_scope()
    found = all_supervised(get_org(org_id, scope), scope, _choice(), day=clock.today())
    return send_table(
        N_("Supervised units"), SUPERVISED_COLUMNS, [(row[0], row[1]) for row in found], fmt
    )


@dataclass(frozen=True)
class BeginForm:
    """Units of which kinds and place a department supervises, in which field, from when."""

    kinds: tuple[str, ...]
    within_id: int | None
    field: str
    from_on: date

    @classmethod
    def read(cls, fields: "MultiDict[str, str]") -> "BeginForm":
        """Return what was chosen, or raise FormErrors."""
        reader = FormReader(fields)
        known = code_list("org_kind").codes()
        kinds = tuple(kind for kind in known if kind in fields.getlist("kinds"))
        if not kinds:
            reader.fail("kinds", N_("Choose at least one kind."))
        form = cls(
            kinds=kinds,
            within_id=reader.integer("within_id", translate(N_("Within")), minimum=1),
            field=reader.choice(
                "field", translate(N_("Field of work")), code_list("field").codes()
            ),
            from_on=reader.date("from_on", translate(N_("Since")), required=True) or date.max,
        )
        reader.finish()
        return form


@bp.get("/<int:org_id>/supervised/add")
@requires(Permission.EDIT_ORGS)
def add_supervised(org_id: int) -> str:
    """Ask which units a department supervises from now on."""
    org = own_org(org_id)
    scope = current_scope_for(Permission.EDIT_ORGS)
    field = org.field or ""
    return render_template(
        "orgs/supervised_add.html",
        org=org,
        places=orgs_of_kinds(scope, ("county", "town")),
        form=form_view(field=field, kinds=kinds_of_field(field), from_on=clock.today().isoformat()),
    )


def _beginning(org: Org, form: BeginForm) -> Beginning:
    within = own_org(form.within_id) if form.within_id else None
    scope = current_scope_for(Permission.EDIT_ORGS)
    choice = Choice(form.kinds, within)
    return beginning_of(org, choice, scope, field=form.field, from_on=form.from_on)


@bp.get("/<int:org_id>/supervised/add/check")
@requires(Permission.EDIT_ORGS)
@form_of(add_supervised)
def check_supervised(org_id: int) -> str:
    """Show whom the department would reach from then on."""
    org, form = own_org(org_id), BeginForm.read(request.args)
    return render_template(
        "orgs/supervised_check.html",
        org=org,
        beginning=_beginning(org, form),
        kinds=form.kinds,
        fields=list(request.args.items(multi=True)),
    )


@bp.post("/<int:org_id>/supervised/add")
@requires(Permission.EDIT_ORGS)
@form_of(add_supervised)
@writes
def begin_supervised(org_id: int) -> ResponseReturnValue:
    """Begin the supervision of all units chosen."""
    org = own_org(org_id)
    beginning = _beginning(org, BeginForm.read(request.form))
    count = begin_many(beginning, actor=current_actor(), now=clock.now())
    message = N_("%(name)s supervises %(count)d more units.")
    flash(translate(message, name=name_of(org), count=count), "success")
    return see_other(url_for(".supervised", org_id=org_id))


@dataclass(frozen=True)
class EndForm:
    """Which supervisions end, and when."""

    ids: tuple[int, ...]
    to_on: date

    @classmethod
    def read(cls, fields: "MultiDict[str, str]") -> "EndForm":
        """Return what was chosen, or raise FormErrors."""
        reader = FormReader(fields)
        words = [w for w in fields.getlist("oversight") if w.isascii() and w.isdigit()]
        if not words:
            reader.fail("oversight", N_("Tick what is to end."))
        to_on = reader.date("to_on", translate(N_("Until day")), required=True)
        reader.finish()
        return cls(tuple(map(int, words)), to_on or date.max)


@bp.get("/<int:org_id>/supervised/end/check")
@requires(Permission.EDIT_ORGS)
@form_of(supervised)
def check_end(org_id: int) -> str:
    """Show what the department would not reach any more."""
    org, form = own_org(org_id), EndForm.read(request.args)
    scope = current_scope_for(Permission.EDIT_ORGS)
    return render_template(
        "orgs/supervised_end.html",
        org=org,
        found=oversights_to_end(org, form.ids, scope, to_on=form.to_on),
        to_on=form.to_on,
    )


@bp.post("/<int:org_id>/supervised/end")
@requires(Permission.EDIT_ORGS)
@form_of(supervised)
@writes
def end_supervised(org_id: int) -> ResponseReturnValue:
    """End the supervisions chosen."""
    org, form = own_org(org_id), EndForm.read(request.form)
    scope = current_scope_for(Permission.EDIT_ORGS)
    found = oversights_to_end(org, form.ids, scope, to_on=form.to_on)
    count = end_many(found, to_on=form.to_on, actor=current_actor(), now=clock.now())
    message = N_("The supervision of %(count)d units was ended.")
    flash(translate(message, count=count), "success")
    return see_other(url_for(".supervised", org_id=org_id))


def _field() -> str:
    known = fields_with_kinds()
    asked = request.args.get("field", "")
    return asked if asked in known else known[0]


@bp.get("/unsupervised")
@requires(Permission.VIEW)
def unsupervised() -> str:
    """Show the units of a field's kinds that no department supervises in it."""
    scope, today, field = current_scope(), clock.today(), _field()
    counts = lacking_counts(scope, day=today)
    departments = [
        org
        for org in orgs_of_kinds(scope, SUPERVISING_KINDS)
        if org.field == field and may_here(Permission.EDIT_ORGS, org)
    ]
    return render_template(
        "orgs/unsupervised.html",
        field=field,
        counts=counts,
        page=lacking_page(field, scope, day=today, cursor=request.args.get("after")),
        departments=departments,
    )


@bp.get("/unsupervised.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export_unsupervised(fmt: str) -> Response:
    """Hand out the units of a field without a department."""
    found = all_lacking(_field(), current_scope(), day=clock.today())
    return send_table(N_("Units without a supervising department"), UNIT_COLUMNS, found, fmt)
