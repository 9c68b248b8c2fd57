"""Reading rule files and texts: every mistake is named with its line, and then nothing is taken.

A file of rules is TOML with `[[rule]]` tables; a file of a text has the articles that rules cite.
The same checks hold for what a county enters in the page (`rule_from`).
"""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from drillreg.core.codes import shipped_list
from drillreg.core.errors import DomainError
from drillreg.duties.rules import (
    Anchor,
    Asks,
    Basis,
    Binding,
    Condition,
    Criteria,
    Days,
    Force,
    Owed,
    Reading,
    Rule,
    Severity,
    Shape,
    Unit,
    WindowPart,
)
from drillreg.evidence.rules import Grade
from drillreg.i18n import N_

DATA = Path(__file__).parent / "data"
TESTS = ("is", "any", "at_least", "above", "at_most", "below")
ID = re.compile(r"[A-Z][A-Za-z0-9.-]{0,39}")
ARTICLE = re.compile(r"[0-9]+(\.[0-9]+)*")


@dataclass(frozen=True)
class Text:
    """A law, regulation, standard or guide, with the articles that rules cite."""

    id: str
    title: str
    title_en: str
    number: str
    issuer: str
    issued_on: date
    effective_on: date
    force: Force
    is_held: bool
    url: str = ""
    note: Mapping[str, str] = field(default_factory=dict)
    articles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mistake:
    """What is wrong in a rule file, and on which line."""

    line: int
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


class RuleFileError(DomainError):
    """A rule file has mistakes; nothing of it was taken."""

    def __init__(self, name: str, mistakes: Sequence[Mistake]) -> None:
        first = mistakes[0]
        super().__init__(
            N_("The rule file %(name)s was refused. Line %(line)s: %(reason)s"),
            name=name,
            line=first.line,
            reason=first.message % first.params,
        )
        self.mistakes = tuple(mistakes)


class _RuleError(Exception):
    """A mistake at a key of a rule; the line is found from the key."""

    def __init__(self, at: str, message: str, **params: Any) -> None:
        super().__init__(message)
        self.at, self.message, self.params = at, message, params


# ---- texts


