"""Reading the forms of sites."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.geo.drawing import same_shape
from drillreg.geo.shift import ShiftedCrs
from drillreg.hazards.kind_fields import fields_of, read_details
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import RiskLevel, SiteFacts
from drillreg.hazards.site_rows import TEXTS
from drillreg.hazards.siting import Spot, read_spot
from drillreg.i18n import N_, translate

LEVELS = tuple(level.value for level in RiskLevel)
# Moving a point by less than this (0.1 m) is an effect of the rounding in the form.
SAME_PLACE = 1e-6
# Three of the four fixed things (四定); the fourth is the person who answers for the site.
FIXED = {
    "fixed_area": N_("Fixed area"),
    "fixed_goal": N_("Fixed goal"),
    "fixed_standard": N_("Fixed standard"),
}
FIXED_LENGTH = 300


@dataclass(frozen=True)
class SiteForm:
    """A site as typed, and the organisation confirmed for it."""

    facts: SiteFacts
    org_id: int
    row_version: int
    # Nothing was said about a line or an area.
    is_silent: bool = False

    @classmethod
    def read(cls, fields: Mapping[str, str], departments: Collection[int] = ()) -> "SiteForm":
        """Return what was typed, or raise FormErrors; `departments` are those that are offered."""
        reader = FormReader(fields)
        spot = read_spot(reader)
        org_id = reader.integer("org_id", "")
        if spot is not None and not org_id:
            reader.fail("org_id", N_("Confirm who is responsible for this position."))
        texts = _texts(reader)
        kind = reader.choice("kind", translate(N_("Kind")), code_list("hazard_kind").codes())
        level = reader.choice("level", translate(N_("Risk level")), LEVELS)
        numbers = _numbers(reader)
        offered = [str(each) for each in departments]
        label = translate(N_("Department in charge"))
        department = reader.choice("department_id", label, offered, required=False)
        found_on = reader.date("found_on", translate(N_("Found on")))
        version = reader.integer("row_version", "")
        details = _details(reader, kind)
        reader.finish()
        spot = spot or Spot(0.0, 0.0, None, ShiftedCrs.WGS84)
        facts = SiteFacts(
            **texts,
            **numbers,
            kind=kind,
            level=RiskLevel(level),
            lon=spot.lon,
            lat=spot.lat,
            wkb=spot.wkb,
            source_crs="EPSG:4326" if spot.shift is ShiftedCrs.WGS84 else spot.shift.value,
            department_id=int(department) if department else None,
            found_on=found_on,
            details=details or None,
        )
        return cls(facts, org_id or 0, version or 0, spot.silent)

    def keeping_place_of(self, site: HazardSite) -> "SiteForm":
        """Return the form with the exact stored position where the form only rounded it."""
        facts, kept = self.facts, None
        if facts.wkb and site.wkb and same_shape(facts.wkb, site.wkb, SAME_PLACE):
            kept = site.wkb
        elif facts.wkb or max(abs(facts.lon - site.lon), abs(facts.lat - site.lat)) > SAME_PLACE:
            return self
        elif self.is_silent:
            kept = site.wkb
        place = {"lon": site.lon, "lat": site.lat, "source_crs": site.source_crs, "wkb": kept}
        return replace(self, facts=replace(facts, **place))  # type: ignore[arg-type]


def _details(reader: FormReader, kind: str) -> dict[str, Any]:
    """Return the fields of the kind; without a script they are first shown for another one."""
    asked_for = reader.fields.get("fields_of")
    if kind and asked_for is not None and asked_for != kind and fields_of(kind):
        reader.fail(
            "kind",
            N_("Below stand the fields of the kind chosen. Fill in what is known and save again."),
        )
        return {}
    return read_details(reader, kind)


def _texts(reader: FormReader) -> dict[str, Any]:
    def text(name: str, label: str, most: int) -> str | None:
        return reader.text(name, label, max_length=most) or None

    return {
        "number": reader.text("number", translate(N_("Number")), required=True, max_length=60),
        "name": reader.text(
            "name", translate(N_("Name of the site")), required=True, max_length=TEXTS["name"]
        ),
        "name_en": text("name_en", translate(N_("English name")), 120),
        "outside_number": text("outside_number", translate(N_("Official number")), 60),
        "address": text("address", translate(N_("Address")), TEXTS["address"]),
        "responsible_name": text("responsible_name", translate(N_("Responsible person")), 60),
        "responsible_phone": text("responsible_phone", translate(N_("Their phone")), 40),
        "threatened_what": text("threatened_what", translate(N_("What is threatened")), 200),
        **{name: text(name, translate(label), FIXED_LENGTH) for name, label in FIXED.items()},
    }


def _numbers(reader: FormReader) -> dict[str, Any]:
    property_label = translate(N_("Property threatened"))
    return {
        "threatened_people": _count(
            reader, "threatened_people", translate(N_("People threatened"))
        ),
        "threatened_households": _count(
            reader, "threatened_households", translate(N_("Households threatened"))
        ),
        "threatened_property": reader.number(
            "threatened_property", property_label, minimum=0, maximum=10**8
        ),
    }


def _count(reader: FormReader, name: str, label: str) -> int | None:
    return reader.integer(name, label, maximum=10**7)


def read_reason(fields: Mapping[str, str]) -> str:
    """Return why a record is struck out, or raise FormErrors."""
    reader = FormReader(fields)
    reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=300)
    reader.finish()
    return reason
