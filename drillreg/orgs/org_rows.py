"""Reading rows of organisations: schools, enterprises, hospitals and others, by column synonyms."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drillreg.core.codes import CodeList
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.orgs.attributes import attribute_of_text
from drillreg.orgs.rows import (
    CellError,
    Problem,
    TableRow,
    checked_name,
    checked_text,
    position_or_none,
)

WORDS: dict[str, tuple[str, ...]] = {
    "name": (
        *("单位名称", "名称", "学校名称", "企业名称", "医院名称", "机构名称", "组织名称"),
        *("场所名称", "全称", "name"),
    ),
    "kind": ("类别", "单位类别", "类型", "单位类型", "种类", "性质", "kind", "type"),
    "parent": (
        *("上级", "上级单位", "所属乡镇", "乡镇", "所属镇", "镇", "镇村", "所在乡镇", "属地"),
        *("所属镇村", "所在镇", "所在镇村", "所属街道", "所属乡镇街道"),
        *("所属村", "村", "村社区", "上级代码", "区划代码", "parent"),
    ),
    "code": (
        *(
            "统一社会信用代码",
            "信用代码",
            "学校标识码",
            "单位代码",
            "机构代码",
            "代码",
            "编码",
            "code",
        ),
    ),
    "phone": ("值班电话", "联系电话", "电话", "办公电话", "联系方式", "phone"),
    "lon": ("经度", "lon", "lng", "longitude", "x"),
    "lat": ("纬度", "lat", "latitude", "y"),
}


@dataclass(frozen=True)
class OrgRow:
    """One organisation of the file; the parent still as text, the position as the file gives it."""

    row: TableRow
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
    problems: list[Problem] = field(default_factory=list)


def synonyms(attributes: CodeList) -> dict[str, Sequence[str]]:
    """Return the words of every field, those of the attributes from their code list."""
    return {**WORDS, **{item.code: tuple(item.attributes["words"]) for item in attributes}}


def kind_of_text(text: str, kinds: CodeList) -> str | None:
    """Return the kind that a cell names, or None."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    for item in kinds:
        words = (item.code, item.label["zh"], item.label["en"], *item.attributes["words"])
        if plain in {unicodedata.normalize("NFKC", word).casefold() for word in words}:
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


def read_orgs(
    rows: Iterable[TableRow],
    columns: Mapping[str, int],
    *,
    kinds: CodeList,
    attributes: CodeList,
    usual_kind: str = "",
) -> OrgReading:
    """Return the organisations of a table; `usual_kind` is taken where a row names none."""
    reading = OrgReading()
    seen: dict[tuple[str, str, str], int] = {}
    for row in rows:
        try:
            found = _org(row, columns, kinds, attributes, usual_kind)
        except DomainError as error:
            reading.problems.append(Problem(row, error.message, error.params))
            continue
        key = (found.name, found.kind, found.parent)
        if key in seen:
            params = {"name": found.name, "other": seen[key]}
            message = N_("%(name)s already stands in row %(other)d.")
            reading.problems.append(Problem(row, message, params))
        else:
            seen[key] = row.number
            reading.rows.append(found)
    return reading


def _org(
    row: TableRow,
    columns: Mapping[str, int],
    kinds: CodeList,
    attributes: CodeList,
    usual_kind: str,
) -> OrgRow:
    name = checked_name(row.cell(columns.get("name")))
    return OrgRow(
        row=row,
        name=name,
        kind=_kind(row.cell(columns.get("kind")), name, kinds, usual_kind),
        parent=checked_text(row.cell(columns.get("parent"))),
        code=checked_text(row.cell(columns.get("code")), longest=40) or None,
        phone=checked_text(row.cell(columns.get("phone")), longest=40) or None,
        position=position_or_none(row.cell(columns.get("lon")), row.cell(columns.get("lat"))),
        attributes={
            item.code: value
            for item in attributes
            if (value := attribute_of_text(row.cell(columns.get(item.code)), item)) is not None
        },
    )


def _kind(text: str, name: str, kinds: CodeList, usual_kind: str) -> str:
    if text:
        found = kind_of_text(text, kinds) or kind_of_name(text, kinds)
        if found is None and not usual_kind:
            raise CellError(N_("%(kind)s is not a kind of organisation."), kind=text)
        if found is not None:
            return found
    kind = usual_kind or kind_of_name(name, kinds)
    if kind is None:
        raise CellError(N_("The kind of this organisation cannot be told. Add a column for it."))
    return kind
