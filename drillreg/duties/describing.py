"""Rules in words: whom they bind, how often, what counts, and which test decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drillreg.core.codes import code_label, code_list
from drillreg.duties.conditions import Binding, Condition, Criteria
from drillreg.duties.rules import Asks
from drillreg.duties.terms import Anchor, Basis, Days, Shape, Unit, WindowPart
from drillreg.evidence.rules import Grade
from drillreg.i18n import N_, current_locale, pick, translate
from drillreg.orgs.attributes import shown, unit_of

UNIT_WORDS = {
    Unit.MONTH: (N_("in each calendar month"), N_("in every %(n)s months")),
    Unit.QUARTER: (N_("in each quarter"), N_("in every %(n)s quarters")),
    Unit.HALF_YEAR: (N_("in each half-year"), N_("in every %(n)s half-years")),
    Unit.YEAR: (N_("in each calendar year"), N_("in every %(n)s calendar years")),
}
SINCE_WORDS = {
    Unit.MONTH: N_("Within %(n)s months of the last time"),
    Unit.QUARTER: N_("Within %(n)s quarters of the last time"),
    Unit.HALF_YEAR: N_("Within %(n)s half-years of the last time"),
    Unit.YEAR: N_("Within %(n)s years of the last time"),
}
GRADE_WORDS = {
    Grade.SELF_REPORTED: N_("Self-reported"),
    Grade.EVIDENCED: N_("With evidence"),
    Grade.VERIFIED: N_("Verified"),
}
BASIS_WORDS = {
    Basis.ORG: N_("for the organisation"),
    Basis.PLAN: N_("for each plan"),
    Basis.PLAN_TYPE: N_("for each kind of event that has a plan"),
    Basis.SITE: N_("for each hazard site"),
    Basis.DRILL: N_("for each drill"),
    Basis.DANGER: N_("for each danger"),
    Basis.FILING: N_("for each filing"),
    Basis.EVENT_TYPE: N_("for each kind of event"),
}
NUMBERS = (
    ("above", N_("more than %(n)s")),
    ("at_least", N_("at least %(n)s")),
    ("at_most", N_("at most %(n)s")),
    ("below", N_("less than %(n)s")),
)


def listed(words: Iterable[str]) -> str:
    """Join words as a list in the language of the request."""
    return ("、" if current_locale() != "en" else ", ").join(words)


def clauses(words: Iterable[str]) -> str:
    """Join parts of a sentence in the language of the request."""
    return ("，" if current_locale() != "en" else ", ").join(each for each in words if each)


# ---- what attributes are called


def org_attribute_label(name: str) -> str:
    """Return what an attribute of an organisation is called."""
    fixed = {
        "kind": N_("Kind of organisation"),
        "field": N_("Field of work"),
        "is_outside": N_("Outside body"),
    }
    if name in fixed:
        return translate(fixed[name])
    return code_label(name, "org_attribute")


def org_value_words(name: str, value: Any) -> str:
    """Return a value of an attribute of an organisation in words; nothing where it is unknown."""
    if value is None or value == "" or value == []:
        return ""
    lists = {"kind": "org_kind", "field": "field"}
    if name in lists:
        return code_label(str(value), lists[name])
    item = code_list("org_attribute").get(name)
    if item is None:
        return translate(N_("Yes")) if value is True else str(value)
    if item.attributes["type"] == "choices" and not isinstance(value, list | tuple):
        value = [value]
    return shown(item, value)


def proof_attribute_label(name: str) -> str:
    """Return what something that evidence says is called."""
    item = code_list("evidence_field").get(name)
    return pick(item.label) if item else code_label(name, "proof_attribute")


def proof_value_words(name: str, value: Any) -> str:
    """Return what evidence says in words; nothing where it says nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return translate(N_("Yes")) if value else translate(N_("No"))
    if isinstance(value, list | tuple):
        return listed(proof_value_words(name, each) for each in value)
    return _choice_words(name, str(value)) or (
        f"{value:g}" if isinstance(value, float) else str(value)
    )


def _choice_words(name: str, value: str) -> str:
    item = code_list("evidence_field").get(name)
    for code, zh, en in item.attributes.get("choices", ()) if item else ():
        if code == value:
            return pick({"zh": zh, "en": en})
    lists = [item.attributes["list"]] if item and "list" in item.attributes else []
    own = code_list("proof_attribute").get(name)
    lists += own.attributes["choices"] if own else []
    found = (code_list(each).get(value) for each in lists)
    return next((pick(each.label) for each in found if each is not None), "")


