"""The forms by which plans are evaluated, as data with their source."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "forms"


@dataclass(frozen=True)
class Item:
    """Something that is rated; `method` says how it is looked into, where the standard does."""

    code: str
    label: dict[str, str]
    method: str = ""


@dataclass(frozen=True)
class Group:
    """Items under one heading."""

    label: dict[str, str]
    items: tuple[Item, ...]


@dataclass(frozen=True)
class EvaluationForm:
    """A form: its words, its source, for which kinds of plan."""

    id: str
    label: dict[str, str]
    source: str
    kinds: tuple[str, ...]
    groups: tuple[Group, ...]
    odd_team: bool = False

    def __iter__(self) -> Iterator[Item]:
        for group in self.groups:
            yield from group.items


def _words(data: dict[str, str]) -> dict[str, str]:
    return {"zh": data["zh"], "en": data["en"]}


@cache
def evaluation_forms() -> dict[str, EvaluationForm]:
    """Return the shipped forms by id."""
    found = {}
    for path in sorted(FOLDER.glob("*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        groups = tuple(
            Group(
                _words(group),
                tuple(
                    Item(each["code"], _words(each), each.get("method", ""))
                    for each in group["item"]
                ),
            )
            for group in data["group"]
        )
        found[path.stem] = EvaluationForm(
            path.stem,
            _words(data),
            data["source"],
            tuple(data["kinds"]),
            groups,
            data.get("odd_team", False),
        )
    return found


def form_for(kind: str) -> EvaluationForm:
    """Return the form for a kind of plan; a kind that no form names is asked as a government's."""
    forms = evaluation_forms()
    return next((form for form in forms.values() if kind in form.kinds), forms["government"])
