"""What is kept of a site by its kind: fields as data, read from a form, checked and worded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from drillreg.core.codes import CodeItem, code_list
from drillreg.core.page import day
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, pick, translate

PREFIX = "d-"
YES, NO = "yes", "no"
YES_WORDS = {YES: N_("Yes"), NO: N_("No")}
LONGEST = 200


@dataclass(frozen=True)
class Field:
    """One field of a kind, worded for the reader; `options` are (code, word) pairs."""

    code: str
    label: str
    type: str
    needed: bool
    unit: str
    least: float
    most: float
    whole: bool
    options: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """What the field is called in a form."""
        return PREFIX + self.code


def fields_of(kind: str) -> list[Field]:
    """Return the fields of a kind in order; a kind of an office's own has those it is like."""
    item = code_list("hazard_kind").get(kind)
    if item is None:
        return []
    known = {each.code: each for each in code_list("site_field")}
    needed = item.attributes.get("needed", ())
    return [
        _field(known[code], code in needed)
        for code in item.attributes.get("fields", ())
        if code in known
    ]


def _field(item: CodeItem, needed: bool) -> Field:
    given = item.attributes
    options = tuple((each["code"], pick(each)) for each in given.get("options", ()))
    if given["type"] == "yes-no":
        options = tuple((code, translate(word)) for code, word in YES_WORDS.items())
    return Field(
        item.code,
        pick(item.label),
        given["type"],
        needed,
        pick({"zh": given.get("unit_zh", ""), "en": given.get("unit_en", "")}),
        float(given.get("least", 0)),
        float(given.get("most", LONGEST)),
        bool(given.get("whole")),
        options,
    )


def read_details(reader: FormReader, kind: str) -> dict[str, Any]:
    """Return what was typed into the fields of a kind; the reader remembers what is wrong."""
    found = {field.code: _read(reader, field) for field in fields_of(kind)}
    return {code: value for code, value in found.items() if value not in (None, "", [])}


def _read(reader: FormReader, field: Field) -> Any:
    name, label, needed = field.name, field.label, field.needed
    codes = [code for code, _ in field.options]
    match field.type:
        case "number" if field.whole:
            least, most = int(field.least), int(field.most)
            return reader.integer(name, label, required=needed, minimum=least, maximum=most)
        case "number":
            return reader.number(
                name, label, required=needed, minimum=field.least, maximum=field.most
            )
        case "date":
            found = reader.date(name, label, required=needed)
            return found.isoformat() if found else None
        case "choice" | "yes-no":
            return reader.choice(name, label, codes, required=needed)
        case "choices":
            return _several(reader, name, label, codes, needed)
        case _:
            return reader.text(name, label, required=needed, max_length=int(field.most))


def _several(
    reader: FormReader, name: str, label: str, codes: Sequence[str], needed: bool
) -> list[str]:
    getlist = getattr(reader.fields, "getlist", None)
    given = getlist(name) if getlist else [reader.raw(name)]
    chosen = [code for code in codes if code in given]
    if any(each and each not in codes for each in given):
        reader.fail(name, N_("Choose %(label)s from the list."), label=label)
    elif needed and not chosen:
        reader.fail(name, N_("%(label)s is missing."), label=label)
    return chosen


def form_values(details: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return stored values by the names of their fields in a form."""
    return {PREFIX + code: value for code, value in (details or {}).items()}


def shown_details(kind: str, details: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Return label and value in words of what is kept; values of another kind's fields last."""
    if not details:
        return []
    own = fields_of(kind)
    known = {field.code: field for field in own}
    others = [each for each in code_list("site_field") if each.code not in known]
    fields = [*own, *(_field(each, False) for each in others)]
    return [
        (field.label, words_of(field, details[field.code]))
        for field in fields
        if field.code in details
    ]


def words_of(field: Field, value: Any) -> str:
    """Return a stored value in words; a code that is no longer offered stays itself."""
    words = dict(field.options)
    match field.type:
        case "choices":
            return translate(N_(", ")).join(words.get(each, each) for each in value)
        case "choice" | "yes-no":
            return words.get(str(value), str(value))
        case "date":
            return day(date.fromisoformat(value))
        case "number":
            return f"{value:g} {field.unit}".strip()
        case _:
            return str(value)


def proposed_scale(people: int | None, property_: float | None) -> CodeItem | None:
    """Return the scale that threatened people or property (10,000 yuan) speak for, if known.

    The higher of the two counts (国家突发地质灾害应急预案); nobody is bound by it.
    """
    if people is None and property_ is None:
        return None
    return next(
        item
        for item in code_list("geohazard_scale")
        if (people is not None and people >= item.attributes["people"])
        or (property_ is not None and property_ >= item.attributes["property"])
    )
