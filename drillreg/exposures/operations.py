"""Changing what belongs to exposure: a site's reach, decisions on links, ways out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, Stale
from drillreg.exposures.models import EvacuationRoute, Exposure, ExposureReach
from drillreg.exposures.reaching import reach_of
from drillreg.exposures.rules import Decision
from drillreg.exposures.working import work_out
from drillreg.geo.tracing import as_lines
from drillreg.hazards.models import HazardSite
from drillreg.i18n import N_, translate


@dataclass(frozen=True)
class ReachFacts:
    """What a form says about a site's reach: metres or None for the habit, an area (WKB, WGS84)."""

    buffer_m: float | None
    area_wkb: bytes | None
    reason: str


@dataclass(frozen=True)
class RouteFacts:
    """What a form says about a way out; the line is WKB in WGS84 degrees."""

    start: str
    shelter_id: int | None
    destination: str | None
    wkb: bytes
    length_km: float
    note: str | None


def set_reach(
    site: HazardSite, *, facts: ReachFacts, row_version: int, actor: Actor, now: datetime
) -> None:
    """Set how far a site reaches, for a reason, and work its links out anew at once."""
    reach = reach_of(site)
    if (reach.row_version if reach else 0) != row_version:
        raise Stale(_reach_shown(reach), _reach_shown(facts))
    old = {"buffer_m": reach.buffer_m, "area": as_lines(reach.area_wkb)} if reach else {}
    if reach is None:
        reach = ExposureReach(site_id=site.id)
        db.session.add(reach)
    reach.buffer_m, reach.area_wkb, reach.reason = facts.buffer_m, facts.area_wkb, facts.reason
    reach.set_at, reach.set_by_id, reach.set_by_name = now, actor.account_id, actor.name
    db.session.flush()
    work_out([site.id], now)
    new = {"buffer_m": facts.buffer_m, "area": as_lines(facts.area_wkb)}
    changes = {name: [old.get(name), new[name]] for name in new if old.get(name) != new[name]}
    _record("exposure-reach-set", site, actor, now, changes, reason=facts.reason)


def _reach_shown(found: ExposureReach | ReachFacts | None) -> dict[str, str]:
    values = (found.buffer_m, as_lines(found.area_wkb), found.reason) if found else ("", "", "")
    labels = (N_("Metres around the site"), N_("Area drawn by hand"), N_("Reason"))
    return {
        translate(label): "" if value is None else str(value)
        for label, value in zip(labels, values, strict=True)
    }


def decide(
    link: Exposure,
    *,
    decision: Decision | None,
    reason: str,
    row_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Confirm or reject a link for a reason, or take such a decision back."""
    if link.row_version != row_version:
        raise Stale({translate(N_("Reason")): link.reason or ""}, {translate(N_("Reason")): reason})
    if decision is None and link.decision is None:
        raise DomainError(N_("Nobody has decided on this link yet."))
    old = link.decision
    link.decision = decision
    link.decided_at, link.decided_by_id, link.decided_by_name = now, actor.account_id, actor.name
    link.reason = reason
    _record(
        "exposure-decided",
        link.site,
        actor,
        now,
        {"decision": [old, decision]},
        link=link.id,
        subject_of_link=f"{link.subject_kind.value}:{link.subject_id}",
        reason=reason,
    )


def enter_route(
    site: HazardSite, *, facts: RouteFacts, actor: Actor, now: datetime
) -> EvacuationRoute:
    """Keep a way out of a site's reach."""
    route = EvacuationRoute(
        site_id=site.id, created_at=now, created_by_name=actor.name, **asdict(facts)
    )
    db.session.add(route)
    db.session.flush()
    _record("evacuation-route-made", site, actor, now, _told(facts), route=route.id)
    return route


def edit_route(
    route: EvacuationRoute, *, facts: RouteFacts, row_version: int, actor: Actor, now: datetime
) -> None:
    """Change a way out; raise Stale when somebody saved since the form was opened."""
    if route.row_version != row_version:
        raise Stale(_route_shown(route), _route_shown(facts))
    for name, value in asdict(facts).items():
        setattr(route, name, value)
    _record("evacuation-route-changed", route.site, actor, now, _told(facts), route=route.id)


def void_route(route: EvacuationRoute, *, reason: str, actor: Actor, now: datetime) -> None:
    """Strike a way out out for a reason."""
    route.voided_at, route.voided_by_id, route.void_reason = now, actor.account_id, reason
    _record("evacuation-route-voided", route.site, actor, now, route=route.id, reason=reason)


def _told(facts: RouteFacts) -> dict[str, Any]:
    values = {**asdict(facts), "wkb": as_lines(facts.wkb)}
    return {name: [None, value] for name, value in values.items() if value is not None}


def _route_shown(found: EvacuationRoute | RouteFacts) -> dict[str, str]:
    return {
        translate(N_("Where it starts")): found.start,
        translate(N_("To another place")): found.destination or "",
        translate(N_("Points of the route")): as_lines(found.wkb),
        translate(N_("Note")): found.note or "",
    }


def _record(
    action: str,
    site: HazardSite,
    actor: Actor,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
    **detail: Any,
) -> None:
    record(
        action,
        subject_kind="hazard_site",
        subject_id=site.id,
        org_id=site.org_id,
        actor=actor,
        now=now,
        changes=changes,
        **detail,
    )
