"""What organisations were: names on a date, attributes on a date, the story of one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import or_, select

from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.i18n import N_
from drillreg.orgs.models import Org, OrgVersion
from drillreg.orgs.queries import is_imported, versions_of


class PastNames:
    """What some organisations were called, read in one query; asked for by day."""

    def __init__(self, org_ids: Iterable[int]) -> None:
        self._spans: dict[int, list[tuple[date | None, str]]] = {}
        ids = sorted(set(org_ids))
        if not ids:
            return
        rows = db.session.execute(
            select(OrgVersion.org_id, OrgVersion.to_on, OrgVersion.name)
            .where(OrgVersion.org_id.in_(ids))
            .order_by(OrgVersion.org_id, OrgVersion.from_on)
        )
        for org_id, to_on, name in rows:
            self._spans.setdefault(org_id, []).append((to_on, name))

    def on(self, org: Org, day: date | None) -> str:
        """Return what an organisation was called on a day; without a day, what it is called now.

        Before the first record it has its first name, after the last its last one.
        """
        if day is None:
            return org.name
        spans = self._spans.get(org.id, [])
        return next((name for to_on, name in spans if to_on is None or day < to_on), org.name)

    def shown(self, org: Org, day: date | None) -> str:
        """Return the name of a day as a page says it: English where the name is still the same."""
        then = self.on(org, day)
        return name_of(org) if then == org.name else then


def name_on(org: Org, day: date) -> str:
    """Return what an organisation was called on a day."""
    return PastNames([org.id]).on(org, day)


def names_on(org_ids: Iterable[int], day: date) -> Mapping[int, str]:
    """Return what organisations were called on a day; those without history are left out."""
    rows = db.session.execute(
        select(OrgVersion.org_id, OrgVersion.name)
        .where(
            OrgVersion.org_id.in_(sorted(set(org_ids))),
            OrgVersion.from_on <= day,
            or_(OrgVersion.to_on.is_(None), OrgVersion.to_on > day),
        )
        .order_by(OrgVersion.org_id)
    ).all()
    return {row.org_id: row.name for row in rows}


def attributes_on(org: Org, day: date) -> Mapping[str, Any]:
    """Return what was known of an organisation on a day; nothing before it was first recorded."""
    found = db.session.scalar(
        select(OrgVersion)
        .where(OrgVersion.org_id == org.id, OrgVersion.from_on <= day)
        .order_by(OrgVersion.from_on.desc())
        .limit(1)
    )
    if found is None:
        return {} if versions_of(org) else org.attributes
    return found.attributes


@dataclass(frozen=True)
class Span:
    """A value of an attribute and the days for which it holds."""

    value: Any
    from_on: date
    to_on: date | None


def attribute_spans(org: Org) -> dict[str, list[Span]]:
    """Return by attribute the values it had, newest first; equal neighbours are one."""
    found: dict[str, list[Span]] = {}
    for version in versions_of(org):
        for item in code_list("org_attribute"):
            value = version.attributes.get(item.code)
            spans = found.setdefault(item.code, [])
            if spans and spans[-1].value == value and spans[-1].from_on == version.to_on:
                value, to_on = spans[-1].value, spans.pop().to_on
            else:
                to_on = version.to_on
            spans.append(Span(value, version.from_on, to_on))
    for spans in found.values():
        # What was not known at first is no news.
        if spans and spans[-1].value is None:
            spans.pop()
    return {code: spans for code, spans in found.items() if spans}


@dataclass(frozen=True)
class Event:
    """Something that happened to an organisation: a marked sentence, and why."""

    on: date
    message: str
    params: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    org_id: int | None = None


def story_of(org: Org) -> list[Event]:
    """Return what happened to an organisation, newest first; three queries."""
    versions = list(reversed(versions_of(org)))
    others = _named({v.parent_id for v in versions} | {org.merged_into_id, org.split_from_id})
    events = _beginning(org, versions, others)
    for before, after in pairwise(versions):
        events += _differences(before, after, others)
    events += _others(org)
    if org.closed_on is not None:
        events.append(_end(org, others))
    return sorted(events, key=lambda event: event.on, reverse=True)


def _named(ids: set[int | None]) -> dict[int | None, str]:
    wanted = sorted(each for each in ids if each is not None)
    rows = db.session.execute(select(Org.id, Org.name).where(Org.id.in_(wanted)))
    return {row[0]: str(row[1]) for row in rows}


def _beginning(
    org: Org, versions: Sequence[OrgVersion], names: Mapping[int | None, str]
) -> list[Event]:
    if not versions:
        return []
    first = versions[0]
    if org.split_from_id is not None:
        params = {"name": names.get(org.split_from_id, "")}
        message = N_("Split off %(name)s")
        return [Event(first.from_on, message, params, first.reason or "", org.split_from_id)]
    if org.opened_on == first.from_on:
        return [Event(first.from_on, N_("Opened as %(name)s"), {"name": first.name})]
    return [Event(first.from_on, N_("On record as %(name)s"), {"name": first.name})]


def _differences(
    before: OrgVersion, after: OrgVersion, names: Mapping[int | None, str]
) -> list[Event]:
    """Return what changed from one version to the next, one sentence each."""
    day, found = after.from_on, []
    if before.to_on is not None and before.to_on < after.from_on:
        found.append(Event(day, N_("Opened again"), reason=after.reason or ""))
    if after.parent_id != before.parent_id:
        params = {
            "old": names.get(before.parent_id, ""),
            "new": names.get(after.parent_id, ""),
        }
        message = N_("Moved from %(old)s to %(new)s")
        found.append(Event(day, message, params, after.reason or "", after.parent_id))
    elif after.path != before.path:
        found.append(Event(day, N_("Moved with what it stands below"), reason=after.reason or ""))
    if after.name != before.name:
        params = {"old": before.name, "new": after.name}
        found.append(Event(day, N_("Renamed from %(old)s to %(new)s"), params))
    if after.kind != before.kind:
        found.append(Event(day, N_("Changed its kind")))
    if after.attributes != before.attributes:
        found.append(Event(day, N_("Attributes changed")))
    return found


def _others(org: Org) -> list[Event]:
    """Return what joined an organisation and what was split off it."""
    rows = db.session.scalars(
        select(Org)
        .where(or_(Org.merged_into_id == org.id, Org.split_from_id == org.id), is_imported(Org))
        .order_by(Org.id)
    ).all()
    found = []
    for other in rows:
        params = {"name": other.name}
        if other.merged_into_id == org.id and other.closed_on is not None:
            message = N_("%(name)s was merged into it")
            reason = other.closed_reason or ""
            found.append(Event(other.closed_on, message, params, reason, other.id))
        elif other.opened_on is not None:
            message = N_("%(name)s was split off")
            found.append(Event(other.opened_on, message, params, "", other.id))
    return found


def _end(org: Org, names: Mapping[int | None, str]) -> Event:
    day, reason = org.closed_on or date.max, org.closed_reason or ""
    if org.merged_into_id is None:
        return Event(day, N_("Closed"), {}, reason)
    params = {"name": names.get(org.merged_into_id, "")}
    return Event(day, N_("Merged into %(name)s"), params, reason, org.merged_into_id)