# ---- conditions


def condition_words(condition: Condition, *, of_org: bool) -> str:
    """Return one test in words, such as 寄宿制 or 最高建筑高度超过24 米."""
    label = org_attribute_label if of_org else proof_attribute_label
    value = org_value_words if of_org else proof_value_words
    what = label(condition.attribute)
    if condition.equals is True:
        return translate(N_("%(what)s: yes"), what=what)
    if condition.equals is False:
        return translate(N_("%(what)s: no or not known"), what=what)
    found = []
    if condition.equals is not None:
        words = value(condition.attribute, condition.equals)
        found.append(translate(N_("%(what)s is %(value)s"), what=what, value=words))
    if condition.any_of:
        words = _or(value(condition.attribute, each) for each in condition.any_of)
        found.append(translate(N_("%(what)s is %(value)s"), what=what, value=words))
    if condition.none_of:
        words = _or(value(condition.attribute, each) for each in condition.none_of)
        found.append(translate(N_("%(what)s is not %(value)s"), what=what, value=words))
    found += _numbers(condition, what, of_org=of_org)
    return clauses(found)


def _or(words: Iterable[str]) -> str:
    found = list(words)
    if len(found) < 2:
        return "".join(found)
    return translate(N_("%(some)s or %(last)s"), some=listed(found[:-1]), last=found[-1])


def _numbers(condition: Condition, what: str, *, of_org: bool) -> list[str]:
    item = code_list("org_attribute").get(condition.attribute) if of_org else None
    unit = unit_of(item) if item is not None else ""
    found = []
    for name, words in NUMBERS:
        number = getattr(condition, name)
        if number is None:
            continue
        if condition.share_of:
            whole = org_attribute_label(condition.share_of)
            share = translate(N_("%(n)s %% of “%(whole)s”"), n=f"{number * 100:g}", whole=whole)
            found.append(_joined(what, translate(words, n=share)))
        else:
            amount = (
                f"{number:g} {unit}".strip() if current_locale() == "en" else f"{number:g}{unit}"
            )
            found.append(_joined(what, translate(words, n=amount)))
    return found


def _joined(what: str, words: str) -> str:
    return f"{what} {words}" if current_locale() == "en" else f"{what}{words}"


def tests_words(
    where: Sequence[Condition], any_of: Sequence[Sequence[Condition]], *, of_org: bool
) -> str:
    """Return several tests in words: all of the first, and all of at least one group."""
    joined = [condition_words(each, of_org=of_org) for each in where]
    groups = [_and(condition_words(each, of_org=of_org) for each in group) for group in any_of]
    if len(groups) == 1:
        joined += groups
    elif groups:
        mark = "；" if current_locale() != "en" else "; "
        joined.append(translate(N_("one of these: %(groups)s"), groups=mark.join(groups)))
    return _and(joined)


def _and(words: Iterable[str]) -> str:
    return ("，且" if current_locale() != "en" else " and ").join(each for each in words if each)


# ---- whole parts of a rule


def whom(binding: Binding) -> str:
    """Return whom a rule binds, in words."""
    known = [code for code in code_list("org_kind").codes() if code in binding.kinds]
    kinds = listed(code_label(code, "org_kind") for code in known)
    tests = tests_words(binding.where, binding.any_of, of_org=True)
    if not tests:
        return kinds
    return translate(N_("%(kinds)s: %(tests)s"), kinds=kinds, tests=tests)


def how_often(asks: Asks) -> str:
    """Return what is asked in time, in words."""
    if asks.shape is Shape.AFTER:
        main = _after(asks)
    elif asks.shape is Shape.STANDING:
        main = _standing(asks)
    else:
        main = _period(asks)
    if asks.grace:
        main = clauses([main, translate(N_("%(n)s days of grace"), n=asks.grace)])
    return main


def _after(asks: Asks) -> str:
    if asks.days is Days.WORKING:
        found = translate(N_("Within %(n)s working days of the event"), n=asks.within)
    else:
        found = translate(N_("Within %(n)s days of the event"), n=asks.within)
    return clauses([found, translate(N_("%(n)s times"), n=asks.count) if asks.count > 1 else ""])


