"""Rounds that go on today: whose they are, and whom to remind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from drillreg.accounts.models import Account, Person, RoleAssignment
from drillreg.accounts.queries import accounts_at
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.hazards.models import HazardSite
from drillreg.orgs.models import Division, Org
from drillreg.orgs.scope import OrgScope
from drillreg.patrols.due import DueFilter, due_rows
from drillreg.patrols.models import PatrolPlan
from drillreg.patrols.rules import LONGEST_EVERY, Doer, is_to_remind

ONE_PERSON = 200


@dataclass(frozen=True)
class Stop:
    """A site to look at today: for which plan, and until when."""

    site: HazardSite
    plan: PatrolPlan
    first_on: date
    last_on: date

    def is_for(self, actor: Actor) -> bool:
        """Say whether the one who must go is this person, by account, role or name."""
        if self.plan.doer is Doer.ACCOUNT:
            return self.plan.account_id in actor.account_ids
        if self.plan.doer is Doer.ROLE:
            return self.plan.role in actor.roles
        return bool(self.site.responsible_name) and self.site.responsible_name == actor.name


def stops(scope: OrgScope, today: date, *, at_most: int | None = None) -> list[Stop]:
    """Return what is open of the rounds that go on, what ends first at the front.

    A site that several plans ask for is there once, for the plan that ends first.
    """
    wanted = DueFilter(date.fromordinal(today.toordinal() - LONGEST_EVERY), today, today)
    due = due_rows(scope, wanted)
    statement = (
        select(HazardSite, PatrolPlan, due.c.first_on, due.c.last_on)
        .select_from(due)
        .join(PatrolPlan, PatrolPlan.id == due.c.plan_id)
        .join(HazardSite, HazardSite.id == due.c.site_id)
        .join(HazardSite.org)
        .options(
            contains_eager(HazardSite.org),
            joinedload(HazardSite.division).joinedload(Division.parent),
        )
        .where(due.c.check_id.is_(None), due.c.last_on >= today, HazardSite.voided_at.is_(None))
        .order_by(due.c.last_on, HazardSite.level_rank, HazardSite.id, due.c.day_id)
    )
    if at_most is not None:
        statement = statement.limit(at_most)
    found: dict[int, Stop] = {}
    for site, plan, first, last in db.session.execute(statement):
        found.setdefault(site.id, Stop(site, plan, first, last))
    return list(found.values())


def split(found: Iterable[Stop], actor: Actor) -> tuple[list[Stop], list[Stop]]:
    """Return what a person has to go to, and what others have where they may enter it too."""
    mine: list[Stop] = []
    others: list[Stop] = []
    for each in found:
        (mine if each.is_for(actor) else others).append(each)
    return mine, others


def people_to_remind(found: Sequence[Stop], today: date) -> dict[int, int]:
    """Return how many sites each account is to be reminded of today, in a fixed number of queries.

    The keeper of a site is who bears the name of its responsible person at its organisation or
    above; where nobody does, whoever records checks there, the nearest level first.
    """
    told = [each for each in found if is_to_remind(each.first_on, each.last_on, today)]
    if not told:
        return {}
    loggers = accounts_at(Permission.LOG_CHECKS, _above(told), on=today)
    names = _names(each for ids in loggers.values() for each in ids)
    roles = _roles(loggers, today)
    counts: dict[int, int] = {}
    for stop in told:
        for account_id in _who(stop, loggers, names, roles):
            counts[account_id] = counts.get(account_id, 0) + 1
    return counts


def _above(found: Iterable[Stop]) -> set[int]:
    return {org_id for stop in found for org_id in _chain(stop.site.org)}


def _chain(org: Org) -> list[int]:
    """Return an organisation and those above it, the nearest first."""
    return [int(part) for part in reversed(org.path.strip("/").split("/"))]


def _names(account_ids: Iterable[int]) -> dict[int, str]:
    rows = db.session.execute(
        select(Account.id, Person.name)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id.in_(sorted(set(account_ids))))
    )
    return {row[0]: row[1] for row in rows}


def _roles(loggers: dict[int, list[int]], today: date) -> dict[tuple[int, int], set[str]]:
    rows = db.session.execute(
        select(RoleAssignment.org_id, RoleAssignment.account_id, RoleAssignment.role).where(
            RoleAssignment.org_id.in_(sorted(loggers)),
            RoleAssignment.from_on <= today,
            RoleAssignment.to_on.is_(None) | (RoleAssignment.to_on > today),
        )
    )
    found: dict[tuple[int, int], set[str]] = {}
    for org_id, account_id, role in rows:
        found.setdefault((org_id, account_id), set()).add(role)
    return found


def _who(
    stop: Stop,
    loggers: dict[int, list[int]],
    names: dict[int, str],
    roles: dict[tuple[int, int], set[str]],
) -> list[int]:
    if stop.plan.doer is Doer.ACCOUNT:
        return [stop.plan.account_id] if stop.plan.account_id is not None else []
    chain = _chain(stop.site.org)
    if stop.plan.doer is Doer.ROLE:
        levels = [
            [each for each in loggers.get(org_id, []) if stop.plan.role in roles[org_id, each]]
            for org_id in chain
        ]
        return next((found for found in levels if found), [])
    named = [
        each
        for org_id in chain
        for each in loggers.get(org_id, [])
        if names.get(each) == stop.site.responsible_name
    ]
    return named[:1] or next((loggers[org_id] for org_id in chain if loggers.get(org_id)), [])
