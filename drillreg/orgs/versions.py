"""Writing what an organisation is as a version; of one, or of many in a fixed number of statements.

The versions of an organisation tile the time from its first day to the day it is closed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Text,
    and_,
    case,
    insert,
    literal,
    null,
    select,
    update,
)

from drillreg.core.db import UtcDateTime, db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.orgs.models import Org, OrgVersion
from drillreg.orgs.queries import version_or_none

CONTENT = ("name", "kind", "parent_id", "path", "attributes")


def version_of(org: Org, *, from_on: date, now: datetime, reason: str | None = None) -> OrgVersion:
    """Return a version that holds what an organisation is now."""
    return OrgVersion(
        org_id=org.id,
        from_on=from_on,
        name=org.name,
        kind=org.kind,
        parent_id=org.parent_id,
        path=org.path,
        attributes=dict(org.attributes),
        reason=reason,
        recorded_at=now,
    )


def ensure_not_later(day: date, today: date) -> None:
    """Raise when a day lies after today: what is recorded has happened."""
    if day > today:
        raise DomainError(N_("A change cannot take effect after today (%(day)s)."), day=today)


def ensure_may_begin(org: Org, from_on: date, today: date) -> None:
    """Raise unless a change may take effect on a day: not later than today, not before the last."""
    ensure_not_later(from_on, today)
    newest = version_or_none(org)
    if newest is not None and from_on < newest.from_on:
        raise DomainError(
            N_("What stands now is in force since %(day)s; a change cannot be older."),
            day=newest.from_on,
        )


def end_version(org: Org, day: date, now: datetime) -> None:
    """End the version in force on a day; one without any gets what it was, known the day before.

    A version that began on that very day holds no day any more.
    """
    newest = version_or_none(org)
    if newest is None:
        newest = version_of(org, from_on=org.opened_on or day - timedelta(days=1), now=now)
        db.session.add(newest)
    newest.to_on = max(day, newest.from_on)
    db.session.flush()


def begin_version(org: Org, day: date, now: datetime, reason: str | None = None) -> None:
    """Let what an organisation is now be in force from a day on."""
    newest = version_or_none(org, from_on=day)
    if newest is None:
        db.session.add(version_of(org, from_on=day, now=now, reason=reason))
    else:
        # A second change on the same day corrects the first.
        newest.name, newest.kind, newest.attributes = org.name, org.kind, dict(org.attributes)
        newest.parent_id, newest.path, newest.to_on = org.parent_id, org.path, None
        newest.reason, newest.recorded_at = reason or newest.reason, now
    db.session.flush()


def ensure_all_may_begin(ids: Sequence[int], day: date, today: date) -> None:
    """Raise when any of several organisations changed, or was closed, after a day."""
    ensure_not_later(day, today)
    row = (
        db.session.execute(
            select(Org.name, OrgVersion.from_on)
            .join(OrgVersion, OrgVersion.org_id == Org.id)
            .where(Org.id.in_(ids), OrgVersion.from_on > day)
            .order_by(OrgVersion.from_on.desc(), Org.id)
            .limit(1)
        ).first()
        or db.session.execute(
            select(Org.name, Org.closed_on)
            .where(Org.id.in_(ids), Org.closed_on > day)
            .order_by(Org.closed_on.desc(), Org.id)
            .limit(1)
        ).first()
    )
    if row is not None:
        raise DomainError(
            N_("%(name)s last changed on %(day)s; this cannot be older."), name=row[0], day=row[1]
        )


@contextmanager
def new_versions(
    ids: Sequence[int], *, day: date, now: datetime, reason: str | None = None
) -> Iterator[None]:
    """Let what the body does to many organisations be in force from a day on.

    Closed ones keep their last version. It costs four statements however many they are;
    organisations that were loaded are read again afterwards.
    """
    db.session.flush()
    opened = select(Org.id).where(Org.id.in_(ids), Org.closed_on.is_(None))
    _write_first_versions(ids, day, now)
    _run(
        update(OrgVersion)
        .where(OrgVersion.org_id.in_(opened), OrgVersion.to_on.is_(None), OrgVersion.from_on < day)
        .values(to_on=day)
    )
    yield
    db.session.flush()
    _correct_same_day(opened, day, now, reason)
    standing = select(OrgVersion.org_id).where(OrgVersion.to_on.is_(None))
    wanted = and_(Org.id.in_(opened), Org.id.not_in(standing))
    _insert(wanted, from_on=literal(day, Date), to_on=null(), now=now, reason=reason)
    db.session.expire_all()


def _write_first_versions(ids: Sequence[int], day: date, now: datetime) -> None:
    """Give organisations without a version what they were until the day."""
    eve = day - timedelta(days=1)
    first = case((Org.opened_on < day, Org.opened_on), else_=literal(eve, Date))
    wanted = and_(Org.id.in_(ids), Org.id.not_in(select(OrgVersion.org_id)))
    _insert(wanted, from_on=first, to_on=Org.closed_on, now=now, reason=None)


def _correct_same_day(opened: Any, day: date, now: datetime, reason: str | None) -> None:
    found = {
        name: select(getattr(Org, name)).where(Org.id == OrgVersion.org_id).scalar_subquery()
        for name in CONTENT
    }
    _run(
        update(OrgVersion)
        .where(OrgVersion.org_id.in_(opened), OrgVersion.to_on.is_(None), OrgVersion.from_on == day)
        .values(**found, recorded_at=now, **({"reason": reason} if reason else {}))
    )


def _insert(
    wanted: ColumnElement[bool],
    *,
    from_on: ColumnElement[Any],
    to_on: Any,
    now: datetime,
    reason: str | None,
) -> None:
    """Write versions of what organisations are now, in one statement."""
    names = ["org_id", "from_on", "to_on", *CONTENT, "reason", "recorded_at"]
    found = select(
        Org.id,
        from_on,
        to_on,
        *(getattr(Org, name) for name in CONTENT),
        literal(reason, Text),
        literal(now, UtcDateTime),
    ).where(wanted)
    _run(insert(OrgVersion).from_select(names, found))


def _run(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
