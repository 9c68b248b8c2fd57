"""Reasons to look at a plan again that other records show: nothing is stored, so nothing is stale.

Each is seen until it is answered; what came after the answer is seen anew.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from drillreg.accounts.models import Post
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.hazards.models import HazardSite
from drillreg.network.queries.contacts import holds_on
from drillreg.orgs.models import Org, OrgVersion
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import BEHIND_SEPARATOR
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import VersionState
from drillreg.revisions.models import PlanTrigger
from drillreg.revisions.rules import CONTACTS, ORG, SITES, year_before

ORIGINS = "trigger_origin"

Current = aliased(PlanVersion, name="in_force")
Owner = aliased(Org, name="owner")
Site = aliased(HazardSite, name="new_site")
SiteOrg = aliased(Org, name="site_org")
Now = aliased(OrgVersion, name="now_version")
Was = aliased(OrgVersion, name="was_version")
Former = aliased(Org, name="former_org")


@dataclass(frozen=True)
class Sign:
    """Something seen: where, how many, since when; `marker` tells what an answer has covered."""

    origin: str
    count: int
    on: date
    marker: int
    names: tuple[str, ...] = ()


def origin_of(code: str) -> dict[str, Any]:
    """Return what `trigger_origin.toml` says of an origin."""
    item = code_list(ORIGINS).get(code)
    return item.attributes if item else {}


def _covered(origin: str, column: Any) -> Any:
    """Return, as SQL, how far the answers of a plan reach."""
    answered = aliased(PlanTrigger)
    return (
        select(func.max(getattr(answered, column)))
        .where(answered.plan_id == Plan.id, answered.origin == origin)
        .correlate(Plan)
        .scalar_subquery()
    )


def _plans(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Plan)
        .join(Owner, Owner.id == Plan.org_id)
        .join(Current, and_(Current.plan_id == Plan.id, Current.state == VersionState.CURRENT))
    )


def _fits_event() -> ColumnElement[bool]:
    kinds: dict[str, list[str]] = {}
    for kind in code_list("hazard_kind"):
        kinds.setdefault(kind.attributes["event_type"], []).append(kind.code)
    pairs = [and_(Plan.event_type == event, Site.kind.in_(k)) for event, k in kinds.items()]
    return or_(Plan.event_type == "general", *pairs)


def _with_sites(statement: Select[Any]) -> Select[Any]:
    end = func.substr(Owner.path, 1, func.length(Owner.path) - 1).concat(BEHIND_SEPARATOR)
    levels = origin_of(SITES)["levels_below"]
    return (
        statement.join(SiteOrg, and_(SiteOrg.path >= Owner.path, SiteOrg.path < end))
        .join(Site, Site.org_id == SiteOrg.id)
        .where(
            Site.voided_at.is_(None),
            is_imported(Site),
            Site.created_at > func.coalesce(Current.issued_at, Current.created_at),
            or_(Site.org_id == Plan.org_id, Site.level.in_(levels)),
            _fits_event(),
            Site.id > func.coalesce(_covered(SITES, "subject_id"), 0),
        )
    )


def _with_changes(statement: Select[Any]) -> Select[Any]:
    """Join the versions of the owner that began after the issue with another name or place."""
    return (
        statement.join(Now, Now.org_id == Plan.org_id)
        .join(Was, and_(Was.org_id == Now.org_id, Was.to_on == Now.from_on))
        .where(
            Now.from_on > Current.issued_on,
            or_(Now.name != Was.name, Now.parent_id.is_distinct_from(Was.parent_id)),
            Now.from_on > func.coalesce(_covered(ORG, "happened_on"), date(1900, 1, 1)),
        )
    )


def _with_mergers(statement: Select[Any]) -> Select[Any]:
    """Join the organisations that were merged into the owner after the issue."""
    return statement.join(Former, Former.merged_into_id == Plan.org_id).where(
        Former.closed_on > Current.issued_on,
        Former.closed_on > func.coalesce(_covered(ORG, "happened_on"), date(1900, 1, 1)),
    )


def _with_contacts(statement: Select[Any], today: date) -> Select[Any]:
    before = year_before(today, origin_of(CONTACTS)["months"])
    return statement.join(Post, Post.org_id == Plan.org_id).where(
        holds_on(today),
        Post.phone.is_not(None),
        func.coalesce(Post.verified_on, Post.from_on) < before,
        func.coalesce(_covered(CONTACTS, "happened_on"), date(1900, 1, 1)) < before,
    )


def has_signs(today: date) -> ColumnElement[bool]:
    """Return the condition that something about a plan in force is seen on a day."""
    statements = (
        _with_sites(_plans(Plan.id)),
        _with_changes(_plans(Plan.id)),
        _with_mergers(_plans(Plan.id)),
        _with_contacts(_plans(Plan.id), today),
    )
    return or_(*(Plan.id.in_(each.correlate(None)) for each in statements))


def signs_of(plan_ids: Collection[int], today: date) -> dict[int, list[Sign]]:
    """Return what is seen about plans that were read in scope, in four statements."""
    found: dict[int, list[Sign]] = {}
    if not plan_ids:
        return found
    these = Plan.id.in_(sorted(plan_ids))
    changes: dict[int, list[tuple[date, str]]] = {}
    for plan_id, on, name in db.session.execute(
        _with_changes(_plans(Plan.id, Now.from_on, Now.name)).where(these)
    ):
        changes.setdefault(plan_id, []).append((on, name))
    for plan_id, on, name in db.session.execute(
        _with_mergers(_plans(Plan.id, Former.closed_on, Former.name)).where(these)
    ):
        changes.setdefault(plan_id, []).append((on, name))
    for plan_id, each in changes.items():
        each.sort()
        last = each[-1][0]
        names = tuple(dict.fromkeys(name for _, name in each))
        found.setdefault(plan_id, []).append(Sign(ORG, len(each), last, last.toordinal(), names))
    sites = _plans(Plan.id, func.count(Site.id), func.max(Site.id), func.max(Site.created_at))
    for plan_id, count, marker, last_at in db.session.execute(
        _with_sites(sites).where(these).group_by(Plan.id)
    ):
        found.setdefault(plan_id, []).append(Sign(SITES, count, last_at.date(), marker))
    posts = _plans(
        Plan.id, func.count(Post.id), func.min(func.coalesce(Post.verified_on, Post.from_on))
    )
    for plan_id, count, oldest in db.session.execute(
        _with_contacts(posts, today).where(these).group_by(Plan.id)
    ):
        found.setdefault(plan_id, []).append(Sign(CONTACTS, count, oldest, today.toordinal()))
    return found
