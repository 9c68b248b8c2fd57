"""Following changes: a row in the transaction of the change, the links right after its commit.

What is not worked out then, because it concerns too many or failed, is found by the sweep: by the
rows that are left, by sites changed or imported since, and once a day everything.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, event, func, insert, or_, select
from sqlalchemy.orm import Session

from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.exposures.models import Exposure, ExposureRun, ExposureTouch
from drillreg.exposures.rules import SubjectKind
from drillreg.exposures.subjects import Subjects, load_subjects
from drillreg.exposures.working import CHUNK, work_out
from drillreg.hazards.models import HazardSite
from drillreg.hazards.standing import is_standing
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.resources.models import Shelter
from drillreg.work.models import ImportBatch

log = logging.getLogger(__name__)

# As many changes are followed at once after a commit, and as many sites worked out.
MOST_TOUCHED = 5
MOST_AT_ONCE = 200
# Sites that one run of the sweep works out at most; the next run goes on.
MOST_SWEPT = 100_000
# From this many sites on, everything that can lie in reach is read once instead of by rectangles.
MANY = 500
# Nothing is older than that, even where a change was never announced.
FRESH = timedelta(days=1)

# Imports that put many units or villages somewhere else at once; sites show their own changes.
MOVING = ("organisations", "divisions", "boundaries")

Touched = tuple[str, int]

_touched: ContextVar[frozenset[Touched]] = ContextVar("exposures_touched", default=frozenset())


def note_sites(facts: Mapping[str, Any]) -> None:
    """Note in the transaction of a change that sites moved, changed or were closed: `site_ids`."""
    _note([("site", each) for each in facts.get("site_ids") or ()], facts)


def note_orgs(facts: Mapping[str, Any]) -> None:
    """Note that organisations changed: `org_ids`, `org_id`, or all `below` a path."""
    ids = {*(facts.get("org_ids") or ())}
    if facts.get("org_id") is not None:
        ids.add(facts["org_id"])
    _note([(SubjectKind.UNIT.value, each) for each in sorted(ids)], facts)
    if (below := facts.get("below", facts.get("path"))) is not None:
        now = facts.get("now") or clock.now()
        db.session.execute(insert(ExposureTouch), [{"below": below, "at": now}])


def note_resource(facts: Mapping[str, Any]) -> None:
    """Note that a shelter was entered, changed or struck out."""
    if facts["kind"] == SubjectKind.SHELTER:
        _note([(SubjectKind.SHELTER.value, each) for each in facts["ids"]], facts)


def _note(touched: Sequence[Touched], facts: Mapping[str, Any]) -> None:
    if not touched:
        return
    now = facts.get("now") or clock.now()
    rows = [
        {
            "site_id": id_ if kind == "site" else None,
            "subject_kind": None if kind == "site" else SubjectKind(kind),
            "subject_id": None if kind == "site" else id_,
            "at": now,
        }
        for kind, id_ in touched
    ]
    db.session.execute(insert(ExposureTouch), rows)
    _touched.set(_touched.get() | frozenset(touched))


def _forget(session: Session) -> None:
    """What was taken back touched nothing."""
    _touched.set(frozenset())


event.listen(Session, "after_rollback", _forget)


def follow() -> None:
    """Work out after a commit what was touched in it; a failure leaves it to the sweep."""
    touched = _touched.get()
    if not touched:
        return
    _touched.set(frozenset())
    if len(touched) > MOST_TOUCHED:
        return
    try:
        with unit_of_work():
            ids = sorted(_sites_of(touched))
            if len(ids) <= MOST_AT_ONCE:
                work_out(ids, clock.now())
                db.session.execute(delete(ExposureTouch).where(_is_of(touched)))
    except Exception:
        log.exception("exposure after a change could not be worked out")


def _is_of(touched: Iterable[Touched]) -> ColumnElement[bool]:
    found = [
        ExposureTouch.site_id == id_
        if kind == "site"
        else and_(ExposureTouch.subject_kind == SubjectKind(kind), ExposureTouch.subject_id == id_)
        for kind, id_ in touched
    ]
    return or_(*found)


def _sites_of(touched: Iterable[Touched]) -> set[int]:
    """Return the sites a change touches: those linked, and those in whose reach it lies now."""
    found: set[int] = set()
    for kind, id_ in touched:
        if kind == "site":
            found.add(id_)
            continue
        found.update(
            db.session.scalars(
                select(Exposure.site_id).where(
                    Exposure.subject_kind == SubjectKind(kind), Exposure.subject_id == id_
                )
            )
        )
        model: Any = Org if kind == SubjectKind.UNIT else Shelter
        place = db.session.execute(select(model.lon, model.lat).where(model.id == id_)).first()
        if place is not None and place.lon is not None and place.lat is not None:
            found.update(db.session.scalars(_around(place.lon, place.lat)))
    return found


def _around(lon: float, lat: float) -> Any:
    return select(ExposureRun.site_id).where(
        ExposureRun.min_lat <= lat,
        ExposureRun.max_lat >= lat,
        ExposureRun.min_lon <= lon,
        ExposureRun.max_lon >= lon,
    )


def sweep_exposures(now: datetime) -> int:
    """Work out what is noted, changed, new or a day old, in chunks; return how many sites."""
    noted = _noted()
    waiting = list(dict.fromkeys([*sorted(noted[1]), *_outdated(now)]))[:MOST_SWEPT]
    everything = load_subjects() if len(waiting) > MANY else None
    db.session.rollback()
    done = 0
    for at in range(0, len(waiting), CHUNK):
        done += _work_out_safely(waiting[at : at + CHUNK], now, everything)
    if noted[0] is not None and len(waiting) < MOST_SWEPT:
        with unit_of_work():
            db.session.execute(delete(ExposureTouch).where(ExposureTouch.id <= noted[0]))
    return done


def _work_out_safely(ids: list[int], now: datetime, subjects: Subjects | None) -> int:
    """Work out a chunk; where it fails each site alone, so that a bad one holds up no other."""
    try:
        with unit_of_work():
            return work_out(ids, now, subjects)
    except Exception:
        log.exception("exposure of sites %s could not be worked out", ids[:5])
    return sum(_work_out_safely([each], now, subjects) for each in ids) if len(ids) > 1 else 0


def _noted() -> tuple[int | None, set[int]]:
    """Return the newest noted change, and the sites that all up to it touch."""
    rows = db.session.scalars(
        select(ExposureTouch).order_by(ExposureTouch.id).limit(MOST_SWEPT)
    ).all()
    touched: set[Touched] = set()
    for row in rows:
        if row.site_id is not None:
            touched.add(("site", row.site_id))
        elif row.subject_kind is not None and row.subject_id is not None:
            touched.add((row.subject_kind.value, row.subject_id))
        else:
            touched |= {(SubjectKind.UNIT.value, each) for each in _below(row.below or "")}
    newest = rows[-1].id if rows else None
    if len(touched) > MANY:  # cheaper to look at every site than around every unit
        return newest, set(db.session.scalars(select(HazardSite.id).where(is_standing())))
    return newest, _sites_of(touched)


def _below(path: str) -> Iterable[int]:
    wanted = select(Org.id).where(Org.lon.is_not(None))
    if path:
        wanted = wanted.where(Org.path >= path, Org.path < subtree_end(path))
    return db.session.scalars(wanted)


def _outdated(now: datetime) -> Sequence[int]:
    """Return sites never worked out, changed since, of before the last import, or a day old."""
    newest = db.session.execute(
        select(func.max(ImportBatch.applied_at), func.max(ImportBatch.undone_at)).where(
            ImportBatch.kind.in_(MOVING)
        )
    ).one()
    since = max([now - FRESH, *(each for each in newest if each is not None and each <= now)])
    return db.session.scalars(
        select(HazardSite.id)
        .outerjoin(ExposureRun, ExposureRun.site_id == HazardSite.id)
        .where(
            or_(
                and_(
                    is_standing(),
                    or_(
                        ExposureRun.id.is_(None),
                        ExposureRun.worked_out_at < since,
                        ExposureRun.worked_out_at < HazardSite.changed_at,
                    ),
                ),
                # Struck out, or of an import that was taken back.
                and_(ExposureRun.id.is_not(None), ~is_standing()),
            )
        )
        .order_by(HazardSite.id)
        .limit(MOST_SWEPT)
    ).all()
