"""Reading rows of organisations: schools, enterprises, hospitals and others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drillreg.core.codes import CodeList, code_list
from drillreg.i18n import N_
from drillreg.sheets.cells import CellError, ColumnReading, position_or_none, wide
from drillreg.work.importers import Field, Note, Source, field_of, fields_of

UNKNOWN_KIND = N_("%(kind)s is not a kind of organisation.")
NO_KIND = N_("The kind of this organisation cannot be told. Add a column for it.")
TEXTS = ("name", "code", "phone")


@dataclass(frozen=True)
class OrgRow:
    """One organisation of the file; the parent still as text, the position as the file gives it."""

    at: int
    name: str
    kind: str
    parent: str
    code: str | None
    phone: str | None
    position: tuple[float, float] | None
    attributes: dict[str, Any]


@dataclass
class OrgReading:
    """What a table of organisations holds: rows, and bad rows with their reasons."""

    rows: list[OrgRow] = field(default_factory=list)
    problems: list[Note] = field(default_factory=list)


def attribute_fields() -> tuple[Field, ...]:
    """Return the fields of the attributes that organisations can have."""
    return fields_of("org_attribute")


def org_fields() -> tuple[Field, ...]:
    """Return what a list of organisations can say, the attributes last."""
    return (*(field_of(item) for item in code_list("org_column")), *attribute_fields())


def kind_of_text(text: str, kinds: CodeList) -> str | None:
    """Return the kind that a cell names, or None."""
    plain = wide(text).casefold()
    for item in kinds:
        words = (item.code, item.label["zh"], item.label["en"], *item.attributes["words"])
        if plain in {wide(word).casefold() for word in words}:
            return item.code
    return None


def kind_of_name(name: str, kinds: CodeList) -> str | None:
    """Return the kind that a name ends with, such as 小学 or 卫生院; the longest word wins."""
    found: list[tuple[int, str]] = [
        (len(word), item.code)
        for item in kinds
        for word in item.attributes["words"]
        if name.endswith(word)
    ]
    return max(found)[1] if found else None


def read_orgs(source: Source, *, kinds: CodeList, usual_kind: str = "") -> OrgReading:
    """Return the organisations of a table; `usual_kind` is taken where a row names none."""
    columns = {
        each.code: source.read(each)
        for each in org_fields()
        if each.type not in {"degrees"} and each.code not in {"kind", "parent"}
    }
    attributes = [each.code for each in attribute_fields()]
    kind_cells, parents = source.cells("kind"), source.cells("parent")
    lons, lats = source.cells("lon"), source.cells("lat")
    reading = OrgReading()
    seen: dict[tuple[str, str, str], int] = {}
    for at in range(len(source.grid.rows)):
        bad = _first_error(at, columns, source)
        if bad is not None:
            reading.problems.append(bad)
            continue
        values = {code: column.values[at] for code, column in columns.items()}
        try:
            kind = _kind(kind_cells[at].strip(), values["name"], kinds, usual_kind)
        except CellError as error:
            reading.problems.append(Note(at, error.message, error.params))
            continue
        row = OrgRow(
            at=at,
            name=values["name"],
            kind=kind,
            parent=parents[at].strip(),
            code=values["code"],
            phone=values["phone"],
            position=position_or_none(lons[at], lats[at]),
            attributes={code: values[code] for code in attributes if values[code] is not None},
        )
        _keep(row, reading, seen, source.grid.numbers)
    return reading


def _first_error(at: int, columns: Mapping[str, ColumnReading], source: Source) -> Note | None:
    """Return why a row cannot be read, or None."""
    for code, column in columns.items():
        error = column.errors.get(at)
        if error is not None:
            return Note(at, error.message, error.params, source.heading(code))
    if not columns["name"].values[at]:
        return Note(at, N_("The name is missing."))
    return None


def _keep(
    row: OrgRow,
    reading: OrgReading,
    seen: dict[tuple[str, str, str], int],
    numbers: Sequence[int],
) -> None:
    key = (row.name, row.kind, row.parent)
    if key in seen:
        params = {"name": row.name, "other": seen[key]}
        message = N_("%(name)s already stands in row %(other)d.")
        reading.problems.append(Note(row.at, message, params))
    else:
        seen[key] = numbers[row.at]
        reading.rows.append(row)


def _kind(text: str, name: str, kinds: CodeList, usual_kind: str) -> str:
    if text:
        found = kind_of_text(text, kinds) or kind_of_name(text, kinds)
        if found is None and not usual_kind:
            raise CellError(UNKNOWN_KIND, kind=text)
        if found is not None:
            return found
    kind = usual_kind or kind_of_name(name, kinds)
    if kind is None:
        raise CellError(NO_KIND)
    return kind
