"""What an evaluation says: how a duty stands, and how a period that is closed ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from drillreg.duties.facts import Proof
from drillreg.duties.rules import Rule
from drillreg.duties.states import State, state_on
from drillreg.evidence.rules import RANK, Grade
from drillreg.workdays.seasons import Span


@dataclass(frozen=True)
class Result:
    """How one duty of an organisation stands; the three dates say how it reads on any later day.

    `key`: the record a result is about (0: the organisation). `have` of `need` was done in
    `period`, or since the event on `since`. `late_days`: done, but so many days after its date.
    `valid_until`: the last day on which all of this holds without looking again.
    """

    rule: Rule
    key: int
    event_type: str
    good_until: date | None
    due_on: date | None
    have: int
    need: int
    proofs: tuple[int, ...] = ()
    grade: Grade | None = None
    period: Span | None = None
    since: date | None = None
    late_days: int = 0
    waived_until: date | None = None
    valid_until: date | None = None

    def state(self, today: date) -> State:
        """Return how it reads on a day not before the evaluation."""
        return state_on(
            today,
            good_until=self.good_until,
            due_on=self.due_on,
            waived_until=self.waived_until,
        )


@dataclass(frozen=True)
class Closed:
    """How a period ended, as it was known when it was closed; what came in later stands beside."""

    rule: Rule
    key: int
    event_type: str
    period: Span
    state: State
    have: int
    need: int
    proofs: tuple[int, ...]
    grade: Grade | None
    closed_on: date
    late_proofs: tuple[int, ...] = ()
    late_days: int = 0


def least_grade(proofs: Sequence[Proof], need: int) -> Grade | None:
    """Return the least grade among the best proofs that are needed."""
    best = sorted(proofs, key=lambda each: RANK[each.grade], reverse=True)[:need]
    return min((each.grade for each in best), key=RANK.__getitem__, default=None)
