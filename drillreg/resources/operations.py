"""Changing resources: entering, editing, checking, striking out."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.changes import announce
from drillreg.core.codes import code_label
from drillreg.core.db import db
from drillreg.core.errors import DomainError, Stale
from drillreg.geo import morton
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.resources.nouns import AnyResource, Field, Noun
from drillreg.resources.rules import ensure_dates_fit


def create_resource(
    noun: Noun, org: Org, values: Mapping[str, Any], *, actor: Actor | None, now: datetime
) -> AnyResource:
    """Enter a resource; `values` by the codes of the noun's fields, position in WGS84 degrees."""
    ensure_dates_fit(values)
    if org.closed_on is not None:
        raise DomainError(N_("%(name)s is closed and stays as it was."), name=org.name)
    found: AnyResource = noun.model(org_id=org.id, created_at=now, **values)
    db.session.add(found)
    db.session.flush()
    _record(
        "resource-made", noun, found, actor, now, {k: [None, v] for k, v in values.items() if v}
    )
    return found


def _record(
    action: str,
    noun: Noun,
    found: AnyResource,
    actor: Actor | None,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
    **detail: Any,
) -> None:
    record(
        action,
        subject_kind=noun.code,
        subject_id=found.id,
        org_id=found.org_id,
        actor=actor,
        now=now,
        changes=changes,
        **detail,
    )
    if action in {"resource-made", "resource-changed", "resource-voided"}:
        announce("resource", kind=noun.code, ids=[found.id], now=now)


def edit_resource(
    noun: Noun,
    found: AnyResource,
    org: Org,
    values: Mapping[str, Any],
    *,
    row_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Change a resource; raise Stale when somebody saved since the form was opened."""
    ensure_dates_fit(values)
    old = {key: getattr(found, key) for key in values}
    if found.row_version != row_version:
        raise Stale(_shown(noun, old), _shown(noun, values))
    changes = {key: [old[key], new] for key, new in values.items() if old[key] != new}
    if found.org_id != org.id:
        changes["org_id"] = [found.org_id, org.id]
    for key, value in values.items():
        setattr(found, key, value)
    lon, lat = found.lon, found.lat
    found.morton = None if lon is None or lat is None else morton.encode(lon, lat)
    found.org_id = org.id
    _record("resource-changed", noun, found, actor, now, changes)


def _shown(noun: Noun, values: Mapping[str, Any]) -> dict[str, str]:
    return {field.word: text_of(field, values[field.code]) for field in noun.fields}


def text_of(field: Field, value: Any) -> str:
    """Return a value as people read it: words for codes, no needless decimals."""
    if value is None:
        return ""
    if field.type == "choice":
        return code_label(value, field.list)
    return f"{value:g}" if field.type == "number" else str(value)


def check_resource(
    noun: Noun, found: AnyResource, *, on: date, actor: Actor, now: datetime
) -> None:
    """Note that somebody looked at a resource and found it as described."""
    _ensure_stands(found)
    found.checked_on, found.checked_by = on, actor.name
    _record("resource-checked", noun, found, actor, now, on=on)


def void_resource(
    noun: Noun, found: AnyResource, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Strike out a resource for a reason; it stays readable."""
    _ensure_stands(found)
    found.voided_at, found.voided_by_id, found.void_reason = now, actor.account_id, reason
    _record("resource-voided", noun, found, actor, now, reason=reason)


def _ensure_stands(found: AnyResource) -> None:
    if found.voided_at is not None:
        raise DomainError(N_("This entry was struck out already."))


def reveal_phone(noun: Noun, found: AnyResource, *, actor: Actor, now: datetime) -> None:
    """Record that somebody who only sees hidden numbers looked at one."""
    _record("resource-revealed", noun, found, actor, now)
