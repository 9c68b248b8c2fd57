"""Reading the forms and filters of sites and checks."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.core.submissions import body_hash, is_client_id
from drillreg.geo.drawing import same_shape
from drillreg.geo.shift import ShiftedCrs
from drillreg.hazards.kind_fields import fields_of, read_details
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import (
    CheckResult,
    RiskLevel,
    SiteFacts,
    Submission,
)
from drillreg.hazards.site_rows import TEXTS
from drillreg.hazards.siting import Spot, read_spot
from drillreg.i18n import N_, translate

LEVELS = tuple(level.value for level in RiskLevel)
# Moving a point by less than this (0.1 m) is an effect of the rounding in the form.
SAME_PLACE = 1e-6
NOTE_LENGTH = 500
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


def read_submission(
    fields: Mapping[str, str],
    photos: Sequence[bytes],
    *,
    code: str,
    today: date,
    moment_of: Callable[[date], datetime],
    now: datetime,
) -> Submission:
    """Return a check as a page or device sent it, or raise FormErrors.

    `code` is the site's public id; `moment_of(day)` gives the instant an earlier day stands for.
    The position is no part of what makes two submissions the same: it may come late.
    """
    reader = FormReader(fields)
    client_id = reader.raw("client_id").lower()
    if not is_client_id(client_id):
        reader.fail("client_id", N_("This page is out of date. Load it again."))
    results = [result.value for result in CheckResult]
    result = reader.choice("result", translate(N_("Result")), results)
    note = reader.text("note", translate(N_("What is abnormal")), max_length=NOTE_LENGTH)
    if result == CheckResult.ABNORMAL and not note:
        reader.fail("note", N_("Say in a few words what is abnormal."))
    checked_on = reader.date("checked_on", translate(N_("Day of the check"))) or today
    reader.finish()
    place = _device_position(fields)
    content = {"site": code, "result": result, "note": note, "checked_on": checked_on}
    return Submission(
        client_id=client_id,
        body_hash=body_hash(content, photos),
        result=CheckResult(result),
        note=note,
        checked_on=checked_on,
        checked_at=now if checked_on == today else moment_of(checked_on),
        lon=place[0],
        lat=place[1],
        accuracy_m=place[2],
    )


def _device_position(
    fields: Mapping[str, str],
) -> tuple[float | None, float | None, float | None]:
    """Return longitude, latitude and accuracy; a position that cannot be read counts as none."""
    reader = FormReader(fields)
    lon = reader.number("lon", "", minimum=-180, maximum=180)
    lat = reader.number("lat", "", minimum=-90, maximum=90)
    accuracy = reader.number("accuracy", "", minimum=0, maximum=10**6)
    return (lon, lat, accuracy) if lon is not None and lat is not None else (None, None, None)
