"""Tests of what an organisation is and of what evidence says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drillreg.evidence.rules import Grade


@dataclass(frozen=True)
class Condition:
    """One test of an attribute of an organisation or of a piece of evidence.

    At least one of the tests is set. What is not known does not pass, except `equals=False` and
    `none_of`.
    `share_of`: the number is divided by this attribute of the organisation first; where that is
    not known the test passes.
    """

    attribute: str
    equals: Any = None
    any_of: tuple[Any, ...] = ()
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    share_of: str = ""
    none_of: tuple[Any, ...] = ()

    def holds(self, facts: Mapping[str, Any], org: Mapping[str, Any] | None = None) -> bool:
        """Say whether the attribute passes the test."""
        value = facts.get(self.attribute)
        if self.any_of or self.none_of:
            values = value if isinstance(value, list | tuple | set | frozenset) else (value,)
            if any(each in self.none_of for each in values):
                return False
            return not self.any_of or any(each in self.any_of for each in values)
        if self.equals is False:
            return not value
        if self.equals is not None:
            return bool(value == self.equals)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        number = float(value)
        if self.share_of:
            whole = (org or {}).get(self.share_of)
            if not isinstance(whole, int | float) or whole <= 0:
                return True
            number /= float(whole)
        return (
            (self.at_least is None or number >= self.at_least)
            and (self.above is None or number > self.above)
            and (self.at_most is None or number <= self.at_most)
            and (self.below is None or number < self.below)
        )


@dataclass(frozen=True)
class Criteria:
    """What evidence counts: its kinds, tests of its attributes, the least grade.

    `where`: all must pass; `any_of`: and of each group of tests all of at least one group.
    """

    kinds: frozenset[str]
    where: tuple[Condition, ...] = ()
    any_of: tuple[tuple[Condition, ...], ...] = ()
    least_grade: Grade = Grade.SELF_REPORTED


@dataclass(frozen=True)
class Binding:
    """Whom a rule binds: kinds of organisation and tests of what they are.

    The tests may ask for the kind too: where one kind is held to more than another.
    """

    kinds: frozenset[str]
    where: tuple[Condition, ...] = ()
    any_of: tuple[tuple[Condition, ...], ...] = ()

    def holds(self, kind: str, attributes: Mapping[str, Any]) -> bool:
        """Say whether an organisation of a kind with these attributes is bound."""
        if kind not in self.kinds:
            return False
        return passes(self.where, self.any_of, {**attributes, "kind": kind})

    def attributes(self) -> frozenset[str]:
        """Return the names of the attributes that decide."""
        groups = (self.where, *self.any_of)
        return frozenset(each.attribute for group in groups for each in group)


def passes(
    where: Iterable[Condition],
    any_of: Sequence[Iterable[Condition]],
    facts: Mapping[str, Any],
    org: Mapping[str, Any] | None = None,
) -> bool:
    """Say whether all tests pass, and all of at least one group where there are groups."""
    if not all(each.holds(facts, org) for each in where):
        return False
    return not any_of or any(all(each.holds(facts, org) for each in group) for group in any_of)
