"""The blueprint that the pages of tasks hang on, and what several of them need."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request

from drillreg.accounts.models import Account
from drillreg.accounts.rules import roles
from drillreg.core import clock
from drillreg.core.access import current_actor
from drillreg.core.codes import code_list
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.i18n import N_, pick
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds
from drillreg.orgs.scope import OrgScope, current_scope
from drillreg.tasks.facts import Receiver
from drillreg.tasks.forms import DESK, PERSON
from drillreg.tasks.models import Task
from drillreg.tasks.queries import bearing_of, get_task, people_at
from drillreg.tasks.rules import STAFF, STANDING_COLOURS, STANDING_WORDS, Bearing, standing

bp = Blueprint("tasks", __name__)

# Organisations that are offered to narrow a list; anything else comes by a link.
NODES = ("county", "department", "town")


def seen_task(task_id: int) -> Task:
    """Return a task that the person may look at, else NotFound."""
    return get_task(task_id, current_actor(), current_scope(), on=clock.today())


def task_to_change(task_id: int) -> tuple[Task, Bearing]:
    """Return a task, locked, and how the person stands to it."""
    actor, scope, today = current_actor(), current_scope(), clock.today()
    task = get_task(task_id, actor, scope, on=today, to_change=True)
    return task, bearing_of(task, actor, scope, on=today)


def org_of_address(scope: OrgScope, name: str = "org") -> Org | None:
    """Return the organisation an address names; raise NotFound on a wrong one."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise NotFound(N_("There is no such organisation."))
    return get_org(int(text), scope)


def word_of_address(name: str, choices: Sequence[str]) -> str:
    """Return an argument of the address when it is one of the choices, else an empty text."""
    text = request.args.get(name, "")
    return text if text in choices else ""


def words_of_address(name: str = "words") -> str:
    """Return the words a list is searched for."""
    return request.args.get(name, "").strip()[:100]


def carried(*names: str) -> dict[str, Any]:
    """Return the arguments of the address that another address keeps."""
    return {name: request.args[name] for name in names if request.args.get(name)}


def nodes(scope: OrgScope, chosen: Org | None) -> list[tuple[int, str]]:
    """Return the organisations that a list can be narrowed to."""
    found = list(orgs_of_kinds(scope, NODES))
    if chosen and chosen.id not in {org.id for org in found}:
        found.append(chosen)
    return [(org.id, name_of(org)) for org in found]


def desks() -> list[tuple[str, str]]:
    """Return the desks that can answer for an organisation, for a choice."""
    return [(DESK + item.code, pick(item.label)) for item in code_list("task_desk")]


def people(org: Org) -> list[tuple[str, str]]:
    """Return who works at an organisation, for a choice."""
    names = roles()
    return [
        (f"{PERSON}{account.id}", f"{account.person.name}（{pick(names[role].label)}）")
        for account, role in people_at(org, clock.today())
    ]


def receiver(org: Org, chosen: str) -> Receiver:
    """Return whom a choice means; `chosen` is one of `desks()` or of `people(org)`."""
    if chosen.startswith(PERSON):
        found: dict[str, Account] = {
            f"{PERSON}{account.id}": account for account, _ in people_at(org, clock.today())
        }
        return Receiver(org, found[chosen], STAFF)
    return Receiver(org, desk=chosen.removeprefix(DESK))


def words() -> dict[str, Any]:
    """Return what the templates of tasks need to name states."""
    return {
        "standing": standing,
        "standing_words": STANDING_WORDS,
        "standing_colours": STANDING_COLOURS,
    }
