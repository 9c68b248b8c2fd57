"""Reading the forms and filters of resources, field by field as their data files say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.geo.asking import read_position_or_none
from drillreg.geo.shift import ShiftedCrs
from drillreg.i18n import N_, translate
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import OrgScope
from drillreg.resources.nouns import Field, Noun
from drillreg.resources.queries import ResourceFilter

STATES = {
    "team": ("unchecked",),
    "supply": ("expired", "soon", "unchecked"),
    "shelter": ("unchecked",),
}


def _text(reader: FormReader, field: Field) -> str | None:
    return (
        reader.text(field.code, field.word, required=field.required, max_length=field.most) or None
    )


def _integer(reader: FormReader, field: Field) -> int | None:
    return reader.integer(field.code, field.word, required=field.required, maximum=field.most)


def _number(reader: FormReader, field: Field) -> float | None:
    return reader.number(
        field.code, field.word, required=field.required, minimum=0, maximum=field.most
    )


def _choice(reader: FormReader, field: Field) -> str | None:
    codes = code_list(field.list).codes()
    return reader.choice(field.code, field.word, codes, required=field.required) or None


def _date(reader: FormReader, field: Field) -> Any:
    return reader.date(field.code, field.word, required=field.required)


READERS: Mapping[str, Callable[[FormReader, Field], Any]] = {
    "text": _text,
    "long": _text,
    "phone": _text,
    "integer": _integer,
    "number": _number,
    "choice": _choice,
    "date": _date,
}


@dataclass(frozen=True)
class ResourceForm:
    """A resource as typed, and the organisation it belongs to."""

    values: dict[str, Any]
    org_id: int
    row_version: int

    @classmethod
    def read(cls, noun: Noun, fields: Mapping[str, str]) -> "ResourceForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        values = {field.code: READERS[field.type](reader, field) for field in noun.fields}
        org_id = reader.integer("org_id", translate(N_("Organisation")), required=True)
        lon, lat, given = read_position_or_none(reader)
        known = lon is not None
        crs = "EPSG:4326" if given is ShiftedCrs.WGS84 else given.value
        values |= {"lon": lon, "lat": lat, "source_crs": crs if known else None}
        reader.finish()
        return cls(values, org_id or 0, reader.integer("row_version", "") or 0)


def read_reason(fields: Mapping[str, str]) -> str:
    """Return why a resource is struck out, or raise FormErrors."""
    reader = FormReader(fields)
    reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=300)
    reader.finish()
    return reason


def read_filter(noun: Noun, fields: Mapping[str, str], scope: OrgScope) -> ResourceFilter:
    """Return the filter of a list; a value that is unknown filters nothing."""
    reader = FormReader(fields)
    within = reader.integer("within", "")
    return ResourceFilter(
        within=get_org(within, scope) if within else None,
        kind=reader.choice("kind", "", code_list(noun.kinds).codes(), required=False),
        state=reader.choice("state", "", STATES[noun.code], required=False),
        words=reader.raw("q")[:60],
    )