@cache
def shipped_texts() -> Mapping[str, Text]:
    """Return the texts that rules cite, by id."""
    found = {}
    for path in sorted((DATA / "texts").glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        data["force"] = Force(data["force"])
        data["is_held"] = data.pop("held")
        found[path.stem] = Text(id=path.stem, **data)
    return found


# ---- rules


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """Return every version of every shipped rule; a mistake in one stops the start."""
    found: list[Rule] = []
    for path in sorted((DATA / "rules").glob("*.toml")):
        found += read_rules(path.name, path.read_text(encoding="utf-8"), shipped_texts())
    overlaps(found)
    return tuple(found)


def read_rules(name: str, content: str, texts: Mapping[str, Text]) -> list[Rule]:
    """Return the rules of a file, or raise RuleFileError naming every mistake with its line."""
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        line = int(found.group(1)) if (found := re.search(r"line (\d+)", str(error))) else 1
        mistake = Mistake(line, N_("This is not valid TOML: %(error)s"), {"error": str(error)})
        raise RuleFileError(name, [mistake]) from error
    starts = _table_lines(content)
    rules: list[Rule] = []
    mistakes: list[Mistake] = []
    for at, raw in enumerate(data.get("rule", [])):
        try:
            rules.append(rule_from(raw, texts))
        except _RuleError as wrong:
            line = _line_of(content, starts, at, wrong.at)
            mistakes.append(Mistake(line, wrong.message, wrong.params))
    if not mistakes and (again := _overlap(rules)) is not None:
        mistakes.append(
            Mistake(
                _line_of(content, starts, again, "from"),
                N_("Two versions of %(id)s hold at the same time."),
                {"id": rules[again].id},
            )
        )
    if not rules and not mistakes:
        mistakes.append(Mistake(1, N_("There is no rule in this file.")))
    if mistakes:
        raise RuleFileError(name, mistakes)
    return rules


def checked_rule(raw: Mapping[str, Any], texts: Mapping[str, Text]) -> Rule:
    """Return one rule as a county entered it, or raise DomainError with the reason."""
    try:
        return rule_from(raw, texts)
    except _RuleError as wrong:
        raise DomainError(wrong.message, **wrong.params) from wrong


def overlaps(rules: Sequence[Rule]) -> None:
    """Raise DomainError when two versions of a rule hold at the same time."""
    again = _overlap(rules)
    if again is not None:
        raise DomainError(N_("Two versions of %(id)s hold at the same time."), id=rules[again].id)


def _overlap(rules: Sequence[Rule]) -> int | None:
    """Return the place of the first version that holds while another of its id does."""
    for at, rule in enumerate(rules):
        for earlier in rules[:at]:
            if (
                earlier.id == rule.id
                and (earlier.ends_on is None or rule.starts_on <= earlier.ends_on)
                and (rule.ends_on is None or earlier.starts_on <= rule.ends_on)
            ):
                return at
    return None


def rule_from(raw: Mapping[str, Any], texts: Mapping[str, Text]) -> Rule:
    """Return one rule from its table; raises `_RuleError` at the first mistake."""
    taken = dict(raw)
    text, articles = _source(taken, texts)
    starts_on, ends_on = _life(taken)
    basis = _choice(taken, "basis", Basis)
    asks = _asks(_take(taken, "asks", dict))
    rule = Rule(
        id=_rule_id(taken),
        owed=_choice(taken, "owed", Owed),
        title=_words(taken, "title"),
        text=text.id,
        articles=articles,
        starts_on=starts_on,
        ends_on=ends_on,
        binds=_binding(_take(taken, "binds", dict)),
        asks=asks,
        basis=basis,
        counts=_criteria("counts", _take(taken, "counts", dict)),
        subjects=_subjects(taken, basis, asks),
        event_types=_event_types(taken, basis),
        jurisdiction=_take(taken, "jurisdiction", str, ""),
        severity=_choice(taken, "severity", Severity, Severity.MEDIUM),
        readings=tuple(_reading(each) for each in _take(taken, "readings", list, [])),
        note=_words(taken, "note", optional=True),
        is_on=_take(taken, "on", bool, text.is_held),
    )
    _nothing_left(taken)
    return rule


def _rule_id(taken: dict[str, Any]) -> str:
    rule_id: str = _take(taken, "id", str)
    if not ID.fullmatch(rule_id):
        raise _RuleError("id", N_("“%(value)s” is no rule number, such as O11."), value=rule_id)
    return rule_id


def _source(taken: dict[str, Any], texts: Mapping[str, Text]) -> tuple[Text, tuple[str, ...]]:
    text_id = _take(taken, "text", str)
    text = texts.get(text_id)
    if text is None:
        raise _RuleError("text", N_("No text is called “%(value)s”."), value=text_id)
    articles = tuple(_take(taken, "articles", list, []))
    if not articles:
        raise _RuleError("articles", N_("Name the article the rule stands in."))
    for article in articles:
        if text.is_held and article not in text.articles:
            raise _RuleError(
                "articles",
                N_("Article %(article)s of “%(text)s” is not among our texts."),
                article=article,
                text=text.title,
            )
    return text, articles


def _life(taken: dict[str, Any]) -> tuple[date, date | None]:
    starts_on = _take(taken, "from", date)
    ends_on = _take(taken, "to", date, None)
    if ends_on is not None and ends_on < starts_on:
        raise _RuleError("to", N_("A rule cannot end before it begins."))
    return starts_on, ends_on


def _subjects(taken: dict[str, Any], basis: Basis, asks: Asks) -> Criteria | None:
    raw = _take(taken, "subjects", dict, None)
    if raw is not None:
        return _criteria("subjects", raw)
    if basis not in {Basis.ORG, Basis.EVENT_TYPE} or asks.shape is Shape.AFTER:
        raise _RuleError("basis", N_("Say in “subjects” what is counted by."))
    return None


def _event_types(taken: dict[str, Any], basis: Basis) -> tuple[str, ...]:
    found = tuple(_take(taken, "event_types", list, []))
    for code in found:
        if shipped_list("event_type").get(code) is None:
            raise _RuleError(
                "event_types", N_("There is no kind of event “%(value)s”."), value=code
            )
    if basis is Basis.EVENT_TYPE and not found:
        raise _RuleError("basis", N_("Name the kinds of event in “event_types”."))
    return found


def _nothing_left(taken: Mapping[str, Any]) -> None:
    for key in taken:
        raise _RuleError(key, N_("“%(value)s” means nothing here."), value=key)


def _asks(raw: Mapping[str, Any]) -> Asks:
    taken = dict(raw)
    shape = _choice(taken, "shape", Shape)
    asks = Asks(
        shape=shape,
        unit=_choice(taken, "unit", Unit, Unit.YEAR),
        every=_number(taken, "every", 1, least=1),
        count=_number(taken, "count", 1, least=1),
        anchor=_choice(taken, "anchor", Anchor, Anchor.CALENDAR),
        window=_take(taken, "window", str, ""),
        window_part=_choice(taken, "window_part", WindowPart, WindowPart.DURING),
        span_days=_number(taken, "span_days", 30, least=1),
        least_window_days=_number(taken, "least_window_days", 5, least=1),
        least_share=float(_take(taken, "least_share", float, 0.5)),
        max_age_years=_number(taken, "max_age_years", None, least=1),
        within=_number(taken, "within", 0, least=0),
        days=_choice(taken, "days", Days, Days.CALENDAR),
        grace=_number(taken, "grace", 0, least=0),
    )
    if asks.window and shipped_list("period_kind").get(asks.window) is None:
        raise _RuleError("window", N_("There is no kind of season “%(value)s”."), value=asks.window)
    if shape is Shape.AFTER and asks.within == 0:
        raise _RuleError("within", N_("Say within how many days."))
    _nothing_left(taken)
    return asks


def _binding(raw: Mapping[str, Any]) -> Binding:
    taken = dict(raw)
    kinds = tuple(_take(taken, "kinds", list))
    for kind in kinds:
        if shipped_list("org_kind").get(kind) is None:
            raise _RuleError(
                "kinds", N_("There is no kind of organisation “%(value)s”."), value=kind
            )
    where, any_of = _conditions(taken, known=_org_attributes())
    return Binding(frozenset(kinds), where, any_of)


@cache
def _org_attributes() -> frozenset[str]:
    return frozenset(shipped_list("org_attribute").codes()) | {"field", "is_outside"}


def _criteria(key: str, raw: Mapping[str, Any]) -> Criteria:
    taken = dict(raw)
    kinds = tuple(_take(taken, "kinds", list))
    for kind in kinds:
        if shipped_list("evidence_kind").get(kind) is None:
            raise _RuleError(key, N_("There is no kind of evidence “%(value)s”."), value=kind)
    grade = _choice(taken, "least_grade", Grade, Grade.SELF_REPORTED)
    where, any_of = _conditions(taken)
    return Criteria(frozenset(kinds), where, any_of, grade)


def _conditions(
    taken: dict[str, Any], known: Collection[str] | None = None
) -> tuple[tuple[Condition, ...], tuple[tuple[Condition, ...], ...]]:
    where = tuple(_condition(each, known) for each in _take(taken, "where", list, []))
    groups = tuple(
        tuple(_condition(each, known) for each in group)
        for group in _take(taken, "any_of", list, [])
    )
    _nothing_left(taken)
    return where, groups


def _condition(raw: Mapping[str, Any], known: Collection[str] | None) -> Condition:
    taken = dict(raw)
    attribute = _take(taken, "attribute", str)
    if known is not None and attribute not in known:
        raise _RuleError(
            "attribute", N_("Organisations have no attribute “%(value)s”."), value=attribute
        )
    tests = [key for key in TESTS if key in taken]
    if not tests:
        raise _RuleError("attribute", N_("Say what “%(value)s” must be."), value=attribute)
    found = Condition(
        attribute=attribute,
        equals=taken.pop("is", None),
        any_of=tuple(taken.pop("any", ())),
        at_least=taken.pop("at_least", None),
        above=taken.pop("above", None),
        at_most=taken.pop("at_most", None),
        below=taken.pop("below", None),
        share_of=taken.pop("share_of", ""),
    )
    _nothing_left(taken)
    return found


def _reading(raw: Mapping[str, Any]) -> Reading:
    taken = dict(raw)
    return Reading(
        field=_take(taken, "field", str),
        choices=tuple(_take(taken, "choices", list)),
        why=_words(taken, "why"),
    )


# ---- small takers


_MISSING = object()


def _take(taken: dict[str, Any], key: str, kind: type, default: Any = _MISSING) -> Any:
    if key not in taken:
        if default is _MISSING:
            raise _RuleError("", N_("“%(key)s” is missing."), key=key)
        return default
    value = taken.pop(key)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind):
        raise _RuleError(key, N_("“%(key)s” cannot be %(value)s."), key=key, value=str(value))
    return value


