"""Checks: recorded on a phone at the site, by page or device, each exactly once."""

import uuid
from datetime import date, datetime, time

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, devices_too, requires
from drillreg.core.db import unit_of_work
from drillreg.core.errors import DomainError
from drillreg.core.reading import form_view
from drillreg.core.submissions import ensure_same_submission
from drillreg.core.web import form_of, see_other, wants_json, writes_itself
from drillreg.evidence.queries import proofs_of, stands_outside
from drillreg.files.photos import CleanPhoto, clean_photo
from drillreg.hazards.check_forms import AS_BEFORE, ITEM, read_submission
from drillreg.hazards.check_lists import CheckList, list_for, list_of, shown_answers
from drillreg.hazards.check_queries import check_with_site, numbers_before, sheet_of
from drillreg.hazards.check_rules import CHECK_BACK, WAY_WORDS, Submission
from drillreg.hazards.checking import SUBJECT, check_or_none, log_check
from drillreg.hazards.intervals import freshness_of, next_check_of
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.hazards.queries import get_check, get_site_of_code, sites_to_check
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.scope import SITE
from drillreg.hazards.signal_queries import signals_of_check
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, current_scope_for, ensure_may_on, may_on

MOST_PHOTOS = 6
# The names of a number's field and of what stood in it when the page was opened.
PREFILLED = (ITEM, AS_BEFORE)
# What of an entry a phone that is not let in any more gets shown again.
ENTRY = {
    "checked_on": N_("Day of the check"),
    "note": N_("If something is abnormal: what?"),
}


@bp.get("/h/<public_id>")
@requires(Permission.VIEW)
@devices_too()
def check(public_id: str) -> ResponseReturnValue:
    """Ask for a check of the site whose QR code led here; who may not log one sees the record."""
    site = get_site_of_code(public_id, current_scope())
    if site.voided_at is not None or not may_on(Permission.LOG_CHECKS, SITE.code, site):
        return see_other(url_for(".show", site_id=site.id))
    today = clock.today()
    asked = list_for(site.kind, today)
    before = _numbers_before(site, asked)
    values = {f"{prefix}{key}": value for key, value in before.items() for prefix in PREFILLED}
    return render_template(
        "hazards/check.html",
        site=site,
        form=form_view(client_id=str(uuid.uuid4()), checked_on=today.isoformat(), **values),
        asked=asked,
        before=before,
        ways=[(way.value, translate(word)) for way, word in WAY_WORDS.items()],
        fresh=freshness_of(site, today),
        today=today,
        earliest=today - CHECK_BACK,
        most_photos=MOST_PHOTOS,
    )


def _numbers_before(site: HazardSite, asked: CheckList) -> dict[str, str]:
    """Return the numbers of the last check that had any, to start from."""
    numbers = [item.key for item in asked.items if item.type == "number"]
    before = numbers_before(site) if numbers else {}
    return {key: f"{before[key]:g}" for key in numbers if key in before}


def _fields() -> dict[str, str]:
    """Return what was sent, by form or as a JSON object, as texts; answers may stand in `items`."""
    sent = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    if not isinstance(sent, dict):
        raise DomainError(N_("The server could not read this request. Go back and try again."))
    items = sent.pop("items", None) if request.is_json else None
    if isinstance(items, dict):
        sent |= {f"{ITEM}{key}": value for key, value in items.items()}
    return {str(key): "" if value is None else str(value) for key, value in sent.items()}


def _photos() -> list[tuple[str, bytes]]:
    found = [(f.filename or "photo.jpg", f.read()) for f in request.files.getlist("photo") if f]
    if len(found) > MOST_PHOTOS:
        raise DomainError(N_("At most %(most)d photos belong to one check."), most=MOST_PHOTOS)
    return found


def _noon(day: date) -> datetime:
    """Return the instant that stands for an earlier day whose hour nobody knows."""
    return clock.from_local(datetime.combine(day, time(12)))


