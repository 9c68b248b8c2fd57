"""Supervision by field, many at a time: what a department supervises, who lacks one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.core.paging import Page, keyset_page
from drillreg.i18n import N_
from drillreg.orgs.models import Org, Oversight
from drillreg.orgs.operations import ensure_not_closed
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope

SUPERVISING_KINDS = ("department", "outside")


@dataclass(frozen=True)
class Choice:
    """Which units: of some kinds, at a place and below it."""

    kinds: Collection[str] = ()
    within: Org | None = None

    def where(self) -> ColumnElement[bool]:
        """Return the condition of the choice; without kinds every kind fits."""
        found = [Org.closed_on.is_(None), is_imported(Org)]
        if self.kinds:
            found.append(Org.kind.in_(sorted(self.kinds)))
        if self.within is not None:
            path = self.within.path
            found += [Org.path >= path, Org.path < subtree_end(path)]
        return and_(*found)


def kinds_of_field(field: str) -> list[str]:
    """Return the kinds of organisation whose matter a field is, such as schools of education."""
    return [i.code for i in code_list("org_kind") if i.attributes.get("field") == field]


def fields_with_kinds() -> list[str]:
    """Return the fields that some kind of organisation belongs to."""
    known = {item.attributes.get("field") for item in code_list("org_kind")}
    return [code for code in code_list("field").codes() if code in known]


def standing_on(day: date) -> ColumnElement[bool]:
    """Return the condition that a supervision is in force on a day."""
    return and_(Oversight.from_on <= day, or_(Oversight.to_on.is_(None), Oversight.to_on > day))


def _supervised(
    overseer: Org, scope: OrgScope, choice: Choice, day: date
) -> Select[*tuple[Any, ...]]:
    return (
        select(Oversight, Org)
        .join(Org, Org.id == Oversight.org_id)
        .options(joinedload(Org.parent))
        .where(
            Oversight.overseer_id == overseer.id, standing_on(day), scope.allows(), choice.where()
        )
    )


def supervised_page(
    overseer: Org, scope: OrgScope, choice: Choice, *, day: date, cursor: str | None, size: int = 50
) -> Page[tuple[Oversight, Org]]:
    """Return a page of what a department supervises on a day, in tree order."""
    found = keyset_page(
        _supervised(overseer, scope, choice, day),
        order=[(Org.path, "asc"), (Oversight.id, "asc")],
        cursor=cursor,
        size=size,
    )
    return Page([(row[0], row[1]) for row in found.rows], found.next_cursor, found.size)


def all_supervised(
    overseer: Org, scope: OrgScope, choice: Choice, *, day: date
) -> Sequence[tuple[Oversight, Org]]:
    """Return all that a department supervises on a day, for an export."""
    rows = db.session.execute(
        _supervised(overseer, scope, choice, day).order_by(Org.path, Oversight.id)
    ).all()
    return [(row[0], row[1]) for row in rows]


def supervised_counts(overseer: Org, scope: OrgScope, *, day: date) -> dict[str, int]:
    """Return how many units of each kind a department supervises on a day."""
    rows = db.session.execute(
        select(Org.kind, func.count(Org.id.distinct()))
        .join(Oversight, Oversight.org_id == Org.id)
        .where(
            Oversight.overseer_id == overseer.id,
            standing_on(day),
            scope.allows(),
            Choice().where(),
        )
        .group_by(Org.kind)
        .order_by(Org.kind)
    ).all()
    return {str(row[0]): int(row[1]) for row in rows}


def _lacking(field: str, scope: OrgScope, day: date) -> Select[Org]:
    found = select(Oversight.org_id).where(Oversight.field == field, standing_on(day))
    return select(Org).where(
        Choice(kinds_of_field(field)).where(), Org.id.not_in(found), scope.allows()
    )


def lacking_page(
    field: str, scope: OrgScope, *, day: date, cursor: str | None, size: int = 50
) -> Page[Org]:
    """Return units of the kinds of a field that no department supervises in it."""
    statement = _lacking(field, scope, day).options(joinedload(Org.parent))
    return keyset_page(statement, order=[(Org.path, "asc")], cursor=cursor, size=size)


def all_lacking(field: str, scope: OrgScope, *, day: date) -> Sequence[Org]:
    """Return all units of the kinds of a field that no department supervises in it."""
    statement = _lacking(field, scope, day).options(joinedload(Org.parent))
    return db.session.scalars(statement.order_by(Org.path)).all()


def lacking_counts(scope: OrgScope, *, day: date) -> dict[str, int]:
    """Return by field how many units lack a department; one query a field that has kinds."""
    return {
        field: db.session.scalar(
            select(func.count()).select_from(_lacking(field, scope, day).subquery())
        )
        or 0
        for field in fields_with_kinds()
    }


@dataclass(frozen=True)
class Beginning:
    """What a new supervision of many would do."""

    overseer: Org
    field: str
    from_on: date
    fresh: Sequence[Org]
    standing: int


def beginning_of(
    overseer: Org, choice: Choice, scope: OrgScope, *, field: str, from_on: date
) -> Beginning:
    """Say which units of a choice a department would begin to supervise."""
    ensure_not_closed(overseer)
    if overseer.kind not in SUPERVISING_KINDS:
        raise DomainError(N_("Only a department can supervise in a field."))
    chosen = db.session.scalars(
        select(Org).where(choice.where(), scope.allows(), Org.id != overseer.id).order_by(Org.path)
    ).all()
    standing = set(
        db.session.scalars(
            select(Oversight.org_id).where(
                Oversight.overseer_id == overseer.id,
                Oversight.field == field,
                or_(
                    Oversight.to_on.is_(None),
                    Oversight.to_on > from_on,
                    Oversight.from_on == from_on,
                ),
            )
        )
    )
    fresh = [org for org in chosen if org.id not in standing]
    return Beginning(overseer, field, from_on, fresh, len(chosen) - len(fresh))


def begin_many(beginning: Beginning, *, actor: Actor, now: datetime) -> int:
    """Let a department supervise many units from a day on; return how many are new."""
    for org in beginning.fresh:
        detail: dict[str, Any] = {
            "overseer_id": beginning.overseer.id,
            "field": beginning.field,
            "from_on": beginning.from_on,
        }
        db.session.add(Oversight(org_id=org.id, **detail))
        record(
            "oversight-begun",
            subject_kind="org",
            subject_id=org.id,
            actor=actor,
            now=now,
            org_id=org.id,
            **detail,
        )
    return len(beginning.fresh)


def oversights_to_end(
    overseer: Org, ids: Collection[int], scope: OrgScope, *, to_on: date
) -> Sequence[tuple[Oversight, Org]]:
    """Return supervisions of a department to be ended; raise when one begins after the day."""
    rows = db.session.execute(
        select(Oversight, Org)
        .join(Org, Org.id == Oversight.org_id)
        .where(
            Oversight.overseer_id == overseer.id,
            Oversight.id.in_(sorted(ids)),
            Oversight.to_on.is_(None),
            scope.allows(),
        )
        .order_by(Org.path, Oversight.id)
    ).all()
    for oversight, org in rows:
        if to_on < oversight.from_on:
            raise DomainError(
                N_("The supervision of %(name)s began on %(day)s and cannot end before."),
                name=org.name,
                day=oversight.from_on,
            )
    return [(row[0], row[1]) for row in rows]


def end_many(
    found: Sequence[tuple[Oversight, Org]], *, to_on: date, actor: Actor, now: datetime
) -> int:
    """End supervisions as of a day; return how many."""
    for oversight, org in found:
        oversight.to_on = to_on
        record(
            "oversight-ended",
            subject_kind="org",
            subject_id=org.id,
            actor=actor,
            now=now,
            org_id=org.id,
            overseer_id=oversight.overseer_id,
            field=oversight.field,
            from_on=oversight.from_on,
            to_on=to_on,
        )
    return len(found)
