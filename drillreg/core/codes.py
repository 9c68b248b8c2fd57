"""Code lists: the words of the field, kept as data files beside the feature they belong to."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import drillreg
from drillreg.i18n import pick


@dataclass(frozen=True)
class CodeItem:
    """One entry: our own stable code, its words, the national code where there is one."""

    code: str
    label: dict[str, str]
    gb_code: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CodeList:
    """The entries of one list in the order they are shown."""

    name: str
    source: str
    items: tuple[CodeItem, ...]

    def __iter__(self) -> Iterator[CodeItem]:
        return iter(self.items)

    def codes(self) -> tuple[str, ...]:
        """Return the codes in order."""
        return tuple(item.code for item in self.items)

    def get(self, code: str) -> CodeItem | None:
        """Return the entry with this code, or None."""
        return next((item for item in self.items if item.code == code), None)

    def options(self) -> list[tuple[str, str]]:
        """Return (code, word) pairs in the language of the request, for a form."""
        return [(item.code, pick(item.label)) for item in self.items]


def _read(path: Path) -> CodeList:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    items = tuple(
        CodeItem(
            code=entry.pop("code"),
            label={"zh": entry.pop("zh"), "en": entry.pop("en")},
            gb_code=entry.pop("gb_code", ""),
            attributes=entry,
        )
        for entry in data["item"]
    )
    return CodeList(path.stem, data["source"], items)


@cache
def code_list(name: str) -> CodeList:
    """Return the code list of that name, from `drillreg/<feature>/data/<name>.toml`."""
    (path,) = Path(drillreg.__file__).parent.glob(f"*/data/{name}.toml")
    return _read(path)


def code_label(code: str | None, name: str) -> str:
    """Return the word for a code in the language of the request; an unknown code stays itself."""
    if not code:
        return ""
    item = code_list(name).get(code)
    return pick(item.label) if item else code
