"""Reading the forms of sites."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.geo.asking import read_position
from drillreg.geo.shift import ShiftedCrs
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import RiskLevel, SiteFacts
from drillreg.hazards.site_rows import TEXTS
from drillreg.i18n import N_, translate

LEVELS = tuple(level.value for level in RiskLevel)
# Moving a point by less than this (0.1 m) is an effect of the rounding in the form.
SAME_PLACE = 1e-6


@dataclass(frozen=True)
class SiteForm:
    """A site as typed, and the organisation confirmed for it."""

    facts: SiteFacts
    org_id: int
    row_version: int

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "SiteForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        position = read_position(reader)
        org_id = reader.integer("org_id", "")
        if position is not None and not org_id:
            reader.fail("org_id", N_("Confirm who is responsible for this position."))
        texts = _texts(reader)
        kind = reader.choice("kind", translate(N_("Kind")), code_list("hazard_kind").codes())
        level = reader.choice("level", translate(N_("Risk level")), LEVELS)
        people = _count(reader, "threatened_people", translate(N_("People threatened")))
        households = _count(reader, "threatened_households", translate(N_("Households threatened")))
        found_on = reader.date("found_on", translate(N_("Found on")))
        version = reader.integer("row_version", "")
        reader.finish()
        lon, lat, shift = position or (0.0, 0.0, ShiftedCrs.WGS84)
        facts = SiteFacts(
            **texts,
            kind=kind,
            level=RiskLevel(level),
            lon=lon,
            lat=lat,
            source_crs="EPSG:4326" if shift is ShiftedCrs.WGS84 else shift.value,
            threatened_people=people,
            threatened_households=households,
            found_on=found_on,
        )
        return cls(facts, org_id or 0, version or 0)

    def keeping_place_of(self, site: HazardSite) -> "SiteForm":
        """Return the form with the exact stored position where the form only rounded it."""
        facts = self.facts
        if max(abs(facts.lon - site.lon), abs(facts.lat - site.lat)) > SAME_PLACE:
            return self
        kept = replace(facts, lon=site.lon, lat=site.lat, source_crs=site.source_crs)
        return replace(self, facts=kept)


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
    }


def _count(reader: FormReader, name: str, label: str) -> int | None:
    return reader.integer(name, label, maximum=10**7)


def read_reason(fields: Mapping[str, str]) -> str:
    """Return why a record is struck out, or raise FormErrors."""
    reader = FormReader(fields)
    reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=300)
    reader.finish()
    return reason
