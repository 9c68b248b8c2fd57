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
from drillreg.files.photos import CleanPhoto, clean_photo
from drillreg.hazards.forms import read_submission
from drillreg.hazards.intervals import freshness_of
from drillreg.hazards.models import HazardCheck
from drillreg.hazards.operations import check_or_none, log_check
from drillreg.hazards.queries import get_check, get_site_of_code, sites_to_check
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.rules import (
    CHECK_BACK,
    Submission,
)
from drillreg.hazards.scope import SITE
from drillreg.i18n import N_
from drillreg.orgs.scope import current_scope, current_scope_for, ensure_may_on, may_on

MOST_PHOTOS = 6
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
    return render_template(
        "hazards/check.html",
        site=site,
        form=form_view(client_id=str(uuid.uuid4()), checked_on=today.isoformat()),
        fresh=freshness_of(site, today),
        today=today,
        earliest=today - CHECK_BACK,
        most_photos=MOST_PHOTOS,
    )


def _fields() -> dict[str, str]:
    """Return what was sent, by form or as a JSON object, as texts."""
    sent = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    if not isinstance(sent, dict):
        raise DomainError(N_("The server could not read this request. Go back and try again."))
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
    return render_template("hazards/check_done.html", check=found, site=found.site)


@bp.get("/hazards/mine")
@requires(Permission.LOG_CHECKS)
@devices_too()
def mine() -> str:
    """List the sites one looks after, those waiting longest first, one button each."""
    today = clock.today()
    found = sites_to_check(current_scope_for(Permission.LOG_CHECKS), today=today)
    return render_template(
        "hazards/mine.html",
        sites=[(site, freshness_of(site, today)) for site in found],
        today=today,
    )
