"""A period of a rule: who did not do what it asks, the article, who did; a page to hand over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.core.reading import FormReader
from drillreg.duties.book import RuleBook, book_of
from drillreg.duties.closed import (
    Ended,
    bound_rules,
    calendar_rules,
    counts_in,
    ended_in,
    ended_last_month,
    firsts_of,
    last_ended,
    overseers_of,
    standing_in,
    towns_of,
    worst_first,
)
from drillreg.duties.describing import listed
from drillreg.duties.evaluation.periods import grid
from drillreg.duties.leading import why_url
from drillreg.duties.naming import NOT_DONE_WORDS, period_name
from drillreg.duties.planned import next_dates
from drillreg.duties.reading import Text, shipped_texts
from drillreg.duties.routes.blueprint import book_for, bp, org_of_address
from drillreg.duties.rules import Rule
from drillreg.duties.states import State
from drillreg.duties.wording import (
    FORCE_WORDS,
    OWED_WORDS,
    article_words,
    late_words,
    source_of,
    title_of,
)
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import orgs_of_kinds, top_orgs
from drillreg.orgs.scope import OrgScope, current_scope
from drillreg.sheets.export import Column, send_table
from drillreg.workdays.seasons import Span

NODES = ("county", "town")
SHOWN = 200
GRADE_WORDS = {
    "self-reported": N_("Self-reported"),
    "evidenced": N_("With evidence"),
    "verified": N_("Verified"),
}


@dataclass(frozen=True)
class Chosen:
    """The rule and the period that are looked at."""

    rule: Rule
    span: Span
    node: Org | None
    rows: Sequence[Ended]
    is_open: bool

    def of(self, *states: State) -> list[Ended]:
        """Return those that ended so."""
        return [row for row in self.rows if row.state in states]

    @property
    def missed(self) -> list[Ended]:
        """Those that did not do it, or not yet."""
        return self.of(State.BREACHED, State.AT_RISK)


@dataclass(frozen=True)
class Offered:
    """What can be chosen: rules and periods."""

    rules: Mapping[str, Rule]
    firsts: Sequence[date]


def _book(scope: OrgScope, node: Org | None) -> RuleBook | None:
    if node is not None:
        return book_for(node)
    tops = top_orgs(scope)
    return book_of(int(tops[0].path.split("/", 1)[0])) if tops else None


def _asked_day() -> date | None:
    reader = FormReader(request.args)
    day = reader.date("on", "")
    if reader.errors:
        raise NotFound(N_("There is no such period."))
    return day


def _rule(scope: OrgScope, rules: Mapping[str, Rule], node: Org | None, today: date) -> Rule | None:
    """Return the rule of the address, else the one missed most last month, else at all."""
    wanted = request.args.get("rule", "")
    if wanted:
        if wanted not in rules:
            raise NotFound(N_("There is no such rule here."))
        return rules[wanted]
    every = {rule_id: last_ended(rule, today) for rule_id, rule in rules.items()}
    for spans in (ended_last_month(rules, today), every):
        worst = worst_first(counts_in(scope, spans, node), rules)
        if worst:
            return worst[0][0]
    return next(iter(rules.values()), None)


def read_chosen(scope: OrgScope) -> tuple[Offered, Chosen | None]:
    """Return what can be chosen, and what the address asks for."""
    today = clock.today()
    node = org_of_address(scope, "node")
    book = _book(scope, node)
    if book is None:
        return Offered({}, []), None
    rules = calendar_rules(book, today)
    bound = bound_rules(scope, rules, node)
    rules = {rule_id: rule for rule_id, rule in rules.items() if rule_id in bound}
    rule = _rule(scope, rules, node, today)
    if rule is None:
        return Offered(rules, []), None
    firsts = firsts_of(scope, rule, today)
    day = _asked_day()
    if day is None:
        ended = [each for each in firsts if grid(each, rule.asks.months).last < today]
        day = next(iter(ended or firsts), last_ended(rule, today).first)
    span = grid(day, rule.asks.months)
    rows = ended_in(scope, rule, span, node)
    known = {row.org.id for row in rows}
    standing = standing_in(scope, rule, span, today, node)
    running = [row for row in standing if row.org.id not in known]
    # What is written of a period is how the rule read then.
    version = book.on(rule.id, span.first) or rule
    chosen = Chosen(version, span, node, [*rows, *running], is_open=bool(running))
    return Offered(rules, firsts), chosen


@dataclass(frozen=True)
class Beside:
    """What stands beside the names: where, under whom, and what is planned."""

    towns: Mapping[int, Org]
    overseers: Mapping[int, Sequence[Org]]
    planned: Mapping[int, date]

    @classmethod
    def of(cls, rows: Sequence[Ended], rule: Rule, scope: OrgScope, today: date) -> "Beside":
        """Read it for some rows, each in one query."""
        orgs = [row.org for row in rows]
        planned = next_dates(rule.owed, {org.id for org in orgs}, scope, today)
        return cls(towns_of(orgs), overseers_of(orgs, today), planned)

    def town(self, row: Ended) -> str:
        """Return the town an organisation lies in."""
        town = self.towns.get(row.org.id)
        return name_of(town) if town is not None and town.id != row.org.id else ""

    def over(self, row: Ended) -> str:
        """Return the departments that supervise an organisation."""
        return listed(name_of(org) for org in self.overseers.get(row.org.id, ()))


def _reminder(chosen: Chosen) -> str:
    names = listed(dict.fromkeys(name_of(row.org) for row in chosen.missed[:SHOWN]))
    return translate(
        N_("%(period)s, %(title)s: %(not_done)s by %(names)s. Please see to it (%(source)s)."),
        period=period_name(chosen.span.first, chosen.rule.asks.months),
        title=title_of(chosen.rule),
        not_done=translate(NOT_DONE_WORDS[chosen.rule.owed]),
        names=names,
        source=source_of(chosen.rule),
    )


@bp.get("/periods")
@requires(Permission.VIEW)
def closed() -> str:
    """Show who did not do in a period what a rule asks, with the rule, and who did."""
    scope, today = current_scope().present, clock.today()
    offered, chosen = read_chosen(scope)
    return render_template(
        "duties/closed.html",
        offered=[(rule_id, title_of(rule)) for rule_id, rule in offered.rules.items()],
        nodes=[(org.id, name_of(org)) for org in orgs_of_kinds(scope, NODES)],
        periods=[
            (first.isoformat(), period_name(first, chosen.rule.asks.months))
            for first in offered.firsts
        ]
        if chosen
        else [],
        chosen=chosen,
        **(_about(chosen, scope, today) if chosen else {}),
        today=today,
        now=clock.now(),
    )


def _about(chosen: Chosen, scope: OrgScope, today: date) -> dict[str, object]:
    rule = chosen.rule
    text = shipped_texts()[rule.text]
    missed, met = chosen.missed, chosen.of(State.MET)
    shown = [*missed[:SHOWN], *met[:SHOWN]]
    return {
        "title": title_of(rule),
        "period": period_name(chosen.span.first, rule.asks.months),
        "text": text,
        "articles": _articles(text, rule),
        "source": source_of(rule),
        "force": translate(FORCE_WORDS[text.force]),
        "owed": translate(OWED_WORDS[rule.owed]),
        "late_word": late_words(rule),
        "not_done": translate(NOT_DONE_WORDS[rule.owed]),
        "missed": missed,
        "met": met,
        "waived": chosen.of(State.WAIVED),
        "most": SHOWN,
        "beside": Beside.of(shown, rule, scope, today),
        "why_url": lambda row: why_url(row.row, row.since),
        "reminder": _reminder(chosen),
        "not_yet": State.AT_RISK,
        "office": current_actor().name,
    }


def _articles(text: Text, rule: Rule) -> list[tuple[str, str]]:
    return [(article_words(each), text.articles.get(each, "")) for each in rule.articles]


@bp.get("/periods.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def closed_export(fmt: str) -> Response:
    """Hand out everybody who owed it in the period, with how it ended."""
    scope = current_scope().present
    _, chosen = read_chosen(scope)
    if chosen is None:
        raise NotFound(N_("There is no such rule here."))
    rule = chosen.rule
    rows = [*chosen.missed, *chosen.of(State.MET), *chosen.of(State.WAIVED)]
    beside = Beside.of(rows, rule, scope, clock.today())
    words = {
        State.MET: translate(N_("Done")),
        State.BREACHED: late_words(rule),
        State.AT_RISK: translate(N_("Not yet done")),
        State.WAIVED: translate(N_("Waived")),
    }
    columns = [
        Column[Ended](N_("Organisation"), lambda row: name_of(row.org)),
        Column[Ended](N_("Town"), beside.town),
        Column[Ended](N_("Supervised by"), beside.over),
        Column[Ended](N_("Period"), lambda _: period_name(chosen.span.first, rule.asks.months)),
        Column[Ended](N_("Result"), lambda row: words[row.state]),
        Column[Ended](N_("Done of asked"), lambda row: row.row.have),
        Column[Ended](N_("What is asked"), lambda row: row.row.need),
        Column[Ended](N_("Grade"), _grade),
        Column[Ended](N_("Days late"), lambda row: row.late_days or None),
        Column[Ended](N_("Next planned"), lambda row: beside.planned.get(row.org.id)),
        Column[Ended](N_("Basis"), lambda _: source_of(rule)),
    ]
    name = f"{period_name(chosen.span.first, rule.asks.months)} {pick(dict(rule.title))}"
    return send_table(name, columns, rows, fmt)


def _grade(row: Ended) -> str:
    grade = row.row.grade
    return translate(GRADE_WORDS[str(grade)]) if grade and row.state is State.MET else ""
