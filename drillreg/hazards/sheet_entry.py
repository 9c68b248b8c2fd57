"""Entering a page of a paper book for people without a phone (代录): many checks at once."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import func, insert, literal, or_, select

from drillreg.audit.operations import record
from drillreg.core import clock
from drillreg.core.access import Actor
from drillreg.core.changes import announce
from drillreg.core.db import db, json_of
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.core.submissions import ensure_same_submission
from drillreg.evidence.operations import add_evidence_from
from drillreg.evidence.rules import Grade
from drillreg.files.photos import CleanPhoto, store_photo
from drillreg.hazards.check_forms import SentSheet
from drillreg.hazards.check_rules import Way, ensure_check_day
from drillreg.hazards.checking import EVIDENCE, RECORDED, SUBJECT
from drillreg.hazards.models import CheckSheet, HazardCheck, HazardSite
from drillreg.hazards.rules import CheckResult
from drillreg.i18n import N_, translate
from drillreg.office.queries import setting
from drillreg.orgs.models import Org

NOON = timedelta(hours=12)
Cell = tuple[int, date]


def sheet_or_none(client_id: str) -> CheckSheet | None:
    """Return the page that a submission became, if it arrived before."""
    return db.session.scalar(select(CheckSheet).where(CheckSheet.client_id == client_id))


def known_sheet(sent: SentSheet) -> CheckSheet | None:
    """Return the page that arrived before; raise Conflict when it had another content."""
    known = sheet_or_none(sent.client_id)
    if known is not None:
        ensure_same_submission(known.body_hash, sent.body_hash)
    return known


def ensure_cells(
    cells: Iterable[Cell], sites: Mapping[int, HazardSite], org: Org, today: date
) -> None:
    """Raise FormErrors that name every cell which cannot be entered, with the reason."""
    back = timedelta(days=setting("hazards.sheet-days", org))
    wrong = []
    for site_id, day in cells:
        site = sites.get(site_id)
        if site is None:
            sentence = N_("%(day)s: this site is not in the ledger of this place any more.")
            wrong.append(FieldError("cells", sentence, {"day": day.isoformat()}))
            continue
        try:
            ensure_check_day(day, today, back)
        except DomainError as error:
            params = {
                "site": site.name,
                "day": day.isoformat(),
                "why": translate(error.message, **error.params),
            }
            wrong.append(FieldError("cells", N_("%(site)s, %(day)s: %(why)s"), params))
    if wrong:
        raise FormErrors(wrong)


def enter_sheet(
    org: Org,
    *,
    sent: SentSheet,
    sites: Mapping[int, HazardSite],
    done: Collection[Cell],
    photo: CleanPhoto,
    actor: Actor,
    today: date,
    now: datetime,
) -> CheckSheet:
    """Record the ticked days of a page as checks that found nothing abnormal, all or none.

    `sites` are the standing ones in reach, `done` the days that have a check already: these are
    left as they are. The page itself comes once, by its client id.
    """
    known = known_sheet(sent)
    if known is not None:
        return known
    ensure_cells(sent.cells, sites, org, today)
    new = [cell for cell in sent.cells if cell not in set(done)]
    if not new:
        raise FormErrors([FieldError("cells", N_("All these days have a check already."))])
    kept = store_photo(photo, org_id=org.id, actor=actor, now=now)
    sheet = CheckSheet(
        client_id=sent.client_id,
        body_hash=sent.body_hash,
        org_id=org.id,
        from_on=sent.span.from_on,
        until_on=sent.span.until_on,
        entered_for=sent.entered_for,
        entered_by_name=actor.name,
        account_id=actor.account_id,
        entered_at=now,
        checks=len(new),
        file_id=kept.id,
    )
    db.session.add(sheet)
    db.session.flush()
    _insert_checks(sheet, new, actor, now)
    _prove(sheet, new, actor, now)
    _note_newest(sheet)
    record(
        "hazard-sheet-entered",
        subject_kind="check_sheet",
        subject_id=sheet.id,
        org_id=org.id,
        actor=actor,
        now=now,
        entered_for=sent.entered_for,
        checks=len(new),
        sites=len({site_id for site_id, _ in new}),
    )
    _announce(sheet, now, today)
    return sheet


def _insert_checks(sheet: CheckSheet, cells: Iterable[Cell], actor: Actor, now: datetime) -> None:
    page = uuid.UUID(sheet.client_id)
    db.session.execute(
        insert(HazardCheck),
        [
            {
                "client_id": str(uuid.uuid5(page, f"{site_id}:{day.isoformat()}")),
                "body_hash": sheet.body_hash,
                "site_id": site_id,
                "result": CheckResult.NORMAL,
                "checked_on": day,
                # Nobody knows the hour.
                "checked_at": min(clock.day_begins(day) + NOON, now),
                "entered_at": now,
                "account_id": actor.account_id,
                "checker_name": actor.name,
                "entered_for": sheet.entered_for,
                "sheet_id": sheet.id,
                "way": Way.PATROL,
            }
            for site_id, day in cells
        ],
    )


def _prove(sheet: CheckSheet, cells: Iterable[Cell], actor: Actor, now: datetime) -> None:
    """Write the evidence, one statement a day: the photo of the book stands behind each check."""
    for day in sorted({day for _, day in cells}):
        found = (
            select(
                HazardSite.org_id.label("org_id"),
                HazardCheck.id.label("subject_id"),
                json_of(
                    "site",
                    HazardCheck.site_id,
                    "result",
                    literal(CheckResult.NORMAL.value),
                    "by_org",
                    literal(sheet.org_id),
                    "way",
                    literal(Way.PATROL.value),
                    "entered_for",
                    literal(sheet.entered_for),
                ).label("attributes"),
            )
            .join(HazardSite, HazardSite.id == HazardCheck.site_id)
            .where(HazardCheck.sheet_id == sheet.id, HazardCheck.checked_on == day)
        )
        add_evidence_from(
            EVIDENCE,
            found,
            subject_kind=SUBJECT,
            on_date=day,
            grade=Grade.EVIDENCED,
            now=now,
        )


def _note_newest(sheet: CheckSheet) -> None:
    """Move the last check of the sites forward, where the page has a newer day."""
    newest = (
        select(func.max(HazardCheck.checked_on))
        .where(HazardCheck.sheet_id == sheet.id, HazardCheck.site_id == HazardSite.id)
        .scalar_subquery()
    )
    on_page = select(HazardCheck.site_id).where(HazardCheck.sheet_id == sheet.id)
    table = HazardSite.__table__
    # Beside the mapper: a check is no edit of the site.
    db.session.execute(
        table.update()  # type: ignore[attr-defined]
        .where(
            table.c.id.in_(on_page),
            or_(table.c.last_check_on.is_(None), table.c.last_check_on < newest),
        )
        .values(last_check_on=newest, last_check_result=CheckResult.NORMAL)
    )


def _announce(sheet: CheckSheet, now: datetime, today: date) -> None:
    rows = db.session.execute(
        select(HazardCheck.id, HazardCheck.site_id).where(HazardCheck.sheet_id == sheet.id)
    )
    for check_id, site_id in rows.all():
        announce(
            "check",
            what=RECORDED,
            check_id=check_id,
            site_id=site_id,
            failed=[],
            now=now,
            today=today,
        )
