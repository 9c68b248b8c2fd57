"""Rules of office settings: which there are, what may be typed, whose value counts."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from drillreg.core.access import Permission
from drillreg.core.errors import DomainError
from drillreg.i18n import N_

Value = int | bool | list[int]
MOST_NUMBERS = 6
SEPARATORS = re.compile(r"[,，、;；\s]+")
TRUE, FALSE = "1", "0"


@dataclass(frozen=True)
class Setting:
    """One thing an office may set: its bounds, its words, and who may change it."""

    key: str
    group: str
    kind: str
    default: Value
    scope: str
    permission: Permission
    label: dict[str, str]
    unit: dict[str, str]
    why: dict[str, str]
    source: str
    minimum: int = 0
    maximum: int = 1

    @property
    def of_installation(self) -> bool:
        """Say whether it holds once for the whole machine."""
        return self.scope == "installation"


@dataclass(frozen=True)
class Group:
    """Settings that stand together on the page."""

    code: str
    label: dict[str, str]


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / "setting.toml").read_text("utf-8"))


@cache
def groups() -> tuple[Group, ...]:
    """Return the groups of settings in the order they are shown."""
    return tuple(Group(each["code"], _words(each, "")) for each in _data()["group"])


@cache
def definitions() -> Mapping[str, Setting]:
    """Return every setting by its key, from `data/setting.toml`."""
    return {entry["key"]: _setting(entry) for entry in _data()["setting"]}


def _setting(entry: Mapping[str, Any]) -> Setting:
    return Setting(
        key=entry["key"],
        group=entry["group"],
        kind=entry["type"],
        default=entry["default"],
        scope=entry["scope"],
        permission=Permission(entry["permission"]),
        label=_words(entry, ""),
        unit=_words(entry, "unit_"),
        why=_words(entry, "why_"),
        source=entry["source"],
        minimum=entry.get("minimum", 0),
        maximum=entry.get("maximum", 1),
    )


def _words(entry: Mapping[str, Any], prefix: str) -> dict[str, str]:
    return {"zh": entry.get(f"{prefix}zh", ""), "en": entry.get(f"{prefix}en", "")}


def read_value(setting: Setting, text: str) -> Value:
    """Return the value of what was typed, or raise DomainError with the bounds."""
    if setting.kind == "boolean":
        if text not in {TRUE, FALSE}:
            raise DomainError(N_("Choose yes or no."))
        return text == TRUE
    parts = [part for part in SEPARATORS.split(text.strip()) if part]
    numbers = [_number(setting, part) for part in parts]
    if setting.kind == "integer":
        if len(numbers) != 1:
            raise _out_of_bounds(setting)
        return numbers[0]
    if not 1 <= len(numbers) <= MOST_NUMBERS:
        raise DomainError(N_("Give 1 to %(most)d numbers."), most=MOST_NUMBERS)
    return sorted(set(numbers), reverse=True)


def _number(setting: Setting, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or not setting.minimum <= int(text) <= setting.maximum:
        raise _out_of_bounds(setting)
    return int(text)


def _out_of_bounds(setting: Setting) -> DomainError:
    return DomainError(
        N_("Give a whole number from %(least)d to %(most)d."),
        least=setting.minimum,
        most=setting.maximum,
    )


def text_of(value: Value) -> str:
    """Return a value as it stands in a form."""
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def chain_of(path: str) -> tuple[int, ...]:
    """Return the ids on a materialised path, the organisation itself first, the root last."""
    return tuple(int(part) for part in reversed(path.strip("/").split("/")) if part)


@dataclass(frozen=True)
class Found:
    """The value that counts somewhere and who set it; None for the default."""

    value: Value
    owner_org_id: int | None
    is_default: bool


def nearest(setting: Setting, values: Mapping[int | None, Value], chain: Sequence[int]) -> Found:
    """Return the value of the first owner on the chain that has one, else the default."""
    owners: tuple[int | None, ...] = (None,) if setting.of_installation else (*chain, None)
    for owner in owners:
        if owner in values:
            return Found(values[owner], owner, is_default=False)
    return Found(setting.default, None, is_default=True)
