"""Code lists: the words of the field, kept as data files beside the feature they belong to.

An office may add to them and word them its own way where a list allows it: `app.py` registers who
lays that over the shipped lists, so that everybody who asks here sees it.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, has_app_context

import drillreg
from drillreg.i18n import pick


@dataclass(frozen=True)
class CodeItem:
    """One entry: our own stable code, its words, the national code where there is one.

    A hidden entry is offered no more, but what was stored with it stays readable.
    """

    code: str
    label: dict[str, str]
    gb_code: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    hidden: bool = False
    local: bool = False


@dataclass(frozen=True)
class CodeList:
    """The entries of one list in the order they are shown.

    `extend`: an office may add entries, hide and reorder them; `rename`: it may word them its way.
    """

    name: str
    source: str
    items: tuple[CodeItem, ...]
    title: Mapping[str, str] = field(default_factory=dict)
    extend: bool = False
    rename: bool = False

    def __iter__(self) -> Iterator[CodeItem]:
        return iter(self.items)

    def codes(self) -> tuple[str, ...]:
        """Return the codes in order, hidden ones too: old records are saved again with theirs."""
        return tuple(item.code for item in self.items)

    def get(self, code: str) -> CodeItem | None:
        """Return the entry with this code, or None."""
        return next((item for item in self.items if item.code == code), None)

    def offered(self, keep: str | None = None) -> tuple[CodeItem, ...]:
        """Return the entries to choose from; `keep` is the code that a record already has."""
        return tuple(item for item in self.items if not item.hidden or item.code == keep)

    def options(self, keep: str | None = None) -> list[tuple[str, str]]:
        """Return (code, word) pairs in the language of the request, for a form."""
        return [(item.code, pick(item.label)) for item in self.offered(keep)]


Overlay = Callable[[CodeList], CodeList]


def register_overlay(app: Flask, overlay: Overlay) -> None:
    """Say what is laid over every shipped list; called by `app.py` alone."""
    app.extensions["drillreg.code_overlay"] = overlay


def read_code_list(path: Path) -> CodeList:
    """Return the code list of a data file."""
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
    return CodeList(
        name=path.stem,
        source=data["source"],
        items=items,
        title={"zh": data.get("title_zh", path.stem), "en": data.get("title_en", path.stem)},
        extend=data.get("extend", False),
        rename=data.get("rename", False),
    )


@cache
def shipped_list(name: str) -> CodeList:
    """Return the code list of that name as shipped in `drillreg/<feature>/data/<name>.toml`."""
    (path,) = Path(drillreg.__file__).parent.glob(f"*/data/{name}.toml")
    return read_code_list(path)


@cache
def shipped_names() -> tuple[str, ...]:
    """Return the names of all code lists: the data files that have entries, by package."""
    paths = sorted(Path(drillreg.__file__).parent.glob("*/data/*.toml"))
    found = {path: tomllib.loads(path.read_text(encoding="utf-8")) for path in paths}
    return tuple(path.stem for path, data in found.items() if "item" in data)


def code_list(name: str) -> CodeList:
    """Return the code list of that name, with what the office of the reader made of it."""
    shipped = shipped_list(name)
    if not (shipped.extend or shipped.rename) or not has_app_context():
        return shipped
    overlay: Overlay | None = current_app.extensions.get("drillreg.code_overlay")
    return overlay(shipped) if overlay else shipped


def code_label(code: str | None, name: str) -> str:
    """Return the word for a code in the language of the request; an unknown code stays itself."""
    if not code:
        return ""
    item = code_list(name).get(code)
    return pick(item.label) if item else code