def _number(taken: dict[str, Any], key: str, default: int | None, *, least: int) -> Any:
    value = _take(taken, key, int, default)
    if value is not None and value < least:
        raise _RuleError(
            key,
            N_("“%(key)s” is %(value)s; the least is %(least)s."),
            key=key,
            value=value,
            least=least,
        )
    return value


def _choice(taken: dict[str, Any], key: str, kind: Any, default: Any = _MISSING) -> Any:
    value = _take(taken, key, str, default)
    try:
        return kind(value)
    except ValueError as error:
        raise _RuleError(
            key,
            N_("“%(value)s” is not one of the choices of “%(key)s”: %(choices)s."),
            key=key,
            value=value,
            choices=", ".join(each.value for each in kind),
        ) from error


def _words(taken: dict[str, Any], key: str, *, optional: bool = False) -> Mapping[str, str]:
    words = _take(taken, key, dict, {} if optional else _MISSING)
    if not optional and not (words.get("zh") and words.get("en")):
        raise _RuleError(key, N_("“%(key)s” needs words in both languages."), key=key)
    return dict(words)


# ---- lines


def _table_lines(content: str) -> list[int]:
    return [
        at
        for at, line in enumerate(content.splitlines(), start=1)
        if line.strip().startswith("[[rule]]")
    ]


def _line_of(content: str, starts: Sequence[int], at: int, key: str) -> int:
    """Return the line of a key within the table at a place; the table's own where it is missing."""
    first = starts[at] if at < len(starts) else 1
    last = starts[at + 1] if at + 1 < len(starts) else len(content.splitlines()) + 1
    if key:
        lines = content.splitlines()
        pattern = re.compile(rf"(^|[\s{{,.]){re.escape(key)}\s*[=.\]]")
        for number in range(first, last):
            if pattern.search(lines[number - 1]):
                return number
    return first
