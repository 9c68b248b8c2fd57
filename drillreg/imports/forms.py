"""Reading the forms of the wizard: choices, header row, columns, rows to leave out."""

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from drillreg.core.errors import FieldError, FormErrors
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, pick, translate
from drillreg.imports.rules import SKIP, UPDATE
from drillreg.work.importers import Choice, Field, Kind

Params = dict[str, Any]
Fields = Mapping[str, str]

MOST_ROWS = 5000


def read_options(kind: Kind, fields: Fields) -> Params:
    """Return what was chosen about a file, or raise FormErrors."""
    reader = FormReader(fields)
    options = {choice.name: _chosen(reader, choice, fields) for choice in kind.choices()}
    reader.finish()
    return kind.check_options(options)


def _chosen(reader: FormReader, choice: Choice, fields: Fields) -> Any:
    label = translate(choice.label)
    if choice.form == "tick":
        return reader.flag(choice.name)
    if choice.form == "text":
        return reader.text(choice.name, label, max_length=choice.longest)
    if choice.name not in fields:
        return choice.default
    codes = [code for code, _ in choice.options()] if choice.options else []
    return reader.choice(choice.name, label, codes, required=choice.blank is None)


def read_header(fields: Fields, sheets: Sequence[str]) -> Params:
    """Return which sheet and header row a person chose, or raise FormErrors."""
    reader = FormReader(fields)
    sheet = reader.choice("sheet", translate(N_("Worksheet")), sheets, required=False)
    row = reader.integer("header_row", translate(N_("Header row")), required=True, maximum=10**6)
    two_rows = reader.flag("two_rows")
    reader.finish()
    return {
        "sheet": sheet,
        "header_row": row,
        "depth": 2 if two_rows and row and row > 1 else 1,
        "columns": None,
    }


def read_columns(kind: Kind, fields: Fields, header: Sequence[str]) -> dict[str, int]:
    """Return the column of each field as a person mapped them, or raise FormErrors."""
    reader = FormReader(fields)
    known: dict[str, Field] = {each.code: each for each in kind.fields()}
    columns: dict[str, int] = {}
    for at, title in enumerate(header):
        code = reader.choice(f"field_{at}", title or f"#{at + 1}", list(known), required=False)
        if code in columns:
            other = header[columns[code]] or f"#{columns[code] + 1}"
            message = N_("%(field)s is taken from the column %(other)s already.")
            reader.fail(f"field_{at}", message, field=pick(known[code].label), other=other)
        elif code:
            columns[code] = at
    reader.finish()
    return columns


def read_decision(fields: "MultiDict[str, str]") -> Params:
    """Return what was chosen about rows: what was offered and not taken is left out."""
    existing = fields.get("existing", SKIP)
    if existing not in {SKIP, UPDATE}:
        raise FormErrors([FieldError("existing", N_("Choose one of the two."))])
    groups = set(fields.getlist("group")) - set(fields.getlist("take_group"))
    rows = set(fields.getlist("row")) - set(fields.getlist("take_row"))
    return {
        "existing": existing,
        "without": sorted(groups)[:100],
        "without_rows": sorted(int(row) for row in rows if row.isdecimal())[:MOST_ROWS],
    }
