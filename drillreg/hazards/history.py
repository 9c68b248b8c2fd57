"""The history of a site from the trail: who changed what, when, from what to what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from drillreg.audit.models import AuditRow, AuditValue
from drillreg.core.codes import code_label
from drillreg.core.page import name_of
from drillreg.core.paging import Page, keyset_page
from drillreg.hazards.keeping import LABELS as KEEPER_LABELS
from drillreg.hazards.kind_fields import shown_details
from drillreg.hazards.models import HazardSite
from drillreg.hazards.operations import SHOWN
from drillreg.hazards.site_acts import SUBJECT
from drillreg.i18n import N_, translate
from drillreg.orgs.queries import orgs_with_ids
from drillreg.orgs.scope import whole_installation

CHECKED = "hazard-checked"
# Besides what a stale edit shows of both sides.
LABELS = {
    **SHOWN,
    "name_en": N_("English name"),
    "outside_number": N_("Official number"),
    "source_crs": N_("Datum"),
    "department_id": N_("Department in charge"),
    "org_id": N_("Responsible organisation"),
    **{f"keeper_{name}": label for name, label in KEEPER_LABELS.items()},
}
CODES = {"kind": "hazard_kind", "level": "risk_level", "keeper_tier": "keeper_tier"}
ORGS = ("org_id", "department_id")
EMPTY = "—"


@dataclass(frozen=True)
class Change:
    """One act on a site; `rows` are label, old and new value in words."""

    act: str
    who: str
    at: datetime
    reason: str
    rows: list[tuple[str, str, str]]


def history_page(
    site: HazardSite, *, before: datetime | None, on: date, cursor: str | None
) -> Page[Change]:
    """Return what was done with a site, newest first; its checks have their own list.

    `before`: what somebody does not see any more. Three statements, however many acts.
    """
    statement: Any = (
        select(AuditRow, AuditValue)
        .outerjoin(AuditValue, AuditValue.row_id == AuditRow.id)
        .where(
            AuditRow.subject_kind == SUBJECT,
            AuditRow.subject_id == site.id,
            AuditRow.action != CHECKED,
        )
    )
    if before is not None:
        statement = statement.where(AuditRow.at < before)
    found = keyset_page(statement, order=[(AuditRow.id, "desc")], cursor=cursor, size=20)
    changes = [(each[0], (each[1].changes if each[1] else None) or {}) for each in found.rows]
    names = _org_names([each for _, each in changes], on)
    shown = [
        Change(
            code_label(row.action, "audit_action"),
            row.actor_name,
            row.at,
            str(row.detail.get("reason", "")),
            _rows(site, each, names),
        )
        for row, each in changes
    ]
    return Page(shown, found.next_cursor, found.size)


def _org_names(changes: list[Mapping[str, Any]], on: date) -> dict[int, str]:
    ids = {key for each in changes for name in ORGS for key in each.get(name, ()) if key}
    # Who was responsible is part of the history of a site that the reader may see.
    return {org.id: name_of(org) for org in orgs_with_ids(ids, whole_installation(on))}


def _rows(
    site: HazardSite, changes: Mapping[str, Any], names: Mapping[int, str]
) -> list[tuple[str, str, str]]:
    found = []
    for name, (old, new) in changes.items():
        if name == "details":
            found += _detail_rows(site, old, new)
        elif name in LABELS:
            label = translate(LABELS[name])
            found.append((label, _words(name, old, names), _words(name, new, names)))
    return found


def _detail_rows(site: HazardSite, old: Any, new: Any) -> list[tuple[str, str, str]]:
    was, now = dict(shown_details(site.kind, old)), dict(shown_details(site.kind, new))
    return [
        (label, was.get(label, EMPTY), now.get(label, EMPTY))
        for label in {**was, **now}
        if was.get(label) != now.get(label)
    ]


def _words(name: str, value: Any, names: Mapping[int, str]) -> str:
    if value is None or value == "":
        return EMPTY
    if name in CODES:
        return code_label(value, CODES[name])
    if name in ORGS:
        return names.get(value, str(value))
    return str(value)
