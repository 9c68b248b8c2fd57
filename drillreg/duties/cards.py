"""A kept result as a page shows it: its words, its button, and in which stretch of time it is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for

from drillreg.duties.book import RuleBook, book_of
from drillreg.duties.doing import Act, act_for
from drillreg.duties.evaluation.results import Result
from drillreg.duties.models import DutyState
from drillreg.duties.rules import Rule
from drillreg.duties.states import State
from drillreg.duties.terms import KEYS, Basis
from drillreg.duties.wording import source_of, title_of, why
from drillreg.evidence.rules import Grade
from drillreg.i18n import N_
from drillreg.orgs.calendars import calendar_owner
from drillreg.orgs.models import Org
from drillreg.orgs.records import described
from drillreg.workdays.months import month_after
from drillreg.workdays.seasons import Span

LATE, WEEK, MONTH = N_("Late"), N_("Due this week"), N_("Due this month")
TERM, HALF_YEAR = N_("Due this term"), N_("Due this half-year")
LATER = N_("Due later")
# What a result is about, as the kind of record that can be named.
NAMED = {Basis.PLAN: "plan", Basis.PLAN_TYPE: "plan", Basis.SITE: "site", Basis.DRILL: "drill"}


def result_of(row: DutyState, rule: Rule) -> Result:
    """Return a kept result as an evaluation gave it."""
    period = None
    if row.period_first is not None and row.period_last is not None:
        period = Span(row.period_first, row.period_last)
    return Result(
        rule,
        row.key,
        row.event_type,
        row.good_until,
        row.due_on,
        row.have,
        row.need,
        proofs=tuple(row.proofs),
        grade=Grade(row.grade) if row.grade else None,
        period=period,
        since=row.since,
        late_days=row.late_days,
        waived_until=row.waived_until,
    )


@dataclass(frozen=True)
class Card:
    """One duty ready to be shown; `about` names the plan, site or drill it is about."""

    row: DutyState
    rule: Rule
    state: State
    title: str
    about: str
    source: str
    why: str
    url: str

    def days_late(self, today: date) -> int:
        """Return for how many days it is late."""
        return (today - self.row.due_on).days


@dataclass(frozen=True)
class Bundle:
    """Duties of one rule in one stretch of time: the first, and how many more there are."""

    first: Card
    more: int
    act: Act | None


@dataclass(frozen=True)
class Stretch:
    """What is due in a stretch of time; `label` is a marked word."""

    label: str
    bundles: Sequence[Bundle]
    count: int


def books_of(rows: Iterable[DutyState], orgs: Mapping[int, Org]) -> dict[int, RuleBook]:
    """Return the rules under which some results were made, by county."""
    roots = {calendar_owner(orgs[row.org_id]) for row in rows}
    return {root: book_of(root) for root in sorted(roots)}


def cards_of(rows: Sequence[DutyState], orgs: Mapping[int, Org], today: date) -> list[Card]:
    """Return results as they are shown, in their order, in a fixed number of queries."""
    books = books_of(rows, orgs)
    found = []
    for row in rows:
        rule = books[calendar_owner(orgs[row.org_id])].on(row.rule, row.rule_from)
        if rule is not None:
            found.append((row, rule))
    names = _names(found)
    return [_card(row, rule, names, today) for row, rule in found]


def _names(found: Sequence[tuple[DutyState, Rule]]) -> dict[tuple[str, int], str]:
    keys = {(NAMED[rule.basis], row.key) for row, rule in found if row.key and rule.basis in NAMED}
    return {key: each.title for key, each in described(keys).items()} if keys else {}


def _card(row: DutyState, rule: Rule, names: Mapping[tuple[str, int], str], today: date) -> Card:
    result = result_of(row, rule)
    about = names.get((NAMED.get(rule.basis, ""), row.key), "")
    # What names the record says the kind of event already.
    by_event = row.event_type if rule.basis in {Basis.EVENT_TYPE, Basis.PLAN_TYPE} else ""
    return Card(
        row,
        rule,
        result.state(today),
        title_of(rule, by_event),
        about or (f"{row.key}" if row.key and rule.basis in KEYS else ""),
        source_of(rule),
        why(result, today),
        explained_at(row),
    )


def explained_at(row: DutyState) -> str:
    """Return the page that explains a result."""
    return url_for(
        "duties.show",
        org_id=row.org_id,
        rule=row.rule,
        key=row.key or None,
        event_type=row.event_type or None,
    )


def stretches(cards: Iterable[Card], org: Org, today: date, term: Span | None) -> list[Stretch]:
    """Return what an organisation still owes by when it is due: late first; `term` the present."""
    ends = [(WEEK, today + timedelta(days=6 - today.weekday())), (MONTH, _month_end(today))]
    ends.append((TERM, term.last) if term else (HALF_YEAR, _half_year_end(today)))
    found: dict[str, list[Card]] = {}
    for card in cards:
        if card.state is State.BREACHED:
            found.setdefault(LATE, []).append(card)
        elif card.state not in {State.MET, State.WAIVED}:
            label = next((label for label, last in ends if card.row.due_on <= last), LATER)
            found.setdefault(label, []).append(card)
    return [
        Stretch(label, _bundled(found[label], org), len(found[label]))
        for label in (LATE, WEEK, MONTH, TERM, HALF_YEAR, LATER)
        if label in found
    ]


def _bundled(cards: Collection[Card], org: Org) -> list[Bundle]:
    groups: dict[tuple[str, str], list[Card]] = {}
    for card in cards:
        # Kinds of event stand by themselves: each asks for a plan of its own.
        by = card.row.event_type if card.rule.basis is Basis.EVENT_TYPE else ""
        groups.setdefault((card.row.rule, by), []).append(card)
    return [
        Bundle(
            group[0],
            len(group) - 1,
            act_for(org, group[0].rule, key=group[0].row.key, event_type=group[0].row.event_type),
        )
        for group in groups.values()
    ]


def _month_end(today: date) -> date:
    return month_after(today.replace(day=1)) - timedelta(days=1)


def _half_year_end(today: date) -> date:
    return date(today.year, 6, 30) if today.month <= 6 else date(today.year, 12, 31)
