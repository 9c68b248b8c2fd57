"""Asking what lies in an area drawn on the map, without keeping anything."""

from flask import render_template, request

from drillreg.core.access import Permission, requires
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormView
from drillreg.exposures.asking import inside
from drillreg.exposures.forms import read_question
from drillreg.exposures.routes.blueprint import bp
from drillreg.exposures.rules import people_at
from drillreg.geo.shift import LABELS, ShiftedCrs
from drillreg.i18n import translate
from drillreg.orgs.scope import current_scope


@bp.get("/exposure/area")
@requires(Permission.VIEW)
def area() -> str:
    """Ask for an area and show what of one's reach lies in it and around it."""
    found, error = None, None
    if request.args.get("area", "").strip():
        try:
            shape, buffer_m = read_question(request.args)
            found = inside(shape, buffer_m, current_scope())
        except DomainError as refused:
            error = refused
    values = {"shift": ShiftedCrs.WGS84.value, **request.args.to_dict()}
    return render_template(
        "exposures/area.html",
        form=FormView(values, error),
        found=found,
        people_at=people_at,
        shifts=[(shift.value, translate(LABELS[shift])) for shift in ShiftedCrs],
    )
