"""The snapshot of a report: plain data that holds everything its paper prints.

An approved report is printed from its snapshot alone, so nothing that changes later (a name, a
plan, a boundary) can change the paper.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from drillreg.core import clock
from drillreg.core.codes import code_list
from drillreg.documents.layouts import Layout, Wishes, layout_of
from drillreg.drills.models import Drill
from drillreg.drills.queries import DrillRecord
from drillreg.geo.shapes import bbox_of, geojson_of
from drillreg.hazards.models import HazardSite
from drillreg.orgs.models import Org
from drillreg.reports.models import Finding, Report
from drillreg.reports.rules import MOST_PHOTOS
from drillreg.reports.wording import (
    MODES,
    RATINGS,
    DrillFacts,
    against_target,
    composed_summary,
    formal_name,
    opening,
)

SCHEMA = 2
METRES_PER_DEGREE = 111_000
# An outline is printed some 1,200 steps wide at most; finer detail cannot be seen.
STEPS_ACROSS = 1200
LAYOUT = "report"


@dataclass(frozen=True)
class Boundary:
    """The outline of the division a drill took place in: WGS84, WKB."""

    name: str
    wkb: bytes


@dataclass(frozen=True)
class Seal:
    """What approval adds to a report; all empty on a draft."""

    number: str = ""
    approved_on: date | None = None
    approved_by: str = ""
    check_url: str = ""


@dataclass(frozen=True)
class Sources:
    """The records a snapshot is taken from.

    `names` holds former names by organisation id, `plan_number` the number of the version of the
    plan that was in force at the drill, `layout` and `wishes` how its paper looks.
    """

    report: Report
    held: DrillRecord
    findings: Sequence[Finding]
    names: Mapping[int, str] = field(default_factory=dict)
    plan_number: str = ""
    boundary: Boundary | None = None
    layout: Layout = field(default_factory=lambda: layout_of(LAYOUT))
    wishes: Wishes = field(default_factory=Wishes)


def canonical(snapshot: Mapping[str, Any]) -> bytes:
    """Return the one way a snapshot is written: UTF-8, sorted keys, no blanks."""
    return json.dumps(
        snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(snapshot: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a snapshot in its one way of writing, as hex."""
    return hashlib.sha256(canonical(snapshot)).hexdigest()


def _label(name: str, code: str) -> str:
    item = code_list(name).get(code)
    return item.label["zh"] if item else code


def _name(org: Org, names: Mapping[int, str]) -> str:
    return formal_name(names.get(org.id, org.name), org.kind)


def facts_of(held: DrillRecord, names: Mapping[int, str], plan_number: str = "") -> DrillFacts:
    """Return what the wording of a report is made of."""
    drill = held.drill
    return DrillFacts(
        title=drill.title,
        org=_name(drill.org, names),
        held_on=drill.held_on or drill.due_on,
        mode=drill.mode,
        place=drill.place or (drill.site.name if drill.site else ""),
        started=clock.local(drill.started_at) if drill.started_at else None,
        plan_title=drill.plan.title if drill.plan else "",
        plan_number=plan_number,
        participants=drill.participants,
        expected=drill.expected_participants,
        groups=[(group.name, group.people) for group in held.groups],
        evacuation_seconds=drill.evacuation_seconds,
        target_seconds=drill.target_seconds,
        rating=drill.rating,
        own_words=drill.summary or "",
    )


def summary_of(held: DrillRecord) -> str:
    """Return the summary a report of this drill starts with."""
    return composed_summary(facts_of(held, {}))


def _drill(drill: Drill) -> dict[str, Any]:
    return {
        "id": drill.public_id,
        "title": drill.title,
        "event_type": _label("event_type", drill.event_type),
        "mode": MODES[drill.mode],
        "place": drill.place,
        "due_on": drill.due_on.isoformat(),
        "held_on": drill.held_on.isoformat() if drill.held_on else None,
        "started": clock.local(drill.started_at).isoformat() if drill.started_at else None,
        "participants": drill.participants,
        "expected": drill.expected_participants,
        "evacuation_seconds": drill.evacuation_seconds,
        "target_seconds": drill.target_seconds,
        "against_target": against_target(drill.evacuation_seconds, drill.target_seconds)
        if drill.evacuation_seconds is not None
        else None,
        "rating": RATINGS[drill.rating] if drill.rating else None,
    }


