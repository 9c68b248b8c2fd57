"""What several tests of reach need: moving an organisation, giving access."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.orgs.models import Grant, Org, OrgVersion
from drillreg.orgs.rules import child_path, subtree_end

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)


def relocate(org: Org, parent: Org, day: date) -> None:
    """Move an organisation and all below it, as a move does: paths, and versions of each."""
    db.session.flush()
    old, new = org.path, child_path(parent.path, org.id)
    inside = select(Org).where(Org.path >= old, Org.path < subtree_end(old)).order_by(Org.path)
    for each in db.session.scalars(inside).all():
        newest = db.session.scalar(
            select(OrgVersion)
            .where(OrgVersion.org_id == each.id)
            .order_by(OrgVersion.from_on.desc())
            .limit(1)
        )
        if newest is None:
            newest = _version(each, day - timedelta(days=1))
            db.session.add(newest)
            db.session.flush()
        each.path = new + each.path[len(old) :]
        if newest.from_on < day:
            newest.to_on = day
            db.session.add(_version(each, day))
        else:
            newest.path = each.path
    org.parent_id = parent.id
    db.session.flush()


def _version(org: Org, from_on: date) -> OrgVersion:
    return OrgVersion(
        org_id=org.id,
        from_on=from_on,
        name=org.name,
        kind=org.kind,
        parent_id=org.parent_id,
        path=org.path,
        attributes={},
        recorded_at=NOW,
    )


def grant_of(kind, record_id, owner_id, **columns):
    """Return a grant that holds from the first of May to the end of it unless said otherwise."""
    given = {
        "permission": "view",
        "reason_kind": "consultation",
        "reason": "征求意见",
        "from_on": date(2026, 5, 1),
        "until_on": date(2026, 5, 31),
        "given_at": NOW,
        "given_by_id": 0,
        "given_by_name": "周敏",
    }
    return Grant(record_kind=kind, record_id=record_id, owner_id=owner_id, **{**given, **columns})


@pytest.fixture
def move(app):
    """Move an organisation below another as of a day."""

    def do(org, parent, day):
        with app.app_context(), unit_of_work():
            relocate(db.session.get_one(Org, org.id), db.session.get_one(Org, parent.id), day)

    return do


@pytest.fixture
def give(keep):
    """Keep a grant of a record to an organisation or account."""

    def do(kind, record, owner, **columns):
        return keep(grant_of(kind, record.id, owner.id, **columns))

    return do
