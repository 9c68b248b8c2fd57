"""Grids below a village: the list, making many, closing many."""

from dataclasses import dataclass
from datetime import date

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.reading import CONTROL, HIDDEN, FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.division_changes import Basis
from drillreg.orgs.grids import close_grids, ensure_names, ensure_village, grids_of, make_grids
from drillreg.orgs.queries import get_org
from drillreg.orgs.routes.blueprint import bp, own_org
from drillreg.orgs.scope import current_scope, may_here
from drillreg.orgs.versions import ensure_not_later

LONGEST_NAME = 80


def _basis(from_on: date, document: str) -> Basis:
    return Basis(from_on, document, current_actor(), clock.now(), clock.today())


@bp.get("/<int:org_id>/grids")
@requires(Permission.VIEW)
def grids(org_id: int) -> str:
    """Show the grids of a village; make and close many."""
    org = get_org(org_id, current_scope())
    editable = org.kind == "village" and org.closed_on is None
    return render_template(
        "orgs/grids.html",
        org=org,
        found=grids_of(org, closed=True),
        may_edit=editable and may_here(Permission.EDIT_ORGS, org),
        form=form_view(from_on=clock.today().isoformat(), to_on=clock.today().isoformat()),
    )


@dataclass(frozen=True)
class GridsForm:
    """Names of new grids, one a line, and from when they stand."""

    names: tuple[str, ...]
    from_on: date
    document: str

    @classmethod
    def read(cls, fields: "MultiDict[str, str]") -> "GridsForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        lines = [" ".join(line.split()) for line in reader.raw("names").splitlines()]
        names = tuple(line for line in lines if line)
        if any(len(n) > LONGEST_NAME or HIDDEN.search(n) or CONTROL.search(n) for n in names):
            reader.fail("names", N_("One of the names is too long or has invisible characters."))
        if not names:
            reader.fail("names", N_("Give at least one name."))
        form = cls(
            names,
            reader.date("from_on", translate(N_("In force from")), required=True) or date.max,
            reader.text("document", translate(N_("By which document")), max_length=200),
        )
        reader.finish()
        return form


@bp.get("/<int:org_id>/grids/check")
@requires(Permission.EDIT_ORGS)
@form_of(grids)
def check_grids(org_id: int) -> str:
    """Show which grids would be made."""
    org, form = own_org(org_id), GridsForm.read(request.args)
    ensure_village(org)
    ensure_names(org, form.names)
    ensure_not_later(form.from_on, clock.today())
    return render_template("orgs/grids_check.html", org=org, typed=form)


@bp.post("/<int:org_id>/grids")
@requires(Permission.EDIT_ORGS)
@form_of(grids)
@writes
def add_grids(org_id: int) -> ResponseReturnValue:
    """Make the grids and show them."""
    org, form = own_org(org_id), GridsForm.read(request.form)
    ensure_not_later(form.from_on, clock.today())
    count = make_grids(org, form.names, basis=_basis(form.from_on, form.document))
    flash(translate(N_("%(count)d grids were added."), count=count), "success")
    return see_other(url_for(".grids", org_id=org_id))


@bp.post("/<int:org_id>/grids/close")
@requires(Permission.EDIT_ORGS)
@form_of(grids)
@writes
def end_grids(org_id: int) -> ResponseReturnValue:
    """Close the grids that were ticked."""
    org = own_org(org_id)
    reader = FormReader(request.form)
    ids = {int(w) for w in request.form.getlist("grid") if w.isascii() and w.isdigit()}
    if not ids:
        reader.fail("grid", N_("Tick what is to end."))
    to_on = reader.date("to_on", translate(N_("Closed on")), required=True) or date.max
    reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=500)
    reader.finish()
    count = close_grids(org, ids, reason=reason, basis=_basis(to_on, reason))
    flash(translate(N_("%(count)d grids were closed."), count=count), "success")
    return see_other(url_for(".grids", org_id=org_id))
