"""Reading what a county enters about rules and waivers; each mistake names its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader
from drillreg.duties.deciding import Draft, body_of
from drillreg.duties.describing import GRADE_WORDS
from drillreg.duties.reading import checked_rule, shipped_texts
from drillreg.duties.rules import Rule
from drillreg.duties.terms import MONTHS, DisputeAnswer, Ground, Shape, Unit, WindowPart
from drillreg.duties.wording import PERIOD_WORDS, field_words
from drillreg.evidence.rules import RANK, Grade
from drillreg.i18n import N_, translate

MOST_DAYS = 366
LOCAL_TEXT = "local-rule"
MOST_SAID = 2000


@dataclass(frozen=True)
class Tight:
    """A number of a rule that a county can set, and the laxest value that is allowed."""

    name: str
    label: str
    value: int
    least: int
    most: int


def tight_numbers(rule: Rule, shipped: Rule | None) -> list[Tight]:
    """Return the numbers of a rule a county can make stricter; those of a reading stand there.

    `shipped`: the rule as shipped; None of a local rule, which the county words as it likes.
    """
    asks, base = rule.asks, shipped.asks if shipped else None
    open_fields = {each.field for each in rule.readings}
    found = []

    def add(name: str, value: int, least: int, most: int) -> None:
        if f"asks.{name}" not in open_fields:
            found.append(Tight(name, field_words(f"asks.{name}"), value, least, most))

    if asks.shape is not Shape.STANDING:
        add("count", asks.count, base.count if base else 1, 366)
    if asks.shape is Shape.PERIOD and not asks.window:
        add("every", asks.every, 1, 60)
    if asks.within:
        add("within", asks.within, 1, base.within if base else MOST_DAYS)
    if asks.grace or base is None:
        add("grace", asks.grace, 0, base.grace if base else MOST_DAYS)
    return found


def has_unit(rule: Rule) -> bool:
    """Say whether the length of a period can be chosen beside its readings."""
    asks = rule.asks
    return (
        asks.shape is Shape.PERIOD
        and not (asks.window and asks.window_part is not WindowPart.DURING)
        and "asks.unit" not in {each.field for each in rule.readings}
    )


def unit_options() -> list[tuple[str, str]]:
    """Return the lengths of a period with their words."""
    return [(unit.value, translate(words)) for unit, words in PERIOD_WORDS.items()]


def grade_options() -> list[tuple[str, str]]:
    """Return the grades with their words."""
    return [(grade.value, translate(words)) for grade, words in GRADE_WORDS.items()]


def set_in(body: dict[str, Any], name: str, value: Any) -> None:
    """Set a value of a rule by its dotted name, without touching the shipped tables."""
    head, _, rest = name.partition(".")
    if rest:
        body[head] = dict(body.get(head, {}))
        set_in(body[head], rest, value)
    else:
        body[head] = value


def values_of(rule: Rule, today: date) -> dict[str, Any]:
    """Return what the form of a rule shows at first."""
    found: dict[str, Any] = {
        "from_on": today.isoformat(),
        "on": "1" if rule.is_on else "0",
        "unit": rule.asks.unit.value,
        "least_grade": rule.counts.least_grade.value,
    }
    for each in tight_numbers(rule, rule):
        found[each.name] = each.value
    for at, reading in enumerate(rule.readings):
        now = _value_at(rule, reading.field)
        found[f"reading-{at}"] = next(
            (n for n, choice in enumerate(reading.choices) if choice == now), 0
        )
    return found


def _value_at(rule: Rule, name: str) -> Any:
    found: Any = rule.raw
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if found is None and name == "asks.count":
        return rule.asks.count
    return found


def read_decision(
    fields: Mapping[str, str], rule: Rule, shipped: Rule | None, today: date
) -> Draft:
    """Return what a county decides about a rule, or raise FormErrors."""
    reader = FormReader(fields)
    body = body_of(rule)
    body["on"] = reader.choice("on", translate(N_("In force here")), ("1", "0")) == "1"
    for at, reading in enumerate(rule.readings):
        indexes = [str(n) for n in range(len(reading.choices))]
        chosen = reader.choice(f"reading-{at}", field_words(reading.field), indexes)
        if chosen:
            set_in(body, reading.field, reading.choices[int(chosen)])
    _read_numbers(reader, body, rule, shipped)
    _read_grade(reader, body, shipped)
    from_on, reason = _read_when_and_why(reader, today)
    reader.finish()
    _ensure_rule(reader, body, from_on)
    return Draft(rule.id, from_on, body, reason)


def _read_numbers(
    reader: FormReader, body: dict[str, Any], rule: Rule, shipped: Rule | None
) -> None:
    for each in tight_numbers(rule, shipped):
        if each.least == each.most:
            continue
        value = reader.integer(
            each.name, each.label, required=True, minimum=each.least, maximum=each.most
        )
        if value is not None:
            set_in(body, f"asks.{each.name}", value)
    if not has_unit(rule):
        return
    unit = reader.choice("unit", field_words("asks.unit"), [each.value for each in Unit])
    if not unit:
        return
    every = int(body["asks"].get("every", 1))
    if shipped is not None and MONTHS[Unit(unit)] * every > shipped.asks.months:
        reader.fail("unit", N_("A period may become shorter than the text asks, not longer."))
        return
    set_in(body, "asks.unit", unit)


def _read_grade(reader: FormReader, body: dict[str, Any], shipped: Rule | None) -> None:
    label = translate(N_("Least grade of evidence"))
    grade = reader.choice("least_grade", label, [each.value for each in Grade])
    if not grade:
        return
    if shipped is not None and RANK[Grade(grade)] < RANK[shipped.counts.least_grade]:
        reader.fail("least_grade", N_("The grade may become higher than shipped, not lower."))
        return
    set_in(body, "counts.least_grade", grade)


def _read_when_and_why(reader: FormReader, today: date) -> tuple[date, str]:
    from_on = reader.date("from_on", translate(N_("In force from")), required=True)
    reason = reader.text(
        "reason", translate(N_("Document or reason")), required=True, max_length=500
    )
    if from_on is not None and from_on < today:
        past = reader.text("past_reason", translate(N_("Why from an earlier day")), max_length=300)
        if not past:
            reader.fail("past_reason", N_("Say why it is in force from a day that is over."))
        reason = f"{reason}（{past}）"
    return from_on or today, reason


def _ensure_rule(reader: FormReader, body: Mapping[str, Any], from_on: date) -> None:
    try:
        checked_rule({**body, "from": from_on}, shipped_texts())
    except DomainError as wrong:
        reader.fail("", wrong.message, **wrong.params)
        reader.finish()


def read_new_rule(
    fields: Mapping[str, str], known: Mapping[str, Rule], taken: Sequence[str], today: date
) -> Draft:
    """Return a local rule made after an existing one, or raise FormErrors."""
    reader = FormReader(fields)
    copied = known.get(reader.choice("copy_of", translate(N_("Made after")), sorted(known)) or "")
    suffix = reader.text("suffix", translate(N_("Number")), required=True, max_length=30)
    rule_id = f"L-{suffix}"
    if suffix and not all(each.isascii() and (each.isalnum() or each in ".-") for each in suffix):
        reader.fail("suffix", N_("A number has letters, digits, dots and hyphens only."))
    if rule_id in taken:
        reader.fail("suffix", N_("There is a rule %(id)s already."), id=rule_id)
    zh = reader.text("title_zh", translate(N_("Title in Chinese")), required=True)
    en = reader.text("title_en", translate(N_("Title in English")), required=True)
    text = reader.choice("text", translate(N_("Source")), list(shipped_texts()))
    citation = reader.text(
        "citation", translate(N_("How it is cited")), required=text == LOCAL_TEXT
    )
    kinds = _kinds(reader)
    if copied is None:
        reader.finish()
        raise AssertionError("a choice that is missing is an error of the form")
    # What the text leaves open is settled by the one who words the rule.
    copied = replace(copied, readings=())
    body = _copied(copied, text, kinds)
    body.update(id=rule_id, title={"zh": zh, "en": en}, on=True)
    if citation:
        body["note"] = {"zh": citation, "en": citation}
    _read_numbers(reader, body, copied, None)
    _read_grade(reader, body, None)
    from_on, reason = _read_when_and_why(reader, today)
    reader.finish()
    _ensure_rule(reader, body, from_on)
    return Draft(rule_id, from_on, body, reason)


def _copied(rule: Rule, text: str, kinds: Sequence[str]) -> dict[str, Any]:
    body = body_of(rule)
    body.pop("jurisdiction", None)
    body.pop("readings", None)
    if text != rule.text:
        body["text"] = text
        body["articles"] = list(shipped_texts()[text].articles)[:1] if text else []
    if kinds:
        set_in(body, "binds.kinds", list(kinds))
    return body


def _kinds(reader: FormReader) -> list[str]:
    getlist = getattr(reader.fields, "getlist", None)
    typed = set(getlist("kinds") if getlist else [])
    known = code_list("org_kind").codes()
    if typed - set(known):
        reader.fail("kinds", N_("Choose kinds of organisation from the list."))
    return [code for code in known if code in typed]


def read_reason(fields: Mapping[str, str]) -> str:
    """Return why something is taken back, or raise FormErrors."""
    reader = FormReader(fields)
    reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=500)
    reader.finish()
    return reason


def read_waiver(fields: Mapping[str, str], today: date) -> tuple[date, str, bool]:
    """Return until when, why, and whether for all of the rule; raise FormErrors."""
    reader = FormReader(fields)
    until = reader.date("until_on", translate(N_("Waived until day")), required=True)
    if until is not None and until < today:
        reader.fail("until_on", N_("A waiver cannot end before today."))
    if until is not None and until > today + timedelta(days=MOST_DAYS):
        reader.fail("until_on", N_("A waiver is given for a year at most."))
    reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=500)
    whole = reader.choice("what", translate(N_("What is waived")), ("result", "rule")) == "rule"
    reader.finish()
    return until or today, reason, whole


def read_dispute(fields: Mapping[str, str]) -> tuple[Ground, str]:
    """Return what speaks against a result and why, or raise FormErrors."""
    reader = FormReader(fields)
    ground = reader.choice("ground", translate(N_("What speaks against it")), list(Ground))
    says = reader.text("says", translate(N_("Explanation")), required=True, max_length=MOST_SAID)
    reader.finish()
    return Ground(ground), says


def read_answer(fields: Mapping[str, str]) -> tuple[DisputeAnswer, str]:
    """Return what is answered to an objection and why, or raise FormErrors."""
    reader = FormReader(fields)
    answer = reader.choice("answer", translate(N_("Answer")), list(DisputeAnswer))
    reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=MOST_SAID)
    reader.finish()
    return DisputeAnswer(answer), reason
