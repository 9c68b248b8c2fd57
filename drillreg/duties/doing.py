"""Where a duty is done: the page that leads to it, from a table which the application fills.

Drills, plans and checks lie above duties: who keeps a page says so in `app.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import Flask, current_app, url_for

from drillreg.core.access import Permission
from drillreg.core.codes import code_list
from drillreg.duties.rules import Rule
from drillreg.duties.terms import KEYS, Basis, Owed
from drillreg.orgs.models import Org
from drillreg.orgs.scope import may_here

PLACE = "drillreg.doing"


class Given(StrEnum):
    """What an argument of a page is filled with."""

    ORG = "org"
    EVENT_TYPE = "event-type"
    KIND = "kind"
    KEY = "key"
    BACK = "back"


@dataclass(frozen=True)
class Doing:
    """One page on which something owed is done; the first that fits is taken.

    `kind`: the kind of evidence it makes; empty for any that is entered by hand. `owed` and
    `bases` narrow it, empty means any. `given`: the arguments of the page. With `by_key` it also
    takes what the duty is about, under its name in the evidence.
    """

    label: str
    endpoint: str
    permission: Permission
    given: Mapping[str, Given]
    kind: str = ""
    owed: frozenset[Owed] = frozenset()
    bases: frozenset[Basis] = frozenset()
    by_key: bool = False

    def kind_for(self, rule: Rule) -> str:
        """Return the kind of evidence that would be made for a rule; an empty text: none."""
        if (self.owed and rule.owed not in self.owed) or (
            self.bases and rule.basis not in self.bases
        ):
            return ""
        if self.kind:
            return self.kind if self.kind in rule.counts.kinds else ""
        by_hand = [
            item.code for item in code_list("evidence_kind") if item.attributes.get("by_hand")
        ]
        return next((code for code in by_hand if code in rule.counts.kinds), "")


@dataclass(frozen=True)
class Act:
    """The one button of a duty: a marked word and where it leads."""

    label: str
    url: str


def register_doing(app: Flask, table: Iterable[Doing]) -> None:
    """Say on which pages duties are done; every page must be there."""
    found = list(table)
    missing = [each.endpoint for each in found if each.endpoint not in app.view_functions]
    if missing:
        raise LookupError(f"duties are to be done on pages that are not there: {missing}")
    app.extensions.setdefault(PLACE, []).extend(found)


def act_for(org: Org, rule: Rule, *, key: int, event_type: str) -> Act | None:
    """Return the button of a duty of an organisation for the person looking, None without one."""
    table: list[Doing] = current_app.extensions.get(PLACE, [])
    for doing in table:
        kind = doing.kind_for(rule)
        if kind and may_here(doing.permission, org):
            return Act(doing.label, _address(doing, kind, org, rule, key, event_type))
    return None


def _address(doing: Doing, kind: str, org: Org, rule: Rule, key: int, event_type: str) -> str:
    values = {
        Given.ORG: org.id,
        Given.EVENT_TYPE: event_type or None,
        Given.KIND: kind,
        Given.KEY: key,
        Given.BACK: url_for("duties.index", org=org.id, view="own"),
    }
    arguments: dict[str, Any] = {name: values[each] for name, each in doing.given.items()}
    if doing.by_key and key and rule.basis in KEYS:
        arguments[KEYS[rule.basis]] = key
    return url_for(doing.endpoint, **arguments)
