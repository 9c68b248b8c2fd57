"""Making, changing and closing organisations; each change leaves what was before."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.changes import announce
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.orgs.models import Org, OrgAlias, Oversight
from drillreg.orgs.queries import aliases_of, is_imported, open_children_count
from drillreg.orgs.rules import child_path, ensure_allowed_parent
from drillreg.orgs.versions import begin_version, end_version, ensure_may_begin, version_of

# What is announced when an organisation changes: `org_ids`, or the path `below` which it does.
CHANGED = "org"


@dataclass(frozen=True)
class OrgFacts:
    """What a person may say about an organisation; positions in WGS84 degrees."""

    name: str
    kind: str
    attributes: dict[str, Any]
    short_name: str | None = None
    name_en: str | None = None
    field: str | None = None
    code: str | None = None
    division_id: int | None = None
    is_outside: bool = False
    duty_phone: str | None = None
    lon: float | None = None
    lat: float | None = None
    opened_on: date | None = None


def new_path() -> str:
    """Return a path that no organisation has, until the key is known that the real one needs."""
    return f"new-{secrets.token_hex(12)}/"


def create_org(
    facts: OrgFacts, *, parent: Org | None, actor: Actor | None, now: datetime, today: date
) -> Org:
    """Make an organisation below `parent` with its first version."""
    ensure_allowed_parent(code_list("org_kind"), facts.kind, parent.kind if parent else None)
    if parent is not None and parent.closed_on is not None:
        raise DomainError(
            N_("%(name)s is closed; nothing can be added below it."), name=parent.name
        )
    ensure_free_name(facts.name, parent)
    org = Org(**asdict(facts), path=new_path(), parent_id=parent.id if parent else None)
    db.session.add(org)
    db.session.flush()
    org.path = child_path(parent.path if parent else "", org.id)
    db.session.add(version_of(org, from_on=facts.opened_on or today, now=now))
    record(
        "org-made",
        subject_kind="org",
        subject_id=org.id,
        actor=actor,
        now=now,
        org_id=org.id,
        name=org.name,
        kind=org.kind,
    )
    db.session.flush()
    announce(CHANGED, org_ids=[org.id])
    return org


def ensure_free_name(name: str, parent: Org | None, but: Org | None = None) -> None:
    """Raise when an open organisation below the same parent already has the name."""
    found = db.session.scalar(
        select(Org.id).where(
            Org.name == name,
            Org.parent_id == parent.id if parent else Org.parent_id.is_(None),
            Org.closed_on.is_(None),
            is_imported(Org),
            Org.id != (but.id if but else 0),
        )
    )
    if found is not None:
        raise DomainError(N_("There already is an organisation %(name)s there."), name=name)


def change_org(
    org: Org, facts: OrgFacts, *, from_on: date, actor: Actor, now: datetime, today: date
) -> None:
    """Change an organisation as of a day; what it was until then stays as a version."""
    ensure_not_closed(org)
    ensure_may_begin(org, from_on, today)
    if facts.kind != org.kind:
        _ensure_kind_fits(org, facts.kind)
    if facts.name != org.name:
        ensure_free_name(facts.name, org.parent, but=org)
    changes = differences(org, facts)
    if not changes:
        return
    historic = {"name", "kind", "attributes"} & changes.keys()
    if historic:
        end_version(org, from_on, now)
    if "name" in changes:
        add_alias(org, org.name)
    for name, (_, new) in changes.items():
        setattr(org, name, new)
    if historic:
        begin_version(org, from_on, now)
    record(
        "org-changed",
        subject_kind="org",
        subject_id=org.id,
        actor=actor,
        now=now,
        org_id=org.id,
        changes=changes,
        from_on=from_on,
    )
    announce(CHANGED, org_ids=[org.id])


def differences(org: Org, facts: OrgFacts) -> dict[str, list[Any]]:
    """Return what would change, as field: [old, new]."""
    return {
        name: [getattr(org, name), new]
        for name, new in asdict(facts).items()
        if getattr(org, name) != new
    }


def ensure_not_closed(org: Org) -> None:
    """Raise when an organisation is closed: its record stays as it was."""
    if org.closed_on is not None:
        raise DomainError(N_("%(name)s is closed and stays as it was."), name=org.name)


def _ensure_kind_fits(org: Org, kind: str) -> None:
    kinds = code_list("org_kind")
    ensure_allowed_parent(kinds, kind, org.parent.kind if org.parent else None)
    below = db.session.scalars(
        select(Org.kind).where(Org.parent_id == org.id).distinct().order_by(Org.kind)
    ).all()
    for child_kind in below:
        ensure_allowed_parent(kinds, child_kind, kind)


def add_alias(org: Org, alias: str) -> None:
    """Remember another name under which tables and files know an organisation."""
    if alias not in aliases_of(org):
        db.session.add(OrgAlias(org_id=org.id, alias=alias))


def name_otherwise(org: Org, *, alias: str, actor: Actor, now: datetime) -> None:
    """Add another name by hand."""
    if alias == org.name or alias in aliases_of(org):
        raise DomainError(N_("It already is known by this name."))
    add_alias(org, alias)
    record(
        "org-alias-added",
        subject_kind="org",
        subject_id=org.id,
        actor=actor,
        now=now,
        org_id=org.id,
        alias=alias,
    )


def close_org(
    org: Org, *, closed_on: date, reason: str, actor: Actor, now: datetime, today: date
) -> None:
    """Close an organisation that has none open below it; its records stay."""
    ensure_not_closed(org)
    ensure_may_begin(org, closed_on, today)
    count = open_children_count(org)
    if count:
        raise DomainError(
            N_("%(count)d organisations below it are still open. Close or move them first."),
            count=count,
        )
    end_version(org, closed_on, now)
    org.closed_on, org.closed_reason = closed_on, reason
    for oversight in db.session.scalars(
        select(Oversight).where(Oversight.org_id == org.id, Oversight.to_on.is_(None))
    ):
        oversight.to_on = max(closed_on, oversight.from_on)
    record(
        "org-closed",
        subject_kind="org",
        subject_id=org.id,
        actor=actor,
        now=now,
        org_id=org.id,
        closed_on=closed_on,
        reason=reason,
    )
    announce(CHANGED, org_ids=[org.id])


def add_oversight(
    org: Org,
    *,
    overseer: Org,
    field: str,
    from_on: date,
    actor: Actor | None,
    now: datetime,
) -> Oversight:
    """Let a department supervise an organisation in a field from a day on."""
    ensure_not_closed(org)
    if overseer.kind not in {"department", "outside"}:
        raise DomainError(N_("Only a department can supervise in a field."))
    if overseer.id == org.id:
        raise DomainError(N_("A department does not supervise itself."))
    same = db.session.scalar(
        select(Oversight.id).where(
            Oversight.overseer_id == overseer.id,
            Oversight.org_id == org.id,
            Oversight.field == field,
            Oversight.to_on.is_(None) | (Oversight.to_on > from_on),
        )
    )
    if same is not None:
        raise DomainError(N_("%(name)s already supervises it in this field."), name=overseer.name)
    found = Oversight(overseer_id=overseer.id, org_id=org.id, field=field, from_on=from_on)
    db.session.add(found)
    record(
        "oversight-begun",
        subject_kind="org",
        subject_id=org.id,
        actor=actor,
        now=now,
        org_id=org.id,
        **_oversight_detail(found),
    )
    return found


def end_oversight(oversight: Oversight, *, to_on: date, actor: Actor, now: datetime) -> None:
    """End the supervision of an organisation: from `to_on` on the department has no reach."""
    if oversight.to_on is not None:
        raise DomainError(N_("This supervision has already ended."))
    if to_on < oversight.from_on:
        raise DomainError(N_("It began on %(day)s and cannot end before."), day=oversight.from_on)
    oversight.to_on = to_on
    record(
        "oversight-ended",
        subject_kind="org",
        subject_id=oversight.org_id,
        actor=actor,
        now=now,
        org_id=oversight.org_id,
        **_oversight_detail(oversight),
        to_on=to_on,
    )


def _oversight_detail(oversight: Oversight) -> Mapping[str, Any]:
    return {
        "overseer_id": oversight.overseer_id,
        "field": oversight.field,
        "from_on": oversight.from_on,
    }
