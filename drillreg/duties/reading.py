"""Reading rule files and texts: every mistake is named with its line, and then nothing is taken.

A file of rules is TOML with `[[rule]]` tables; a file of a text has the articles that rules cite.
The same checks hold for what a county enters in the page (`rule_from`).
"""

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from drillreg.core.codes import shipped_list
from drillreg.core.errors import DomainError
from drillreg.duties.conditions import Binding, Condition, Criteria
from drillreg.duties.rules import Asks, Reading, Rule
from drillreg.duties.terms import (
    Anchor,
    Basis,
    Days,
    Force,
    Owed,
    Severity,
    Shape,
    Unit,
    WindowPart,
)
from drillreg.evidence.rules import Grade
from drillreg.i18n import N_

DATA = Path(__file__).parent / "data"
TESTS = ("is", "any", "none", "at_least", "above", "at_most", "below")
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
    # None: of local rules that every province has under its own name and date.
    issued_on: date | None
    effective_on: date | None
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
        # The table within the rule that it lies in.
        self.section = ""


# ---- texts


@cache
def shipped_texts() -> Mapping[str, Text]:
    """Return the texts that rules cite, by id."""
    found = {}
    for path in sorted((DATA / "texts").glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        data["force"] = Force(data["force"])
        data["is_held"] = data.pop("held")
        data = {"issued_on": None, "effective_on": None} | data
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


@cache
def shipped_sum() -> str:
    """Return what tells one set of shipped rules from another."""
    found = hashlib.sha256()
    for path in sorted((DATA / "rules").glob("*.toml")):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def read_rules(name: str, content: str, texts: Mapping[str, Text]) -> list[Rule]:
    """Return the rules of a file, or raise RuleFileError naming every mistake with its line."""
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found.group(1)) if found else max(1, len(content.splitlines()))
        mistake = Mistake(line, N_("This is not valid TOML: %(error)s"), {"error": str(error)})
        raise RuleFileError(name, [mistake]) from error
    starts = _table_lines(content)
    rules: list[Rule] = []
    mistakes = _outside(data, content)
    tables = data["rule"] if _is_tables(data.get("rule")) else []
    for at, raw in enumerate(tables):
        try:
            rules.append(rule_from(raw, texts))
        except _RuleError as wrong:
            line = _line_of(content, starts, at, wrong)
            mistakes.append(Mistake(line, wrong.message, wrong.params))
    if not mistakes and (again := _overlap(rules)) is not None:
        mistakes.append(
            Mistake(
                _line_of(content, starts, again, _RuleError("from", "")),
                N_("Two versions of %(id)s hold at the same time."),
                {"id": rules[again].id},
            )
        )
    if not rules and not mistakes:
        mistakes.append(Mistake(1, N_("There is no rule in this file.")))
    if mistakes:
        raise RuleFileError(name, mistakes)
    return rules


def _is_tables(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(each, dict) for each in found)


def _outside(data: Mapping[str, Any], content: str) -> list[Mistake]:
    """Return what stands in a file beside its rules."""
    lines = content.splitlines()
    found = []
    for key, value in data.items():
        if key == "rule" and _is_tables(value):
            continue
        written = re.compile(rf"^\s*\[*\s*{re.escape(key)}\b")
        line = next((at for at, text in enumerate(lines, start=1) if written.search(text)), 1)
        found.append(Mistake(line, N_("“%(value)s” means nothing here."), {"value": key}))
    return found


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
    with _within("binds"):
        binds = _binding(_take(taken, "binds", dict))
    with _within("readings"):
        readings = tuple(_reading(each, raw) for each in _tables(taken, "readings"))
    with _within("asks"):
        asks = _asks(_take(taken, "asks", dict))
    rule = Rule(
        id=_rule_id(taken),
        owed=_choice(taken, "owed", Owed),
        title=_words(taken, "title"),
        text=text.id,
        articles=articles,
        starts_on=starts_on,
        ends_on=ends_on,
        binds=binds,
        asks=asks,
        basis=basis,
        counts=_criteria("counts", _take(taken, "counts", dict)),
        subjects=_subjects(taken, basis, asks),
        event_types=_event_types(taken, basis),
        jurisdiction=_take(taken, "jurisdiction", str, ""),
        severity=_choice(taken, "severity", Severity, Severity.MEDIUM),
        readings=readings,
        note=_words(taken, "note", optional=True),
        is_on=_take(taken, "on", bool, text.is_held),
        raw=dict(raw),
    )
    _nothing_left(taken)
    return rule


@contextmanager
def _within(section: str) -> Iterator[None]:
    """Place a mistake that has no key of its own, such as a missing one, at its section."""
    try:
        yield
    except _RuleError as wrong:
        wrong.section = section
        raise


