"""Recording a check, once, and what follows from it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite

from drillreg.accounts.queries import accounts_with
from drillreg.audit.operations import record
from drillreg.core.access import Actor, Permission
from drillreg.core.changes import announce
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.core.submissions import ensure_same_submission
from drillreg.evidence.operations import add_evidence, raise_grades
from drillreg.evidence.queries import stands_outside
from drillreg.evidence.rules import Grade
from drillreg.files.photos import CleanPhoto, store_photo
from drillreg.hazards.check_lists import failures
from drillreg.hazards.check_rules import (
    Submission,
    ensure_check_complete,
    ensure_check_day,
    grade_of,
    is_first_hand,
)
from drillreg.hazards.models import CheckPhoto, HazardCheck, HazardSite
from drillreg.hazards.rules import CheckResult
from drillreg.hazards.signalling import note_signals
from drillreg.i18n import N_, translate
from drillreg.notices.operations import notify

# What others hear when a check is recorded.
RECORDED = "recorded"
EVIDENCE = "hazard-checked"
SUBJECT = "hazard_check"


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
    ensure_check_complete(sent.result, sent.note, sent.answers)
    ensure_check_day(sent.checked_on, today)
    check = _insert_once(site, sent, actor, now)
    if check is None:
        return _known(sent), False
    for photo in photos:
        kept = store_photo(photo, org_id=site.org_id, actor=actor, now=now)
        check.photos.append(CheckPhoto(file_id=kept.id))
    db.session.flush()
    _after_check(site, check, actor, today, now)
    # What came from another system says nothing of the person who entered it here.
    if not sent.upper_number:
        note_signals(site, check, actor, is_timed=sent.checked_on == today)
    announce(
        "check",
        what=RECORDED,
        check_id=check.id,
        site_id=site.id,
        failed=failures(check.answers, check.note or "")
        if check.result is CheckResult.ABNORMAL
        else [],
        now=now,
        today=today,
    )
    return check, True


def _known(sent: Submission) -> HazardCheck:
    known = check_or_none(sent.client_id)
    if known is None:
        raise RuntimeError("a check that was neither written nor there")
    ensure_same_submission(known.body_hash, sent.body_hash)
    return known


def _insert_once(
    site: HazardSite, sent: Submission, actor: Actor, now: datetime
) -> HazardCheck | None:
    """Insert the check unless its client id is there; return the new one, or None."""
    is_postgres = db.session.get_bind().dialect.name == "postgresql"
    insert: Any = postgresql.insert if is_postgres else sqlite.insert
    values: dict[str, Any] = {"answers": dict(sent.answers)} if sent.answers else {}
    found: HazardCheck | None = db.session.scalars(
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
            way=sent.way,
            with_names=sent.with_names or None,
            upper_number=sent.upper_number or None,
            **values,
        )
        .on_conflict_do_nothing(index_elements=["client_id"])
        .returning(HazardCheck)
    ).first()
    return found


def _after_check(
    site: HazardSite, check: HazardCheck, actor: Actor, today: date, now: datetime
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
    _prove(site, check, actor, today, now)
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


def evidence_attributes(check: HazardCheck, by_org: int | None) -> dict[str, Any]:
    """Return what duties may ask of a check."""
    found: dict[str, Any] = {
        "site": check.site_id,
        "result": check.result.value,
        "by_org": by_org,
        "way": check.way_or_patrol.value,
    }
    return found | ({"upper_number": check.upper_number} if check.upper_number else {})


def _prove(site: HazardSite, check: HazardCheck, actor: Actor, today: date, now: datetime) -> None:
    grade = grade_of(has_photo=bool(check.photos), upper_number=check.upper_number or "")
    add_evidence(
        EVIDENCE,
        org_id=site.org_id,
        subject_kind=SUBJECT,
        subject_id=check.id,
        on_date=check.checked_on,
        grade=grade,
        now=now,
        attributes=evidence_attributes(check, actor.org_id),
    )
    is_outside = stands_outside(actor, site.org, Permission.ASSIGN_TASKS, today)
    if is_first_hand(check.way_or_patrol, is_outside=is_outside, grade=grade):
        db.session.flush()
        raise_grades(
            EVIDENCE,
            subject_kind=SUBJECT,
            subject_id=check.id,
            grade=Grade.VERIFIED,
            note=translate(N_("Seen at the site by the level above.")),
            actor=actor,
            now=now,
        )


def _tell_of_abnormal(site: HazardSite, check: HazardCheck, actor: Actor, now: datetime) -> None:
    words = "；".join(each["words"] for each in failures(check.answers, check.note or ""))
    note = "；".join(part for part in dict.fromkeys((words, check.note or "")) if part)
    found = accounts_with(Permission.EDIT_HAZARDS, site.org, on=check.checked_on)
    notify(
        [account.id for account in found if account.id != actor.account_id],
        occasion=f"hazard_check:{check.id}",
        kind="hazard-abnormal",
        message=N_("%(site)s: a check found something abnormal: %(note)s"),
        params={"site": site.name, "note": note[:80]},
        url=f"/hazards/{site.id}",
        now=now,
    )
