"""Plain values for the tests of duties: an organisation, what it did, its calendar, a rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from typing import Any

from drillreg.duties.conditions import Binding, Criteria
from drillreg.duties.evaluation.evaluate import Evaluated, evaluate
from drillreg.duties.facts import Facts, Place, Proof, Version, Waiver
from drillreg.duties.reading import shipped_rules
from drillreg.duties.rules import Asks, Rule
from drillreg.duties.states import State
from drillreg.duties.terms import Basis, Owed, Shape
from drillreg.evidence.rules import Grade
from drillreg.workdays.rules import WorkCalendar
from drillreg.workdays.seasons import Season, SeasonCalendar

LONG_AGO = date(2000, 1, 1)
_ids = count(1)

# Terms of a school year, the first across New Year, and the flood season of the south.
SEASONS = SeasonCalendar(
    owners=(1,),
    seasons=(
        Season(1, 1, "term", "autumn", date(2020, 9, 1), date(2021, 1, 20), yearly=True),
        Season(2, 1, "term", "spring", date(2020, 2, 17), date(2020, 7, 4), yearly=True),
        Season(3, 1, "flood-season", "flood", date(2020, 4, 1), date(2020, 9, 30), yearly=True),
    ),
    roles={"term": "term"},
)
PLACE = Place(WorkCalendar(), SEASONS)


def day(text: str) -> date:
    """Return a day written as 2025-03-31."""
    return date.fromisoformat(text)


def shipped(rule_id: str) -> Rule:
    """Return a shipped rule, switched on where a county would have to decide it."""
    return replace(next(each for each in shipped_rules() if each.id == rule_id), is_on=True)


def made_rule(
    *, starts: str = "2020-01-01", ends: str = "", basis: Basis = Basis.ORG, **asks: Any
) -> Rule:
    """Return a rule that binds every school and counts its drills."""
    return Rule(
        id="X1",
        owed=Owed.DRILL,
        title={"zh": "演练", "en": "Drill"},
        text="text",
        articles=("1",),
        starts_on=day(starts),
        ends_on=day(ends) if ends else None,
        binds=Binding(frozenset({"school"})),
        asks=Asks(**({"shape": Shape.PERIOD} | asks)),
        basis=basis,
        counts=Criteria(frozenset({"drill-held"})),
    )


def org(kind: str, opened: str = "", closed: str = "", since: str = "", **attributes: Any) -> Facts:
    """Return an organisation that has always been what it is."""
    return Facts(
        org_id=1,
        versions=[Version(LONG_AGO, None, kind, attributes)],
        opened_on=day(opened) if opened else None,
        closed_on=day(closed) if closed else None,
        since=day(since) if since else None,
    )


def proof(
    kind: str,
    on: str,
    /,
    *,
    entered: str = "",
    until: str = "",
    grade: Grade = Grade.SELF_REPORTED,
    about: tuple[str, int] = ("record", 1),
    **attributes: Any,
) -> Proof:
    """Return what was done on a day, entered on the same day unless said otherwise."""
    return Proof(
        id=next(_ids),
        kind=kind,
        subject_kind=about[0],
        subject_id=about[1],
        on_date=day(on),
        entered_on=day(entered or on),
        grade=grade,
        attributes=attributes,
        until_on=day(until) if until else None,
    )


def drill(on: str, **rest: Any) -> Proof:
    """Return a fire drill with everybody walking out."""
    return proof("drill-held", on, **({"event_type": "fire", "mode": "full"} | rest))


def waiver(first: str, last: str, rule_id: str = "X1", key: int = 0) -> Waiver:
    """Return a waiver of a rule for some days."""
    return Waiver(rule_id, day(first), day(last), key)


def look(
    chain: Rule | tuple[Rule, ...],
    facts: Facts,
    proofs: list[Proof],
    today: str,
    waivers: tuple[Waiver, ...] = (),
    place: Place = PLACE,
) -> Evaluated:
    """Evaluate on a day written as text."""
    rules = (chain,) if isinstance(chain, Rule) else chain
    return evaluate(rules, facts, proofs, place, waivers, day(today))


def reads(evaluated: Evaluated, today: str) -> State:
    """Return how the one result reads on a day; not applicable where there is none."""
    assert len(evaluated.results) <= 1
    return next((each.state(day(today)) for each in evaluated.results), State.NOT_APPLICABLE)


@dataclass(frozen=True)
class Case:
    """A rule, an organisation, what it did, and how that must read on a day."""

    name: str
    rule_id: str
    facts: Facts
    proofs: list[Proof]
    today: str
    state: State
    due: str = ""
    waivers: tuple[Waiver, ...] = ()
    place: Place = PLACE
    asks: Mapping[str, Any] = field(default_factory=dict)

    def holds(self) -> None:
        """Check it, as a test does."""
        rule = shipped(self.rule_id)
        rule = replace(rule, asks=replace(rule.asks, **self.asks))
        found = look(rule, self.facts, self.proofs, self.today, self.waivers, self.place)
        assert reads(found, self.today) is self.state
        if self.due:
            assert [each.due_on for each in found.results] == [day(self.due)]


def named(case: Case) -> str:
    """Return the name a case has in the list of tests."""
    return f"{case.rule_id}: {case.name}"
