"""Duties: reading any node, one change, many writers under one root, the nightly sweep."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import func, insert, select, update

from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.duties.counting import added_up, put_together, tallies
from drillreg.duties.evaluating import evaluate_orgs
from drillreg.duties.following import MOST_SWEPT, sweep_duties
from drillreg.duties.models import DutyOrg, DutyState
from drillreg.duties.queries import DutyFilter, duty_page, reads
from drillreg.evidence.models import Evidence
from drillreg.evidence.rules import Grade
from drillreg.orgs.models import Org, OrgVersion
from drillreg.orgs.scope import OrgScope
from tests.bench.data import prepare, town_id
from tests.bench.result import Row
from tests.bench.sizes import Size
from tests.faults.installation import Installation

# The limit of a page in seconds, and of the evaluation after one change.
PAGE, CHANGE = 0.010, 0.050
ROUNDS = 9
WRITERS = 8
KINDS = (
    ("plan-issued", {"plan_id": 1, "kind": "unit-overall", "event_type": "general"}),
    ("plan-issued", {"plan_id": 2, "kind": "unit-special", "event_type": "fire"}),
    ("plan-filed", {"plan_id": 1}),
    ("drill-held", {"drill_id": 1, "mode": "full", "event_type": "fire"}),
    ("drill-held", {"drill_id": 2, "mode": "tabletop", "event_type": "general"}),
    ("report-approved", {"drill_id": 1}),
    ("fire-checked", {}),
    ("training-held", {}),
)


def duties(installation: Installation, size: Size) -> list[Row]:
    """Measure a county of 1,000 and one of 50,000 organisations (fewer at a toy size)."""
    small, large = _sizes(size)
    build = installation.folder.parent
    few, many = (_prepared(installation.backend, each, build) for each in (small, large))
    try:
        rows = _reading(few, small, many, large)
        rows += [_sweep(many, large), _one_change(many, large), _writers(many, size)]
    finally:
        few.rest()
        many.rest()
    return rows


def _sizes(size: Size) -> tuple[Size, Size]:
    few, many = ((2, 3), (3, 5)) if size.name == "toy" else ((20, 49), (200, 249))
    base = replace(size, counties=1, sites=10, checks=10)
    return tuple(
        replace(base, name=f"duties{at}", towns=towns, units=units)
        for at, (towns, units) in enumerate((few, many))
    )  # type: ignore[return-value]


def _prepared(backend: str, size: Size, build: Path) -> Installation:
    """Return an installation in which every duty is worked out."""
    found = prepare(backend, size, build)
    with found.app.app_context():
        if not db.session.scalar(select(func.count(DutyOrg.id))):
            _add_evidence()
            while sweep_duties(clock.now()) >= MOST_SWEPT:
                pass
            with unit_of_work():
                put_together(clock.today())
    found.let_go()
    return found


def _add_evidence() -> None:
    chance = random.Random(7)
    now = clock.now()
    today = clock.local_date(now)
    ids = db.session.scalars(select(Org.id)).all()
    db.session.rollback()
    for at in range(0, len(ids), 2000):
        rows = [
            {
                "kind": kind,
                "org_id": org_id,
                "subject_kind": "bench",
                "subject_id": org_id,
                "on_date": today - timedelta(days=chance.randrange(400)),
                "entered_at": now,
                "attributes": said,
                "grade": chance.choice(list(Grade)),
            }
            for org_id in ids[at : at + 2000]
            for kind, said in KINDS
            if chance.random() < 0.7
        ]
        with unit_of_work():
            db.session.execute(insert(Evidence), rows)


def _timed(act: Callable[[], object]) -> float:
    db.session.rollback()
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _reading(few: Installation, small: Size, many: Installation, large: Size) -> list[Row]:
    rows = []
    for name, act in (("matrix", _matrix), ("count", _count), ("first gaps", _gaps)):
        took: dict[int, list[float]] = {}
        for at, (place, size) in enumerate(((few, small), (many, large))):
            with place.app.app_context():
                act(size)  # what a process reads once is read before the clock runs
                took[at] = [_timed(lambda act=act, size=size: act(size)) for _ in range(ROUNDS)]
            place.let_go()
        growth = median(took[1]) / median(took[0])
        note = f"{large.orgs:,} to {small.orgs:,}: {growth:.1f} times"
        rows.append(_row(many, f"duties: {name}", PAGE, took[1], note))
    rows.append(_all_met(many))
    with many.app.app_context():
        _ensure_equal()
    many.let_go()
    return rows


def _row(place: Installation, name: str, limit: float, took: list[float], note: str = "") -> Row:
    return Row(name, place.backend, "s", 1.0, False, took, [limit] * len(took), note)


def _matrix(size: Size) -> object:
    nodes = [town_id(size, 0, at) for at in range(min(size.towns, 30))]
    return tallies(nodes, [], clock.today())


def _count(size: Size) -> object:
    return added_up(tallies([1], [], clock.today(), by=("rule",)).values())


def _gaps(size: Size) -> object:
    node = db.session.get_one(Org, 1)
    scope = OrgScope(clock.today(), frozenset({node.path}))
    return duty_page(scope, DutyFilter(node=node), today=clock.today())


class _UndoError(Exception):
    """Raised to take back what was changed for a measurement."""


def _all_met(place: Installation) -> Row:
    """Measure the first gaps where only one in a hundred is left; nothing of it stays."""
    size = Size("", 1, 1, 1, 0, 0, 0, 1, 1, 0)
    took: list[float] = []
    with place.app.app_context(), suppress(_UndoError), unit_of_work():
        far = clock.today() + timedelta(days=365)
        db.session.execute(
            update(DutyState).where(DutyState.id % 100 != 0).values(good_until=far, due_on=far)
        )
        for _ in range(ROUNDS + 1):
            started = time.perf_counter()
            _gaps(size)
            took.append(time.perf_counter() - started)
        raise _UndoError
    place.let_go()
    return _row(place, "duties: first gaps, 99 % met", PAGE, took[1:])


def _ensure_equal() -> None:
    """Stop when counts and rows do not say the same."""
    today = clock.today()
    counts = added_up(tallies([1], [], today, by=()).values()).states
    rows = db.session.scalars(select(DutyState).where(DutyState.at1 == 1))
    live: dict[object, int] = {}
    for row in rows:
        state = reads(row, today)
        live[state] = live.get(state, 0) + 1
    if {state: n for state, n in counts.items() if n} != live:
        raise AssertionError(f"wrong answers: {counts} and {live}")


def _sweep(place: Installation, size: Size) -> Row:
    """Measure the night after a month's end, and that after a year's, against a bare scan."""
    with place.app.app_context():
        ids = list(db.session.scalars(select(Org.id).order_by(Org.id).limit(6000)))
        parts = [ids[at::3] for at in range(3)]
        now, today = clock.now(), clock.today()
        month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        year = date(month.year + 1, 1, 1)
        ours = [_timed(lambda each=each: _night(each, month, now)) for each in parts]
        bare = [_timed(lambda each=each: _read(each)) for each in parts]
        longest = _timed(lambda: _night(parts[0], year, now)) / median(bare)
        anew = _timed(lambda: _evaluate(ids, today, now)) / sum(bare)
    place.let_go()
    row = Row("duties: sweep", place.backend, "s", 5.0, False, ours, bare)
    row.note = (
        f"{len(parts[0]):,} organisations, {len(parts[0]) / median(ours):,.0f} a second;"
        f" a year's end {longest:.1f}, all anew {anew:.1f} times the scan"
    )
    return row


def _night(ids: list[int], day: date, now: datetime) -> None:
    for at in range(0, len(ids), 200):
        batch = ids[at : at + 200]
        with unit_of_work():
            evaluate_orgs(batch, today=day, now=now, unchanged=batch)


def _evaluate(ids: list[int], today: date, now: datetime) -> None:
    for at in range(0, len(ids), 200):
        with unit_of_work():
            evaluate_orgs(ids[at : at + 200], today=today, now=now)


def _read(ids: list[int]) -> None:
    for at in range(0, len(ids), 200):
        batch = ids[at : at + 200]
        for table, column in (
            (Org, Org.id),
            (OrgVersion, OrgVersion.org_id),
            (Evidence, Evidence.org_id),
            (DutyState, DutyState.org_id),
            (DutyOrg, DutyOrg.org_id),
        ):
            db.session.execute(select(table.__table__).where(column.in_(batch))).all()


def _one_change(place: Installation, size: Size) -> Row:
    with place.app.app_context():
        ids = list(db.session.scalars(select(Org.id).order_by(Org.id.desc()).limit(ROUNDS + 1)))
        now, today = clock.now(), clock.today()
        _evaluate(ids[:1], today, now)
        took = [_timed(lambda each=each: _evaluate([each], today, now)) for each in ids[1:]]
    place.let_go()
    return _row(place, "duties: after one change", CHANGE, took)


def _writers(place: Installation, size: Size) -> Row:
    """Measure eight writers at once under one root against one."""
    seconds = 1.0 if size.name == "toy" else 6.0
    one = _run(place, 1, seconds)
    all_of_them = _run(place, WRITERS, seconds)
    took = [each for times in all_of_them for each in times]
    p95 = quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
    note = f"p95 {p95 * 1000:.0f} ms of {WRITERS} at once"
    if place.backend == "sqlite":
        return Row("duties: eight writers", "sqlite", "s", 1.0, False, [p95], [0.300], note)
    rate = len(took) / seconds
    alone = len(one[0]) / seconds
    return Row("duties: eight writers", place.backend, "1/s", 1.5, True, [rate], [alone], note)


def _run(place: Installation, count: int, seconds: float) -> list[list[float]]:
    command = [sys.executable, "-m", "tests.bench.writers"]
    running = [
        subprocess.Popen(
            [*command, str(at), str(count), str(seconds)],
            env=place.environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for at in range(count)
    ]
    return [json.loads(each.communicate()[0]) for each in running]
