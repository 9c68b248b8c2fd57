"""Changes of sites."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select, update

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors, Stale
from drillreg.geo import morton
from drillreg.hazards.models import HazardSite
from drillreg.hazards.registering import note_sites
from drillreg.hazards.rules import (
    IMPORT_KIND,
    SiteFacts,
    level_rank,
)
from drillreg.hazards.scope import SITE
from drillreg.hazards.siting import shape_mark
from drillreg.hazards.telling import CHANGED, CLOSED, MOVED, tell
from drillreg.i18n import N_, translate
from drillreg.imports.rules import APPLY_WORK
from drillreg.orgs.models import Org
from drillreg.orgs.records import pass_grants
from drillreg.work.models import ImportBatch, WorkItem
from drillreg.work.rules import ImportState, WorkState

# What a stale edit shows of both sides.
SHOWN = {
    "number": N_("Number"),
    "name": N_("Name of the site"),
    "kind": N_("Kind"),
    "level": N_("Risk level"),
    "address": N_("Address"),
    "lon": N_("Longitude"),
    "lat": N_("Latitude"),
    "responsible_name": N_("Responsible person"),
    "responsible_phone": N_("Their phone"),
    "threatened_people": N_("People threatened"),
    "threatened_households": N_("Households threatened"),
    "threatened_what": N_("What is threatened"),
    "threatened_property": N_("Property threatened"),
    "wkb": N_("Shape"),
    "fixed_area": N_("Fixed area"),
    "fixed_goal": N_("Fixed goal"),
    "fixed_standard": N_("Fixed standard"),
    "found_on": N_("Found on"),
}


def let_numbers_go(org_ids: Iterable[int], *, except_import: int | None = None) -> None:
    """Free the numbers held at organisations by imports that were undone or given up."""
    busy = select(WorkItem.args["batch_id"].as_integer()).where(
        WorkItem.kind == APPLY_WORK,
        WorkItem.state.in_([WorkState.QUEUED, WorkState.RUNNING]),
    )
    over = select(ImportBatch.id).where(
        ImportBatch.kind == IMPORT_KIND,
        ImportBatch.id != (except_import or 0),
        or_(
            ImportBatch.state == ImportState.UNDONE,
            (ImportBatch.state == ImportState.PREVIEW) & ImportBatch.id.not_in(busy),
        ),
    )
    db.session.execute(
        update(HazardSite)
        .where(
            HazardSite.org_id.in_(sorted(org_ids)),
            HazardSite.import_id.in_(over),
            HazardSite.number_taken.is_not(None),
        )
        .values(number_taken=None)
        .execution_options(synchronize_session=False)
    )


def ensure_number_free(number: str, org: Org, site_id: int | None) -> None:
    """Raise when another site of an organisation has a number."""
    let_numbers_go([org.id])
    taken = db.session.scalar(
        select(HazardSite.id).where(
            HazardSite.org_id == org.id,
            HazardSite.number_taken == number,
            HazardSite.id != (site_id or 0),
        )
    )
    if taken is not None:
        params = {"number": number, "org": org.name}
        sentence = N_("%(org)s has a site with the number %(number)s already.")
        raise FormErrors([FieldError("number", sentence, params)])


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as the trail keeps them: of a shape, what it is and how large."""
    return {key: shape_mark(each) if key == "wkb" else each for key, each in values.items()}


def _columns(facts: SiteFacts) -> dict[str, Any]:
    return {
        **asdict(facts),
        "number_taken": facts.number,
        "level_rank": level_rank(facts.level),
        "morton": morton.encode(facts.lon, facts.lat),
    }


def create_site(
    *,
    facts: SiteFacts,
    org: Org,
    division_id: int | None,
    actor: Actor,
    now: datetime,
    today: date,
) -> HazardSite:
    """Register a site at the organisation responsible for it."""
    ensure_number_free(facts.number, org, None)
    site = HazardSite(
        org_id=org.id,
        division_id=division_id,
        created_at=now,
        changed_at=now,
        attributes={},
        **_columns(facts),
    )
    db.session.add(site)
    db.session.flush()
    note_sites(HazardSite.id == site.id, day=today, now=now)
    record(
        "hazard-site-created",
        subject_kind="hazard_site",
        subject_id=site.id,
        org_id=org.id,
        actor=actor,
        now=now,
        changes={
            key: [None, value] for key, value in _plain(asdict(facts)).items() if value is not None
        },
    )
    tell(CHANGED, [site.id], now=now, today=today)
    return site


def edit_site(
    site: HazardSite,
    *,
    facts: SiteFacts,
    org: Org,
    division_id: int | None,
    row_version: int,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Change a site; raise Stale when somebody saved since the form was opened."""
    old = {key: getattr(site, key) for key in asdict(facts)}
    if site.row_version != row_version:
        raise Stale(_shown(old), _shown(asdict(facts)))
    ensure_number_free(facts.number, org, site.id)
    given, kept = _plain(asdict(facts)), _plain(old)
    changes = {
        key: [kept[key], new] for key, new in given.items() if old[key] != asdict(facts)[key]
    }
    is_moved = site.org_id != org.id
    if is_moved:
        changes["org_id"] = [site.org_id, org.id]
        pass_grants(SITE.code, site.id, org)
    for key, value in _columns(facts).items():
        setattr(site, key, value)
    site.org_id, site.division_id, site.changed_at = org.id, division_id, now
    note_sites(HazardSite.id == site.id, day=today, now=now)
    record(
        "hazard-site-edited",
        subject_kind="hazard_site",
        subject_id=site.id,
        org_id=org.id,
        actor=actor,
        now=now,
        changes=changes,
    )
    tell(MOVED if is_moved else CHANGED, [site.id], now=now, today=today)


def _shown(values: dict[str, Any]) -> dict[str, str]:
    shown = _plain(values)
    return {
        translate(label): "" if shown[key] is None else str(shown[key])
        for key, label in SHOWN.items()
    }


def void_site(site: HazardSite, *, reason: str, actor: Actor, now: datetime, today: date) -> None:
    """Strike a site out of the ledger for a reason; it stays readable."""
    if site.voided_at is not None:
        raise DomainError(N_("This site was struck out already."))
    site.voided_at, site.voided_by_id, site.void_reason = now, actor.account_id, reason
    site.changed_at = now
    note_sites(HazardSite.id == site.id, day=today, now=now)
    record(
        "hazard-site-voided",
        subject_kind="hazard_site",
        subject_id=site.id,
        org_id=site.org_id,
        actor=actor,
        now=now,
        reason=reason,
    )
    tell(CLOSED, [site.id], now=now, today=today)
