"""Noticing what looks odd about a check, in the transaction that writes it.

A missing position is never a signal, nor are identical results, nor what an office enters for
somebody else or from another system.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import insert, select

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.files.models import StoredFile
from drillreg.geo.shapes import distance_m, distance_to_m
from drillreg.hazards.check_rules import (
    MOST_BITS,
    SignalKind,
    bands_of,
    bits_apart,
    speed_kmh,
)
from drillreg.hazards.models import CheckPhoto, HazardCheck, HazardSite
from drillreg.hazards.signal_models import CheckSignal, PhotoBand
from drillreg.i18n import N_
from drillreg.office.queries import setting

MINUTE = timedelta(minutes=1)
# A way is measured from the last check of the day before at the earliest.
ONE_WAY = timedelta(hours=12)
# Shorter ways say nothing: positions of phones jump.
SHORT_WAY_M = 1000.0
# So many near copies of a photo are looked at; one is enough.
MOST_ALIKE = 50


class _Found(NamedTuple):
    kind: SignalKind
    other_check_id: int | None
    facts: dict[str, Any]


def note_signals(site: HazardSite, check: HazardCheck, actor: Actor, *, is_timed: bool) -> None:
    """Write the signals of a new check with its photos; `is_timed` says that its hour is known."""
    found = [_far_from(site, check)]
    if is_timed:
        recent = _recent(site, check)
        found += [_bulk(site, check, recent), _too_fast(site, check, recent)]
    found.append(_same_photo(site, check))
    for each in found:
        if each is not None:
            db.session.add(
                CheckSignal(
                    check_id=check.id,
                    kind=each.kind,
                    other_check_id=each.other_check_id,
                    facts=each.facts,
                    found_at=check.entered_at,
                    account_id=actor.account_id,
                )
            )


def look_at(signal: CheckSignal, *, note: str, actor: Actor, now: datetime) -> None:
    """Note that somebody looked at a signal and what came of it; once."""
    if signal.seen_at is not None:
        raise DomainError(N_("Somebody looked at this signal already."))
    signal.seen_at, signal.seen_note = now, note
    signal.seen_by_id, signal.seen_by_name = actor.account_id, actor.name
    record(
        "check-signal-seen",
        subject_kind="hazard_check",
        subject_id=signal.check_id,
        org_id=signal.check.site.org_id,
        actor=actor,
        now=now,
        signal=signal.kind.value,
        note=note,
    )


def _recent(site: HazardSite, check: HazardCheck) -> Sequence[Any]:
    """Return the checks of the same person just before, newest first; one read by an index."""
    return db.session.execute(
        select(
            HazardCheck.id,
            HazardCheck.checked_at,
            HazardCheck.lon,
            HazardCheck.lat,
            HazardCheck.accuracy_m,
        )
        .where(
            HazardCheck.account_id == check.account_id,
            HazardCheck.checked_at <= check.checked_at,
            HazardCheck.checked_at > check.checked_at - ONE_WAY,
            HazardCheck.id != check.id,
            HazardCheck.sheet_id.is_(None),
            HazardCheck.upper_number.is_(None),
        )
        .order_by(HazardCheck.checked_at.desc(), HazardCheck.id.desc())
        .limit(setting("hazards.signal-bulk", site.org))
    ).all()


def _bulk(site: HazardSite, check: HazardCheck, recent: Sequence[Any]) -> _Found | None:
    """Notice the check that makes a minute full; those that follow add nothing."""
    within = sum(row.checked_at > check.checked_at - MINUTE for row in recent) + 1
    if within != setting("hazards.signal-bulk", site.org):
        return None
    return _Found(SignalKind.BULK, recent[-1].id if recent else None, {"count": within})


def _too_fast(site: HazardSite, check: HazardCheck, recent: Sequence[Any]) -> _Found | None:
    before = next((row for row in recent if row.lon is not None), None)
    if before is None or check.lon is None or check.lat is None:
        return None
    metres = distance_m(before.lon, before.lat, check.lon, check.lat)
    metres -= (before.accuracy_m or 0.0) + (check.accuracy_m or 0.0)
    seconds = (check.checked_at - before.checked_at).total_seconds()
    speed = speed_kmh(metres, seconds)
    if metres < SHORT_WAY_M or speed <= setting("hazards.signal-speed", site.org):
        return None
    facts = {"metres": round(metres), "seconds": round(seconds), "kmh": round(speed)}
    return _Found(SignalKind.SPEED, before.id, facts)


def _far_from(site: HazardSite, check: HazardCheck) -> _Found | None:
    if check.lon is None or check.lat is None:
        return None
    metres = (
        distance_to_m(site.wkb, check.lon, check.lat)
        if site.wkb
        else distance_m(site.lon, site.lat, check.lon, check.lat)
    )
    beyond = metres - (check.accuracy_m or 0.0) - (site.accuracy_m or 0.0)
    if beyond <= setting("hazards.signal-metres", site.org):
        return None
    facts = {"metres": round(metres), "accuracy": round(check.accuracy_m or 0.0)}
    return _Found(SignalKind.PLACE, None, facts)


def _same_photo(site: HazardSite, check: HazardCheck) -> _Found | None:
    """Keep the bands of a check's photos; notice the nearest copy at another check."""
    photos = db.session.execute(
        select(CheckPhoto.id, StoredFile.perceptual_hash)
        .join(StoredFile, StoredFile.id == CheckPhoto.file_id)
        .where(CheckPhoto.check_id == check.id)
    ).all() if check.photos else []  # fmt: skip
    county = int(site.org.path.split("/")[0])
    bands = {row.id: bands_of(row.perceptual_hash) for row in photos}
    wanted = sorted({band for each in bands.values() for band in each})
    if not wanted:
        return None
    near = db.session.execute(
        select(CheckPhoto.id, CheckPhoto.check_id, StoredFile.perceptual_hash)
        .join(StoredFile, StoredFile.id == CheckPhoto.file_id)
        .where(
            CheckPhoto.check_id != check.id,
            CheckPhoto.id.in_(
                select(PhotoBand.photo_id).where(
                    PhotoBand.county_id == county, PhotoBand.band.in_(wanted)
                )
            ),
        )
        .order_by(CheckPhoto.id.desc())
        .limit(MOST_ALIKE)
    ).all()
    db.session.execute(
        insert(PhotoBand),
        [
            {"county_id": county, "band": band, "photo_id": photo_id}
            for photo_id, each in bands.items()
            for band in each
        ],
    )
    alike = [
        (bits_apart(mine.perceptual_hash, other.perceptual_hash), mine, other)
        for mine in photos
        if bands[mine.id]
        for other in near
    ]
    close = [each for each in alike if each[0] <= MOST_BITS]
    if not close:
        return None
    bits, mine, other = min(close, key=lambda each: (each[0], each[2].id))
    facts = {"bits": bits, "photo": mine.id, "other_photo": other.id}
    return _Found(SignalKind.SAME_PHOTO, other.check_id, facts)
