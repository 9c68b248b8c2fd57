"""Where a site lies and who is responsible: found from the position, confirmed by the person."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request

from drillreg.core.access import Permission, requires
from drillreg.core.errors import DomainError
from drillreg.core.page import name_of
from drillreg.core.reading import FormReader, form_view
from drillreg.geo.drawing import ShapeKind
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.siting import read_spot
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Division, Org
from drillreg.orgs.places import division_at, governments_above
from drillreg.orgs.queries import orgs_of_kinds
from drillreg.orgs.scope import current_scope_for, may_here

OWNER_KINDS = ("county", "town", "village", "school", "hospital", "enterprise", "department")
DRAWN = (ShapeKind.LINE.value, ShapeKind.AREA.value)


class Placed:
    """What is known of a position: its division, and who can be responsible for it."""

    def __init__(self, lon: float, lat: float) -> None:
        self.division: Division | None = division_at(lon, lat)
        self.government: Org | None = None
        if self.division is not None:
            found = governments_above([self.division.id])
            self.government = found.get(self.division.id)

    def ensure_editable(self) -> None:
        """Raise when the position lies in a division outside what the person may edit."""
        if self.division is None or self.government is None:
            return
        if not may_here(Permission.EDIT_HAZARDS, self.government):
            raise DomainError(
                N_("This position lies in %(place)s, outside the area you may edit."),
                place=self.division.name,
            )


def _owners(placed: Placed) -> list[tuple[int, str]]:
    """Return the organisations that may be responsible, the government of the place first."""
    found: Sequence[Org] = orgs_of_kinds(current_scope_for(Permission.EDIT_HAZARDS), OWNER_KINDS)
    first = placed.government
    ids = {org.id for org in found}
    options = [(org.id, name_of(org)) for org in found if first is None or org.id != first.id]
    if first is not None and (first.id in ids or may_here(Permission.EDIT_HAZARDS, first)):
        options.insert(0, (first.id, name_of(first)))
    return options


def place_context(fields: Mapping[str, str], chosen: Any = None) -> dict[str, Any]:
    """Return what the fragment about the position shows; nothing until there is one."""
    asked = fields.get("shape" if fields.get("shape_kind") in DRAWN else "lon")
    spot = read_spot(FormReader(fields)) if asked else None
    if spot is None:
        return {"placed": None, "owners": [], "chosen": chosen, "outside": ""}
    placed = Placed(spot.lon, spot.lat)
    outside = ""
    try:
        placed.ensure_editable()
    except DomainError as error:
        outside = translate(error.message, **error.params)
    owners = _owners(placed)
    government = placed.government.id if placed.government else None
    return {
        "placed": placed,
        "owners": owners,
        "chosen": chosen or government,
        "outside": outside,
    }


@bp.get("/hazards/place")
@requires(Permission.EDIT_HAZARDS)
def place() -> str:
    """Say in which town and village a position lies (a part of the form)."""
    context = place_context(request.args, request.args.get("org_id"))
    return render_template("hazards/_place.html", form=form_view(), **context)