def _standing(asks: Asks) -> str:
    age, within = "", ""
    if asks.max_age_years:
        age = translate(N_("no older than %(n)s years"), n=asks.max_age_years)
    if asks.within:
        within = translate(N_("to be had within %(n)s days"), n=asks.within)
    return clauses([translate(N_("One in force at any time")), age, within])


def _period(asks: Asks) -> str:
    times = translate(N_("at least %(n)s times"), n=asks.count)
    if asks.count == 1:
        times = translate(N_("at least once"))
    if asks.anchor is Anchor.ROLLING:
        return clauses([translate(SINCE_WORDS[asks.unit], n=asks.every), times])
    season = code_label(asks.window, "period_kind")
    if asks.window and asks.window_part is not WindowPart.DURING:
        before = N_("In the %(n)s days before “%(season)s”")
        after = N_("In the %(n)s days after “%(season)s”")
        words = before if asks.window_part is WindowPart.BEFORE else after
        return clauses([translate(words, n=asks.span_days, season=season), times])
    one, many = UNIT_WORDS[asks.unit]
    found = translate(one) if asks.every == 1 else translate(many, n=asks.every)
    within = translate(N_("only during “%(season)s”"), season=season) if asks.window else ""
    # "At least once in each quarter", but 每季度至少1次.
    head = f"{found}{times}" if current_locale() != "en" else f"{times.capitalize()} {found}"
    return clauses([head, within])


def what_counts(criteria: Criteria) -> str:
    """Return what evidence counts, in words."""
    known = [code for code in code_list("evidence_kind").codes() if code in criteria.kinds]
    kinds = _or(code_label(code, "evidence_kind") for code in known)
    tests = tests_words(criteria.where, criteria.any_of, of_org=False)
    grade = translate(
        N_("evidence at least “%(grade)s”"), grade=translate(GRADE_WORDS[criteria.least_grade])
    )
    return clauses([kinds, tests, grade])


# ---- why this one


@dataclass(frozen=True)
class Tested:
    """One test of an organisation: what is asked, what it has, whether that passes."""

    attribute: str
    words: str
    label: str
    value: str
    passes: bool

    @property
    def is_unknown(self) -> bool:
        """Whether nobody has said yet."""
        return not self.value


def deciding_tests(binding: Binding, kind: str, attributes: Mapping[str, Any]) -> list[Tested]:
    """Return the tests that decide whether a rule binds.

    All that must pass, and of groups the first that does; where none does, what fails in each.
    """
    facts = {**attributes, "kind": kind}
    found = [
        Tested(
            "kind",
            translate(N_("%(what)s is %(value)s"), what=org_attribute_label("kind"),
                      value=_or(code_label(each, "org_kind") for each in _ordered(binding.kinds))),
            org_attribute_label("kind"),
            code_label(kind, "org_kind"),
            kind in binding.kinds,
        )
    ]  # fmt: skip
    if kind not in binding.kinds:
        return found
    found += [_tested(each, facts) for each in binding.where]
    passing = [group for group in binding.any_of if all(each.holds(facts) for each in group)]
    if passing:
        found += [_tested(each, facts) for each in passing[0]]
    else:
        found += [
            _tested(each, facts)
            for group in binding.any_of
            for each in group
            if not each.holds(facts)
        ]
    return list({(each.attribute, each.words): each for each in found}.values())


def _ordered(kinds: Iterable[str]) -> list[str]:
    wanted = set(kinds)
    return [code for code in code_list("org_kind").codes() if code in wanted]


def _tested(condition: Condition, facts: Mapping[str, Any]) -> Tested:
    value = facts.get(condition.attribute)
    words = org_value_words(condition.attribute, value)
    if value is False:
        words = translate(N_("No"))
    return Tested(
        condition.attribute,
        condition_words(condition, of_org=True),
        org_attribute_label(condition.attribute),
        words,
        condition.holds(facts),
    )


def unknown_attributes(binding: Binding, attributes: Mapping[str, Any]) -> list[str]:
    """Return the attributes a rule reads that nobody has said of an organisation."""
    given = {"kind", "field", "is_outside"}
    return sorted(
        name for name in binding.attributes() - given if attributes.get(name) in (None, "", [])
    )
