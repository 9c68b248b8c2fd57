"""Setting one attribute of many organisations as of a day; who would be left out, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.changes import announce
from drillreg.core.codes import CodeItem
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.orgs.models import Org, OrgVersion
from drillreg.orgs.operations import CHANGED
from drillreg.orgs.versions import ensure_not_later, new_versions

MOST_AT_ONCE = 5000


@dataclass(frozen=True)
class Setting:
    """What a setting would do: who changes (and from what), who has it already, who cannot."""

    item: CodeItem
    value: Any
    from_on: date
    changes: Sequence[Org]
    same: Sequence[Org]
    refused: Sequence[tuple[Org, str, dict[str, Any]]]


def setting_of(
    orgs: Sequence[Org], item: CodeItem, value: Any, *, from_on: date, today: date
) -> Setting:
    """Say what it means to set an attribute of organisations as of a day; one query."""
    ensure_not_later(from_on, today)
    if len(orgs) > MOST_AT_ONCE:
        raise DomainError(
            N_("%(count)d at once are too many; at most %(most)d."),
            count=len(orgs),
            most=MOST_AT_ONCE,
        )
    newest = _newest_days(orgs)
    changes, same, refused = [], [], []
    for org in orgs:
        if (reason := _reason_against(org, item, newest.get(org.id), from_on)) is not None:
            refused.append((org, *reason))
        elif org.attributes.get(item.code) == value:
            same.append(org)
        else:
            changes.append(org)
    return Setting(item, value, from_on, changes, same, refused)


def _newest_days(orgs: Sequence[Org]) -> dict[int, date]:
    rows = db.session.execute(
        select(OrgVersion.org_id, OrgVersion.from_on)
        .where(OrgVersion.org_id.in_([org.id for org in orgs]))
        .order_by(OrgVersion.from_on)
    )
    return {row[0]: row[1] for row in rows}


def _reason_against(
    org: Org, item: CodeItem, newest: date | None, from_on: date
) -> tuple[str, dict[str, Any]] | None:
    if org.closed_on is not None:
        return N_("It is closed."), {}
    if item.attributes["kinds"] and org.kind not in item.attributes["kinds"]:
        return N_("This does not fit its kind."), {}
    if newest is not None and newest > from_on:
        return N_("It last changed on %(day)s."), {"day": newest.isoformat()}
    return None


def set_attribute(setting: Setting, *, actor: Actor, now: datetime) -> int:
    """Set the attribute where it changes; return how many organisations changed."""
    code = setting.item.code
    before = {org.id: dict(org.attributes) for org in setting.changes}
    if not before:
        return 0
    table = cast(Table, Org.__table__)
    with new_versions(sorted(before), day=setting.from_on, now=now):
        db.session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("org"))
            .values(attributes=bindparam("new"), row_version=table.c.row_version + 1),
            [
                {"org": org_id, "new": _with(known, code, setting.value)}
                for org_id, known in before.items()
            ],
        )
    for org_id, known in before.items():
        record(
            "org-attribute-set",
            subject_kind="org",
            subject_id=org_id,
            actor=actor,
            now=now,
            org_id=org_id,
            attribute=code,
            old=known.get(code),
            new=setting.value,
            from_on=setting.from_on,
        )
    announce(CHANGED, org_ids=sorted(before))
    return len(before)


def _with(known: dict[str, Any], code: str, value: Any) -> dict[str, Any]:
    kept = {name: each for name, each in known.items() if name != code}
    return kept if value is None else {**kept, code: value}
