"""Changes of sites and the checks on them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from drillreg.accounts.queries import accounts_with
from drillreg.audit.operations import record
from drillreg.core.access import Actor, Permission
from drillreg.core.changes import announce
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors, Stale
from drillreg.core.submissions import ensure_same_submission
from drillreg.evidence.models import Grade
from drillreg.evidence.operations import add_evidence
from drillreg.files.photos import CleanPhoto, store_photo
from drillreg.geo import morton
from drillreg.hazards.models import CheckPhoto, HazardCheck, HazardSite
from drillreg.hazards.registering import note_sites
from drillreg.hazards.rules import (
    IMPORT_KIND,
    CheckResult,
    SiteFacts,
    Submission,
    ensure_check_complete,
    ensure_check_day,
    level_rank,
)
from drillreg.hazards.scope import SITE
from drillreg.i18n import N_, translate
from drillreg.imports.rules import APPLY_WORK
from drillreg.notices.operations import notify
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


def _ensure_number_free(number: str, org: Org, site_id: int | None) -> None:
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
    _ensure_number_free(facts.number, org, None)
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
        changes={key: [None, value] for key, value in asdict(facts).items() if value is not None},
    )
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
    _ensure_number_free(facts.number, org, site.id)
    changes = {key: [old[key], new] for key, new in asdict(facts).items() if old[key] != new}
    if site.org_id != org.id:
        changes["org_id"] = [site.org_id, org.id]
        pass_grants(SITE.code, site.id, org)
    # A line or area that came with a file says nothing any more once the point was moved.
    if "lon" in changes or "lat" in changes:
        site.wkb = None
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


def _shown(values: dict[str, Any]) -> dict[str, str]:
    return {
        translate(label): "" if values[key] is None else str(values[key])
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


# Checks


def check_or_none(client_id: str) -> HazardCheck | None:
    """Return the check that a submission became, if it arrived before."""
    return db.session.scalar(select(HazardCheck).where(HazardCheck.client_id == client_id))


def log_check(
    site: HazardSite,
    *,
    sent: Submission,
    photos: Sequence[CleanPhoto],
    actor: Actor,
    today: date,
    now: datetime,
) -> tuple[HazardCheck, bool]:
    """Record a check once, however often it is sent; return it and whether it is new.

    The unique client id decides, also between two that arrive together. Raises Conflict when
    the id came before with another content.
    """
    if site.voided_at is not None:
        raise DomainError(N_("This site was struck out; no check can be recorded."))
    ensure_check_complete(sent.result, sent.note)
    ensure_check_day(sent.checked_on, today)
    new_id = _insert_once(site, sent, actor, now)
    check = check_or_none(sent.client_id)
    if check is None:
        raise RuntimeError("a check that was neither written nor there")
    if new_id is None:
        ensure_same_submission(check.body_hash, sent.body_hash)
        return check, False
    for photo in photos:
        kept = store_photo(photo, org_id=site.org_id, actor=actor, now=now)
        db.session.add(CheckPhoto(check_id=check.id, file_id=kept.id))
    _after_check(site, check, bool(photos), actor, now)
    announce(
        "check",
        what="recorded",
        check_id=check.id,
        site_id=site.id,
        failed=[],
        now=now,
        today=today,
    )
    return check, True


def _insert_once(site: HazardSite, sent: Submission, actor: Actor, now: datetime) -> int | None:
    """Insert the check unless its client id is there; return the new id, or None."""
    is_postgres = db.session.get_bind().dialect.name == "postgresql"
    insert: Any = postgresql.insert if is_postgres else sqlite.insert
    found: int | None = db.session.execute(
        insert(HazardCheck)
        .values(
            client_id=sent.client_id,
            body_hash=sent.body_hash,
            site_id=site.id,
            result=sent.result,
            note=sent.note or None,
            lon=sent.lon,
            lat=sent.lat,
            accuracy_m=sent.accuracy_m,
            checked_on=sent.checked_on,
            checked_at=sent.checked_at,
            entered_at=now,
            account_id=actor.account_id,
            checker_name=actor.name,
        )
        .on_conflict_do_nothing(index_elements=["client_id"])
        .returning(HazardCheck.id)
    ).scalar()
    return found


def _after_check(
    site: HazardSite, check: HazardCheck, has_photo: bool, actor: Actor, now: datetime
) -> None:
    """Write what follows from a new check: newest check of the site, evidence, trail, notice."""
    table = HazardSite.__table__
    # Beside the mapper: a check is no edit of the site, an open edit form must not go stale.
    db.session.execute(
        table.update()  # type: ignore[attr-defined]
        .where(
            table.c.id == site.id,
            or_(table.c.last_check_on.is_(None), table.c.last_check_on <= check.checked_on),
        )
        .values(last_check_on=check.checked_on, last_check_result=check.result)
    )
    add_evidence(
        "hazard-checked",
        org_id=site.org_id,
        subject_kind="hazard_check",
        subject_id=check.id,
        on_date=check.checked_on,
        grade=Grade.EVIDENCED if has_photo else Grade.SELF_REPORTED,
        now=now,
        attributes={"site": site.id, "result": check.result.value, "by_org": actor.org_id},
    )
    record(
        "hazard-checked",
        subject_kind="hazard_site",
        subject_id=site.id,
        org_id=site.org_id,
        actor=actor,
        now=now,
        check=check.id,
        result=check.result.value,
    )
    if check.result is CheckResult.ABNORMAL:
        _tell_of_abnormal(site, check, actor, now)


def _tell_of_abnormal(site: HazardSite, check: HazardCheck, actor: Actor, now: datetime) -> None:
    found = accounts_with(Permission.EDIT_HAZARDS, site.org, on=check.checked_on)
    notify(
        [account.id for account in found if account.id != actor.account_id],
        occasion=f"hazard_check:{check.id}",
        kind="hazard-abnormal",
        message=N_("%(site)s: a check found something abnormal: %(note)s"),
        params={"site": site.name, "note": (check.note or "")[:80]},
        url=f"/hazards/{site.id}",
        now=now,
    )