def _record(public_id: str) -> tuple[HazardCheck, bool]:
    """Record what was sent, once; return the check and whether it is new.

    Photos are cleaned before the write begins, and only for a check that is not there yet.
    """
    site = get_site_of_code(public_id, current_scope())
    ensure_may_on(Permission.LOG_CHECKS, SITE.code, site)
    photos, now = _photos(), clock.now()
    sent = read_submission(
        _fields(),
        [data for _, data in photos],
        code=public_id,
        asked=list_for(site.kind, clock.local_date(now)),
        today=clock.local_date(now),
        moment_of=_noon,
        now=now,
    )
    known = check_or_none(sent.client_id)
    if known is not None:
        ensure_same_submission(known.body_hash, sent.body_hash)
        return known, False
    return _write(public_id, sent, [clean_photo(data, name) for name, data in photos], now)


def _write(
    public_id: str, sent: Submission, photos: list[CleanPhoto], now: datetime
) -> tuple[HazardCheck, bool]:
    with unit_of_work():
        return log_check(
            get_site_of_code(public_id, current_scope()),
            sent=sent,
            photos=photos,
            actor=current_actor(),
            today=clock.local_date(now),
            now=now,
        )


@form_of(check)
def _log_from_page(public_id: str) -> ResponseReturnValue:
    found, _ = _record(public_id)
    return see_other(url_for(".check_done", public_id=public_id, check_id=found.id))


def _log_from_device(public_id: str) -> ResponseReturnValue:
    found, is_new = _record(public_id)
    answer = {"id": found.id, "recorded_at": found.entered_at.isoformat()}
    return answer, 201 if is_new else 200


@bp.post("/h/<public_id>")
@requires(Permission.LOG_CHECKS)
@devices_too(ENTRY)
@writes_itself
def log(public_id: str) -> ResponseReturnValue:
    """Record a check: 201 for a device, 200 when it sends the same again, 409 for another text."""
    return _log_from_device(public_id) if wants_json() else _log_from_page(public_id)


@bp.get("/h/<public_id>/done/<int:check_id>")
@requires(Permission.LOG_CHECKS)
@devices_too()
def check_done(public_id: str, check_id: int) -> str:
    """Say that a check is recorded, with its number and time, and what comes next."""
    found = get_check(check_id, current_scope())
    return render_template(
        "hazards/check_done.html",
        check=found,
        site=found.site,
        answers=shown_answers(found.answers),
        proof=proofs_of(SUBJECT, [found.id]).get(found.id),
    )


@bp.get("/hazards/checks/<int:check_id>")
@requires(Permission.VIEW)
def show_check(check_id: int) -> str:
    """Show one check: what was answered, by which list, its photos, and what it proves."""
    scope, actor = current_scope(), current_actor()
    found = check_with_site(check_id, scope)
    judging = actor.may(Permission.ASSIGN_TASKS)
    return render_template(
        "hazards/check_show.html",
        check=found,
        site=found.site,
        way=translate(WAY_WORDS[found.way_or_patrol]),
        answers=shown_answers(found.answers),
        asked=list_of(found.answers) if found.answers else None,
        sheet=sheet_of(found, scope),
        proof=proofs_of(SUBJECT, [found.id]).get(found.id),
        may_judge=stands_outside(actor, found.site.org, Permission.ASSIGN_TASKS, clock.today()),
        signals=signals_of_check(found, current_scope_for(Permission.ASSIGN_TASKS), actor)
        if judging
        else [],
    )


@bp.get("/hazards/mine")
@requires(Permission.LOG_CHECKS)
@devices_too()
def mine() -> str:
    """List the sites one looks after, those waiting longest first, one button each."""
    today = clock.today()
    found = sites_to_check(current_scope_for(Permission.LOG_CHECKS), today=today)
    return render_template(
        "hazards/mine.html",
        sites=[(site, freshness_of(site, today), next_check_of(site)) for site in found],
        today=today,
    )
