"""The words a page has for duties: states, what is owed, sources, why a result reads so."""

from datetime import date
from typing import Any

from drillreg.core.codes import code_label
from drillreg.duties.describing import BASIS_WORDS, listed
from drillreg.duties.evaluation.results import Result
from drillreg.duties.reading import shipped_texts
from drillreg.duties.rules import Reading, Rule
from drillreg.duties.states import FAR, State
from drillreg.duties.terms import (
    BREACHABLE,
    Basis,
    DisputeAnswer,
    Force,
    Ground,
    Owed,
    Unit,
)
from drillreg.i18n import N_, current_locale, pick, translate

STATE_WORDS = {
    State.MET: N_("Done"),
    State.OPEN: N_("Not due yet"),
    State.DUE_SOON: N_("Due soon"),
    State.AT_RISK: N_("Due within a week"),
    State.BREACHED: N_("Late"),
    State.WAIVED: N_("Waived"),
    State.NOT_APPLICABLE: N_("Does not apply"),
}
# The colours of `tokens.css`, always with their word.
STATE_COLOURS = {
    State.MET: "green",
    State.OPEN: "line",
    State.DUE_SOON: "sky",
    State.AT_RISK: "orange",
    State.BREACHED: "red",
    State.WAIVED: "line",
    State.NOT_APPLICABLE: "line",
}
OWED_WORDS = {
    Owed.PLAN: N_("Plan"),
    Owed.FILE: N_("Filing"),
    Owed.PUBLISH: N_("Publication"),
    Owed.EVALUATE: N_("Evaluation"),
    Owed.REVISE: N_("Revision"),
    Owed.DRILL: N_("Drill"),
    Owed.CHECK: N_("Check"),
    Owed.REPORT: N_("Report"),
    Owed.TRAIN: N_("Training"),
}
FORCE_WORDS = {
    Force.LAW: N_("Law"),
    Force.ADMINISTRATIVE: N_("Administrative regulation"),
    Force.DEPARTMENT: N_("Department rule"),
    Force.NORMATIVE: N_("Normative document"),
    Force.STANDARD: N_("Standard"),
    Force.GUIDE: N_("Guide"),
    Force.LOCAL: N_("Local rule"),
}


def article_words(article: str) -> str:
    """Return an article as it is cited, 第三十二条 or Article 32; a section as it stands."""
    if not article.isdigit():
        return article
    if current_locale().startswith("zh"):
        return f"第{_chinese(int(article))}条"
    return f"Article {article}"


def _chinese(number: int) -> str:
    """Return a number up to 999 in Chinese figures, as articles are numbered."""
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    found = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        found += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        found += "零"
    return found + (digits[ones] if ones else "")


def source_of(rule: Rule) -> str:
    """Return the source of a rule in one line, such as 国办发〔2024〕5号第三十二条."""
    text = shipped_texts()[rule.text]
    name = text.number or (text.title if current_locale().startswith("zh") else text.title_en)
    return (
        name
        + " " * (not current_locale().startswith("zh"))
        + listed(article_words(each) for each in rule.articles)
    )


def late_words(rule: Rule) -> str:
    """Return what is said of who is late: "违反" only of laws, regulations and department rules."""
    force = shipped_texts()[rule.text].force
    return translate(N_("Breach")) if force in BREACHABLE else translate(N_("Not as required"))


def title_of(rule: Rule, event_type: str = "") -> str:
    """Return the title of what is owed, with the kind of event where there is one."""
    title = pick(dict(rule.title))
    return f"{title} · {code_label(event_type, 'event_type')}" if event_type else title


def why(result: Result, today: date) -> str:
    """Return in one sentence why a result reads so."""
    state = result.state(today)
    words = {"have": result.have, "need": result.need, "due": result.due_on}
    if state is State.WAIVED:
        return translate(N_("Waived until %(day)s."), day=result.waived_until)
    if state is State.MET and result.late_days:
        return translate(N_("Done, %(days)s days late."), days=result.late_days)
    if state is State.MET:
        if result.good_until == FAR or result.good_until is None:
            return translate(N_("Done: %(have)s of %(need)s."), **words)
        return translate(
            N_("Done: %(have)s of %(need)s; enough until %(day)s."),
            day=result.good_until,
            **words,
        )
    if state is State.BREACHED and result.due_on is not None:
        return translate(
            N_("%(have)s of %(need)s; was due on %(due)s, %(days)s days ago."),
            days=(today - result.due_on).days,
            **words,
        )
    return translate(N_("%(have)s of %(need)s; due on %(due)s."), **words)


FIELD_WORDS = {
    "asks.count": N_("How many times"),
    "asks.unit": N_("Length of a period"),
    "asks.every": N_("Number of such periods together"),
    "asks.within": N_("Within how many days"),
    "asks.grace": N_("Days of grace"),
    "basis": N_("What is counted by"),
    "event_types": N_("Kinds of event"),
}
PERIOD_WORDS = {
    Unit.MONTH: N_("Month"),
    Unit.QUARTER: N_("Quarter"),
    Unit.HALF_YEAR: N_("Half-year"),
    Unit.YEAR: N_("Year"),
}


def field_words(name: str) -> str:
    """Return what a part of a rule is called."""
    words = FIELD_WORDS.get(name)
    return translate(words) if words else name


def reading_words(reading: Reading) -> str:
    """Return what a reading is a choice of."""
    return field_words(reading.field)


def reading_choice_words(reading: Reading, choice: Any) -> str:
    """Return one choice of a reading in words."""
    if isinstance(choice, list | tuple):
        return listed(code_label(str(each), "event_type") for each in choice)
    if reading.field == "asks.unit":
        return translate(PERIOD_WORDS[Unit(choice)])
    if reading.field == "basis":
        return translate(BASIS_WORDS[Basis(choice)])
    return str(choice)


GROUND_WORDS = {
    Ground.NOT_BOUND: N_("The rule does not bind us"),
    Ground.RECORD: N_("The record is wrong or incomplete"),
}
ANSWER_WORDS = {
    DisputeAnswer.CORRECTED: N_("Put right"),
    DisputeAnswer.KEPT: N_("It stays as it is"),
}
