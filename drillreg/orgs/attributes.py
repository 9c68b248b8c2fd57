"""Attributes of organisations: which belong to a kind, reading them, showing them."""

from typing import Any

from drillreg.core.codes import CodeItem, CodeList, code_label, code_list
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, current_locale, pick, translate
from drillreg.sheets.days import DayOrder
from drillreg.work.importers import field_of

MOST = 10_000_000


def attributes_for(kind: str) -> list[CodeItem]:
    """Return what else can be said of organisations of a kind; of no kind, what fits every one."""
    return [
        item
        for item in code_list("org_attribute")
        if not item.attributes["kinds"] or kind in item.attributes["kinds"]
    ]


def choices_of(item: CodeItem) -> CodeList:
    """Return the code list that an attribute takes its values from."""
    return code_list(item.attributes["choices"])


def unit_of(item: CodeItem) -> str:
    """Return the unit of an attribute in the language of the request, or an empty text."""
    return pick(item.attributes.get("unit"))


def read_attribute(reader: FormReader, item: CodeItem, name: str) -> Any:
    """Return the value typed for an attribute, or None when nothing was."""
    label, kind = pick(item.label), item.attributes["type"]
    if kind == "integer":
        return reader.integer(name, label, maximum=MOST)
    if kind == "decimal":
        return reader.number(name, label, minimum=0, maximum=MOST)
    if kind == "yes-no":
        return {"1": True, "0": False}.get(reader.choice(name, label, ("1", "0"), required=False))
    if kind == "choice":
        return reader.choice(name, label, choices_of(item).codes(), required=False) or None
    if kind == "choices":
        return _read_choices(reader, item, name)
    return reader.text(name, label) or None


def _read_choices(reader: FormReader, item: CodeItem, name: str) -> list[str] | None:
    getlist = getattr(reader.fields, "getlist", None)
    typed = getlist(name) if getlist else [reader.raw(name)]
    chosen = {word for word in typed if word}
    codes = choices_of(item).codes()
    if chosen - set(codes):
        reader.fail(name, N_("Choose %(label)s from the list."), label=pick(item.label))
    return [code for code in codes if code in chosen] or None


def attribute_of_text(text: str, item: CodeItem) -> Any:
    """Return the value in a cell of a table, or None; raise CellError when it cannot be read."""
    read = field_of(item).reader(order=DayOrder.UNPROVEN, since_1904=False)
    return read(text) if text else None


def shown(item: CodeItem, value: Any) -> str:
    """Write a value in the language of the request, with its unit; nothing for None."""
    kind = item.attributes["type"]
    if value is None:
        return ""
    if kind == "yes-no":
        return translate(N_("Yes")) if value else translate(N_("No"))
    if kind == "choice":
        return code_label(str(value), item.attributes["choices"])
    if kind == "choices":
        comma = ", " if current_locale() == "en" else "、"
        return comma.join(code_label(code, item.attributes["choices"]) for code in value)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    unit = unit_of(item)
    return f"{text} {unit}" if unit else text


def cell_of(item: CodeItem, value: Any) -> str | int | float | None:
    """Return a value for a cell of a workbook: numbers stay numbers, the rest are words."""
    if item.attributes["type"] in {"integer", "decimal"}:
        return value if isinstance(value, int | float) else None
    return shown(item, value)


def for_form(item: CodeItem, value: Any) -> Any:
    """Return a value as the fields of a form hold it."""
    return {True: "1", False: "0"}[value] if isinstance(value, bool) else value