def _tables(taken: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _take(taken, key, list, [])
    if not _is_tables(found):
        raise _RuleError(key, N_("“%(key)s” must be a list of tables."), key=key)
    return found


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
    # Of a text that is not held the number may not be known.
    if text.is_held and not articles:
        raise _RuleError("articles", N_("Name the article the rule stands in."))
    for article in articles:
        if not isinstance(article, str) or not ARTICLE.fullmatch(article):
            raise _RuleError(
                "articles", N_("“%(value)s” is no article number, such as 32."), value=article
            )
        if text.is_held and article not in text.articles:
            raise _RuleError(
                "articles",
                N_("Article %(article)s of “%(text)s” is not among our texts."),
                article=article,
                text=text.title,
                value=article,
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
        afterwards=_take(taken, "afterwards", bool, False),
    )
    if asks.window and shipped_list("period_kind").get(asks.window) is None:
        raise _RuleError("window", N_("There is no kind of season “%(value)s”."), value=asks.window)
    if asks.afterwards and asks.grace == 0:
        raise _RuleError("grace", N_("Say within how many days."))
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
    return frozenset(shipped_list("org_attribute").codes()) | {"kind", "field", "is_outside"}


def _criteria(key: str, raw: Mapping[str, Any]) -> Criteria:
    taken = dict(raw)
    with _within(key):
        kinds = tuple(_take(taken, "kinds", list))
        for kind in kinds:
            if shipped_list("evidence_kind").get(kind) is None:
                raise _RuleError(
                    "kinds", N_("There is no kind of evidence “%(value)s”."), value=kind
                )
        grade = _choice(taken, "least_grade", Grade, Grade.SELF_REPORTED)
        where, any_of = _conditions(taken)
    return Criteria(frozenset(kinds), where, any_of, grade)


def _conditions(
    taken: dict[str, Any], known: Collection[str] | None = None
) -> tuple[tuple[Condition, ...], tuple[tuple[Condition, ...], ...]]:
    where = tuple(_condition(each, known) for each in _tables(taken, "where"))
    groups = _take(taken, "any_of", list, [])
    if not all(_is_tables(group) and group for group in groups):
        raise _RuleError("any_of", N_("“%(key)s” must be a list of lists of tables."), key="any_of")
    any_of = tuple(tuple(_condition(each, known) for each in group) for group in groups)
    _nothing_left(taken)
    return where, any_of


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
        any_of=_several(taken, "any"),
        none_of=_several(taken, "none"),
        at_least=taken.pop("at_least", None),
        above=taken.pop("above", None),
        at_most=taken.pop("at_most", None),
        below=taken.pop("below", None),
        share_of=taken.pop("share_of", ""),
    )
    _nothing_left(taken)
    return found


def _several(taken: dict[str, Any], key: str) -> tuple[Any, ...]:
    if taken.get(key) == []:
        raise _RuleError(key, N_("“%(key)s” is empty."), key=key)
    return tuple(_take(taken, key, list, []))


def _reading(raw: Mapping[str, Any], rule: Mapping[str, Any]) -> Reading:
    taken = dict(raw)
    name = _take(taken, "field", str)
    if name.partition(".")[0] not in rule:
        raise _RuleError("field", N_("There is no “%(value)s” in this rule."), value=name)
    found = Reading(
        field=name, choices=tuple(_take(taken, "choices", list)), why=_words(taken, "why")
    )
    _nothing_left(taken)
    return found


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
    # A truth value is no number, and a moment no day, though Python thinks so.
    if not isinstance(value, kind) or (
        kind in (int, float, date) and isinstance(value, bool | datetime)
    ):
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
    if (words or not optional) and not (words.get("zh") and words.get("en")):
        raise _RuleError(key, N_("“%(key)s” needs words in both languages."), key=key)
    return dict(words)


# ---- lines


def _table_lines(content: str) -> list[int]:
    return [
        at
        for at, line in enumerate(content.splitlines(), start=1)
        if re.match(r"\s*\[\[\s*rule\s*\]\]", line)
    ]


def _line_of(content: str, starts: Sequence[int], at: int, wrong: _RuleError) -> int:
    """Return the line of a mistake within the rule at a place.

    Within the section it lies in: the line that has both the key and the wrong value, or the value,
    or the key; the beginning of the section, or of the rule, where nothing of it is written.
    """
    lines = content.splitlines()
    first = starts[at] if at < len(starts) else 1
    last = starts[at + 1] if at + 1 < len(starts) else len(lines) + 1
    ranges = [range(first, last)]
    if wrong.section:
        ranges.insert(0, _section(lines, ranges[0], wrong.section))
    for within in ranges:
        for patterns in _patterns(wrong):
            for number in within:
                if all(each.search(lines[number - 1]) for each in patterns):
                    return number
    return ranges[0].start


def _patterns(wrong: _RuleError) -> list[list[re.Pattern[str]]]:
    """Return what a line must have to be the one that is wrong, the surest first."""
    key = re.compile(rf"(^|[\s{{,.\[]){re.escape(wrong.at)}\s*[=.\]]")
    found = [[key]] if wrong.at else []
    if "value" in wrong.params:
        text = re.escape(str(wrong.params["value"]))
        value = re.compile(rf"(?<![\w-]){text}(?![\w-])")
        found = [[key, value], [value], *found]
    return found


def _section(lines: Sequence[str], rule: range, name: str) -> range:
    """Return the lines of a table of a rule, written in one line or under a heading."""
    heading = re.compile(rf"\s*\[\[?\s*rule\.{name}\s*\]")
    inline = re.compile(rf"\s*{name}\s*=")
    for number in rule:
        for begins, ends in ((heading, r"\["), (inline, r"\[|\w+\s*=")):
            if begins.match(lines[number - 1]):
                later = (at for at in range(number + 1, rule.stop) if re.match(ends, lines[at - 1]))
                return range(number, next(later, rule.stop))
    return rule
