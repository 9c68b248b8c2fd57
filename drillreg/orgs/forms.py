"""Reading the forms of organisations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from drillreg.core.codes import code_label, code_list
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.attributes import read_attribute, shown
from drillreg.orgs.models import Org
from drillreg.orgs.rules import full_code

NAME_LENGTH = 80


@dataclass(frozen=True)
class OrgForm:
    """An organisation as typed; the division still as its 12-digit code."""

    parent_id: int | None
    row_version: int | None
    name: str
    kind: str
    short_name: str | None
    name_en: str | None
    field: str | None
    code: str | None
    division_code: str | None
    duty_phone: str | None
    lon: float | None
    lat: float | None
    opened_on: date | None
    from_on: date | None
    attributes: dict[str, Any]

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "OrgForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        kinds = code_list("org_kind").codes()
        form = cls(
            parent_id=reader.integer("parent_id", translate(N_("Stands below")), minimum=1),
            row_version=reader.integer("row_version", translate(N_("Version"))),
            name=reader.text(
                "name", translate(N_("Organisation name")), required=True, max_length=NAME_LENGTH
            ),
            kind=reader.choice("kind", translate(N_("Kind")), kinds),
            short_name=reader.text("short_name", translate(N_("Short name")), max_length=30)
            or None,
            name_en=reader.text("name_en", translate(N_("English name"))) or None,
            field=reader.choice(
                "field",
                translate(N_("Field of work")),
                code_list("field").codes(),
                required=False,
            )
            or None,
            code=reader.text("code", translate(N_("Code")), max_length=40) or None,
            division_code=_division_code(reader),
            duty_phone=reader.text("duty_phone", translate(N_("Duty phone")), max_length=40)
            or None,
            lon=reader.number("lon", translate(N_("Longitude")), minimum=-180, maximum=180),
            lat=reader.number("lat", translate(N_("Latitude")), minimum=-90, maximum=90),
            opened_on=reader.date("opened_on", translate(N_("Opened on"))),
            from_on=reader.date("from_on", translate(N_("In force from"))),
            attributes=_attributes(reader),
        )
        if (form.lon is None) != (form.lat is None):
            reader.fail("lat", N_("Give both longitude and latitude, or neither."))
        reader.finish()
        return form

    def texts(self) -> dict[str, str]:
        """Return what was typed by the labels of the page, to be compared with what is saved."""
        return texts_of(self, self.division_code)


def texts_of(source: "OrgForm | Org", division_code: str | None) -> dict[str, str]:
    """Return an organisation by the labels of the page, as texts."""
    found = {
        translate(N_("Organisation name")): source.name,
        translate(N_("Kind")): code_label(source.kind, "org_kind"),
        translate(N_("Short name")): source.short_name,
        translate(N_("English name")): source.name_en,
        translate(N_("Field of work")): code_label(source.field, "field"),
        translate(N_("Code")): source.code,
        translate(N_("Division code")): division_code,
        translate(N_("Duty phone")): source.duty_phone,
        translate(N_("Longitude")): source.lon,
        translate(N_("Latitude")): source.lat,
        translate(N_("Opened on")): source.opened_on,
    }
    for item in code_list("org_attribute"):
        found[pick(item.label)] = shown(item, source.attributes.get(item.code))
    return {label: "" if value is None else str(value) for label, value in found.items()}


def _division_code(reader: FormReader) -> str | None:
    typed = reader.text("division_code", translate(N_("Division code")))
    if not typed:
        return None
    try:
        return full_code(typed)
    except DomainError as error:
        reader.fail("division_code", error.message, **error.params)
        return None


def _attributes(reader: FormReader) -> dict[str, Any]:
    found = {
        item.code: read_attribute(reader, item, f"a_{item.code}")
        for item in code_list("org_attribute")
    }
    return {code: value for code, value in found.items() if value is not None}


@dataclass(frozen=True)
class CloseForm:
    """When and why an organisation is closed."""

    closed_on: date
    reason: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "CloseForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        closed_on = reader.date("closed_on", translate(N_("Closed on")), required=True)
        reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=500)
        reader.finish()
        return cls(closed_on or date.max, reason)


@dataclass(frozen=True)
class OversightForm:
    """Which department supervises in which field, from when."""

    overseer_id: int
    field: str
    from_on: date

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "OversightForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        overseer_id = reader.integer("overseer_id", translate(N_("Department")), required=True)
        field = reader.choice("field", translate(N_("Field of work")), code_list("field").codes())
        from_on = reader.date("from_on", translate(N_("Since")), required=True)
        reader.finish()
        return cls(overseer_id or 0, field, from_on or date.max)


def read_day(fields: Mapping[str, str], name: str) -> date:
    """Return the one date of a small form, or raise FormErrors."""
    reader = FormReader(fields)
    day = reader.date(name, translate(N_("Until day")), required=True)
    reader.finish()
    return day or date.max


def read_alias(fields: Mapping[str, str]) -> str:
    """Return another name of an organisation, or raise FormErrors."""
    reader = FormReader(fields)
    alias = reader.text("alias", translate(N_("Other name")), required=True, max_length=NAME_LENGTH)
    reader.finish()
    return alias
