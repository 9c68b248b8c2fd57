"""Kinds of records that belong to an organisation: how each is scoped, dated and named.

A feature declares its kinds; `app.py` registers them, so that pages about reach know them all.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, url_for
from sqlalchemy import ColumnElement, select, update

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.i18n import N_
from drillreg.orgs.models import Grant, Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.scope import WHOLE_ORG, OrgScope

PLACE = "drillreg.record-kinds"


@dataclass(frozen=True)
class Described:
    """A record as pages about reach name it.

    `title` may be read only by those who may view the record; `sign` says neutrally which it is.
    """

    id: int
    org: Org
    title: str
    sign: str
    # The endpoint of its page and the argument that takes its key.
    page: tuple[str, str]
    dated: date | datetime | None

    @property
    def url(self) -> str:
        """The address of its page."""
        endpoint, argument = self.page
        return url_for(endpoint, **{argument: self.id})  # type: ignore[arg-type]


@dataclass(frozen=True)
class RecordKind:
    """One kind of `grant_kind.toml`.

    `dated` gives the column that decides what belongs to the time before a move, `date_of` the
    same of a fetched record, `describe` names records by their keys.
    """

    code: str
    model: Any
    dated: Callable[[Any], Any]
    date_of: Callable[[Any], date | datetime | None]
    describe: Callable[[Collection[int]], Iterable[Described]]

    def within(self, scope: OrgScope, model: Any = None, org: Any = Org) -> ColumnElement[bool]:
        """Return the SQL condition that a record (the model or an alias) is in scope."""
        found = self.model if model is None else model
        dated = self.dated(found) if scope.former else None  # asked only of what has left
        return scope.allows_record(self.code, found.id, org=org, dated=dated)

    def includes(self, scope: OrgScope, record: Any) -> bool:
        """Say whether a fetched record, with its organisation, is in scope."""
        if scope.includes_record(self.code, record.id, record.org):
            return True
        left = scope.has_left(record.org)
        return left is not None and scope.includes_record(
            self.code, record.id, record.org, self.date_of(record)
        )

    def cut_on(self, scope: OrgScope, model: Any = None, org: Any = Org) -> Any:
        """Return, as SQL, the day before which a row is seen; None when all are seen as today."""
        found = self.model if model is None else model
        return scope.cut_on(self.code, found.id, org=org)

    def cut(self, scope: OrgScope, record: Any) -> date | None:
        """Return the day before which a record in scope is seen; None: as it is today."""
        return scope.cut(self.code, record.id, record.org)


def register_records(app: Flask, kinds: Iterable[RecordKind]) -> None:
    """Make kinds of records known to the pages about reach."""
    app.extensions.setdefault(PLACE, {}).update({kind.code: kind for kind in kinds})


def record_kinds() -> Mapping[str, RecordKind]:
    """Return the registered kinds by code."""
    found: Mapping[str, RecordKind] = current_app.extensions.get(PLACE, {})
    return found


def describe_record(kind: str, key: int) -> Described:
    """Return a record by kind and key, whoever asks, or raise NotFound; the caller checks reach."""
    found = described({(kind, key)}).get((kind, key))
    if found is None:
        raise NotFound(N_("There is no such record."))
    return found


def described(keys: Collection[tuple[str, int]]) -> dict[tuple[str, int], Described]:
    """Return what records are called, by kind and key, in one query a kind."""
    found: dict[tuple[str, int], Described] = {}
    for code, kind in record_kinds().items():
        if wanted := {key for each, key in keys if each == code}:
            found |= {(code, each.id): each for each in kind.describe(wanted)}
    return found


def pass_grants(kind: str, key: int, owner: Org) -> None:
    """Let the grants of a record stand at the organisation that it now belongs to."""
    db.session.execute(
        update(Grant)
        .where(Grant.record_kind == kind, Grant.record_id == key)
        .values(owner_id=owner.id)
    )


def _describe_orgs(keys: Collection[int]) -> Iterable[Described]:
    found = db.session.scalars(
        select(Org).where(Org.id.in_(keys), is_imported(Org)).order_by(Org.path)
    )
    for org in found:
        # What an organisation is called is no content: administrators of accounts know it anyway.
        yield Described(org.id, org, name_of(org), name_of(org), ("orgs.show", "org_id"), None)


# An organisation has versions, not a date: what it was before it left is on a page of its own.
ORG = RecordKind(WHOLE_ORG, Org, lambda org: None, lambda org: None, _describe_orgs)