def _plan(drill: Drill, number: str) -> dict[str, Any] | None:
    plan = drill.plan
    if plan is None:
        return None
    return {"title": plan.title, "number": number, "secrecy": plan.secrecy.value}


def _degrees(value: float) -> float:
    return round(value, 6) + 0.0  # no minus zero: databases write it differently


def _site(site: HazardSite | None) -> dict[str, Any] | None:
    if site is None:
        return None
    return {
        "name": site.name,
        "number": site.number,
        "level": site.level.value,
        "level_word": _label("risk_level", site.level),
        "lon": _degrees(site.lon),
        "lat": _degrees(site.lat),
    }


def _moments(held: DrillRecord) -> list[dict[str, Any]]:
    begun = held.drill.started_at
    return [
        {
            "seconds": moment.seconds,
            "clock": clock.local(begun + timedelta(seconds=moment.seconds)).isoformat()
            if begun
            else None,
            "who": moment.who,
            "what": moment.what,
        }
        for moment in held.moments
    ]


def _findings(findings: Sequence[Finding], names: Mapping[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "text": finding.text,
            "cause": finding.cause,
            "no_action_reason": finding.no_action_reason,
            "actions": [
                {
                    "text": action.text,
                    "org": names.get(action.org_id, action.org.name),
                    "person": action.person_name,
                    "due_on": action.due_on.isoformat(),
                }
                for action in finding.actions
            ],
        }
        for finding in findings
    ]


def _rings(wkb: bytes) -> list[list[list[float]]]:
    """Return the rings of a (Multi)Polygon in degrees, as fine as print can show."""
    west, _, east, _ = bbox_of(wkb)
    tolerance = max(1.0, (east - west) * METRES_PER_DEGREE / STEPS_ACROSS)
    shape = geojson_of(wkb, tolerance, digits=5)
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    rings: list[list[list[float]]] = [ring for polygon in polygons for ring in polygon]
    return rings


def _place(lon: float, lat: float, label: str, site: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "lon": _degrees(lon),
        "lat": _degrees(lat),
        "label": label,
        "level": site["level"] if site else "",
        "level_word": site["level_word"] if site else "",
    }


def _map(sources: Sources, site: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return places and outline of the map figure as plain coordinates, WGS84 degrees."""
    org = sources.held.drill.org
    points = []
    if site:
        points.append(_place(site["lon"], site["lat"], site["name"], site))
    if org.lon is not None and org.lat is not None and math.isfinite(org.lon + org.lat):
        points.append(_place(org.lon, org.lat, sources.names.get(org.id, org.name), None))
    if not points:
        return None
    found = sources.boundary
    areas = [{"name": found.name, "rings": _rings(found.wkb)}] if found else []
    return {"points": points, "areas": areas}


def _photos(held: DrillRecord) -> list[dict[str, Any]]:
    return [
        {"sha256": photo.file.sha256, "caption": photo.caption}
        for photo in held.photos[:MOST_PHOTOS]
    ]


def lines(text: str | None) -> list[str]:
    """Return the paragraphs of a text, without empty ones."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def take_snapshot(sources: Sources, seal: Seal) -> dict[str, Any]:
    """Return everything the paper of a report prints, as plain data."""
    report, held = sources.report, sources.held
    facts = facts_of(held, sources.names, sources.plan_number)
    site = _site(held.drill.site)
    return {
        "schema": SCHEMA,
        "kind": "after-action-report",
        "report": {
            "id": report.public_id,
            "edition": report.edition,
            "title": report.title,
            "addressee": report.addressee,
            "copies_to": report.copies_to,
            "number": seal.number or None,
            "approved_on": seal.approved_on.isoformat() if seal.approved_on else None,
            "approved_by": seal.approved_by or None,
            "check_url": seal.check_url or None,
        },
        "issuer": {"id": report.org.public_id, "name": _name(report.org, sources.names)},
        "opening": opening(facts),
        "summary": lines(report.summary),
        "strengths": lines(report.strengths),
        "drill": _drill(held.drill),
        "plan": _plan(held.drill, sources.plan_number),
        "site": site,
        "groups": [{"name": group.name, "people": group.people} for group in held.groups],
        "moments": _moments(held),
        "findings": _findings(sources.findings, sources.names),
        "map": _map(sources, site),
        "photos": _photos(held),
        "layout": {"version": sources.layout.version, **sources.wishes.as_data()},
    }


def moment_of(text: str) -> datetime:
    """Return the wall-clock time a snapshot holds."""
    return datetime.fromisoformat(text)
