"""Finding again what an earlier stage of the load has made, and inserting many rows at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from itertools import islice
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload

from drillreg.accounts.models import Account
from drillreg.accounts.queries import account_or_none, actor_of
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.files.photos import CleanPhoto
from drillreg.hazards.models import HazardSite
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope, whole_installation
from drillreg.plans.models import Plan

CHUNK = 1000


class Lookup:
    """The records of the demo by name, read once per stage.

    `today` and `now` are of the load; a `scale` below 1 makes fewer checks.
    """

    def __init__(self, today: date, now: datetime, scale: float = 1.0) -> None:
        self.today = today
        self.now = now
        self.scale = scale
        # Made before the stages that attach them.
        self.paper = b""
        self.photos: Sequence[CleanPhoto] = ()
        self._actors: dict[str, Actor] = {}

    @property
    def scope(self) -> OrgScope:
        """Return the scope of the whole installation."""
        return whole_installation(self.today)

    @cached_property
    def orgs(self) -> Mapping[str, Org]:
        """Return the organisations by name; villages also as `town/village`."""
        found = db.session.scalars(select(Org).order_by(Org.path)).all()
        names = {org.id: org.name for org in found}
        by_name = {org.name: org for org in reversed(found)}
        return by_name | {f"{names.get(org.parent_id or 0, '')}/{org.name}": org for org in found}

    @cached_property
    def sites(self) -> Mapping[str, HazardSite]:
        """Return the hazard sites by number."""
        found = db.session.scalars(
            select(HazardSite).options(joinedload(HazardSite.org)).order_by(HazardSite.id)
        )
        return {site.number: site for site in found}

    @cached_property
    def plans(self) -> Mapping[tuple[int, str], Plan]:
        """Return the plans by organisation and kind of event, the first of each."""
        found = db.session.scalars(select(Plan).order_by(Plan.id.desc()))
        return {(plan.org_id, plan.event_type): plan for plan in found}

    def account(self, username: str) -> Account:
        """Return an account of the demo, or raise NotFound."""
        found = account_or_none(username)
        if found is None:
            raise NotFound(N_("There is no such account."))
        return found

    def actor(self, username: str) -> Actor:
        """Return who an account of the demo acts as."""
        if username not in self._actors:
            self._actors[username] = actor_of(self.account(username), on=self.today)
        return self._actors[username]


def insert_many(model: Any, rows: Iterator[dict[str, Any]] | Sequence[dict[str, Any]]) -> int:
    """Insert plain rows in chunks and return how many there were."""
    left = iter(rows)
    count = 0
    while chunk := list(islice(left, CHUNK)):
        db.session.execute(insert(model), chunk)
        count += len(chunk)
    return count
