"""Templates of plans: which sections a plan of a kind has at an organisation of a kind.

Each is a file `data/templates/<name>.toml`; a mistake is named with its line and stops the start.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from drillreg.core.codes import shipped_list
from drillreg.core.errors import DomainError
from drillreg.documents.ladder import LEVELS
from drillreg.i18n import N_

FOLDER = Path(__file__).parent / "data" / "templates"
# What is kept as entries and not as text: shown at the section that names it.
PARTS = ("levels", "members", "resources", "routes", "annexes")
KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")
TOP = {"kinds": list, "org_kinds": list, "source": str, "zh": str, "en": str, "section": list}
WORDS = ("zh", "en", "guide_zh", "guide_en")
SECTION = {"key": str, "level": int, "required": bool, "part": str, **dict.fromkeys(WORDS, str)}


class TemplateError(DomainError):
    """A template file has a mistake; nothing of it was taken."""

    def __init__(self, name: str, line: int, message: str, **params: Any) -> None:
        super().__init__(
            N_("The template %(name)s was refused. Line %(line)s: %(reason)s"),
            name=name,
            line=line,
            reason=message % params,
        )


class _WrongError(Exception):
    """A mistake at a key; the line is found from it."""

    def __init__(self, at: str, message: str, **params: Any) -> None:
        super().__init__(message)
        self.at, self.message, self.params = at, message, params


@dataclass(frozen=True)
class TemplateSection:
    """A section to write: its heading, what belongs there, and whether the plan needs it."""

    key: str
    level: int
    heading: Mapping[str, str]
    guidance: Mapping[str, str]
    required: bool = False
    part: str = ""


@dataclass(frozen=True)
class Template:
    """The sections that plans of some kinds have at some organisations, and the source."""

    name: str
    kinds: tuple[str, ...]
    org_kinds: tuple[str, ...]
    source: str
    label: Mapping[str, str]
    sections: tuple[TemplateSection, ...]

    def section(self, key: str) -> TemplateSection | None:
        """Return the section with a key, or None for one that somebody added."""
        return next((each for each in self.sections if each.key == key), None)


def _checked(raw: Mapping[str, Any], known: Mapping[str, type], needed: tuple[str, ...]) -> None:
    for key, value in raw.items():
        if key not in known:
            raise _WrongError(key, N_("“%(value)s” means nothing here."), value=key)
        if type(value) is not known[key] or value in ("", []):
            raise _WrongError(key, N_("“%(value)s” is empty or of the wrong kind."), value=key)
    for key in needed:
        if key not in raw:
            raise _WrongError("", N_("“%(value)s” is missing."), value=key)


def _section(raw: Mapping[str, Any], earlier: list[TemplateSection]) -> TemplateSection:
    _checked(raw, SECTION, ("key", "zh", "en", "guide_zh", "guide_en"))
    key, level, part = raw["key"], raw.get("level", 1), raw.get("part", "")
    if not KEY.fullmatch(key) or any(each.key == key for each in earlier):
        raise _WrongError("key", N_("“%(value)s” is no key, or stands here twice."), value=key)
    deepest = earlier[-1].level + 1 if earlier else 1
    if not 1 <= level <= min(LEVELS, deepest):
        raise _WrongError("level", N_("Level %(value)s does not follow here."), value=level)
    if part and part not in PARTS:
        raise _WrongError("part", N_("There is no part “%(value)s”."), value=part)
    return TemplateSection(
        key,
        level,
        {"zh": raw["zh"], "en": raw["en"]},
        {"zh": raw["guide_zh"], "en": raw["guide_en"]},
        raw.get("required", False),
        part,
    )


def _of_list(raw: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
    for code in raw[key]:
        if shipped_list(name).get(code) is None:
            raise _WrongError(key, N_("“%(value)s” is in no list."), value=code)
    return tuple(raw[key])


def _line(content: str, at: str, section: int | None) -> int:
    """Return the line of a key, in the section with this number or above all sections."""
    lines = content.splitlines()
    starts = [n for n, text in enumerate(lines, 1) if text.strip() == "[[section]]"]
    first = starts[section] if section is not None else 1
    ends = [start for start in starts if start > first]
    written = re.compile(rf"\s*{re.escape(at)}\s*=") if at else re.compile(r"(?!)")
    within = range(first, (ends[0] if ends else len(lines) + 1))
    return next((n for n in within if written.match(lines[n - 1])), first)


def read_template(name: str, content: str) -> Template:
    """Return the template of a file, or raise TemplateError naming the file and the line."""
    try:
        raw = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else max(1, len(content.splitlines()))
        raise TemplateError(
            name, line, N_("This is not valid TOML: %(error)s"), error=error
        ) from error
    sections: list[TemplateSection] = []
    at: int | None = None  # which section is read, for the line of a mistake
    try:
        _checked(raw, TOP, tuple(TOP))
        kinds, orgs = _of_list(raw, "kinds", "plan_kind"), _of_list(raw, "org_kinds", "org_kind")
        for each in raw["section"]:
            at = len(sections)
            sections.append(_section(each, sections))
    except _WrongError as wrong:
        line = _line(content, wrong.at, at)
        raise TemplateError(name, line, wrong.message, **wrong.params) from wrong
    label = {"zh": raw["zh"], "en": raw["en"]}
    return Template(Path(name).stem, kinds, orgs, raw["source"], label, tuple(sections))


@cache
def templates() -> tuple[Template, ...]:
    """Return every shipped template; the first mistake stops the start."""
    paths = sorted(FOLDER.glob("*.toml"))
    return tuple(read_template(path.name, path.read_text(encoding="utf-8")) for path in paths)


def template_for(kind: str, org_kind: str) -> Template | None:
    """Return the template of a plan of a kind at an organisation of a kind, or None."""
    return next((t for t in templates() if kind in t.kinds and org_kind in t.org_kinds), None)
