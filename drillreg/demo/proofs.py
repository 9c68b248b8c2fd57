"""What is proved by hand: older filings, evaluations, patrols, rounds, training, returns, dangers.

Most of it is done in time, some is still to come this month, some is late or missing.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select, update

from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.submissions import body_hash
from drillreg.demo.drills import BROKEN
from drillreg.demo.filings import is_filed_here
from drillreg.demo.lookup import Lookup, insert_many
from drillreg.demo.plans import LATE_TOWN, clerk_of
from drillreg.demo.times import ago, at, months_before
from drillreg.drills.models import Drill
from drillreg.drills.rules import DrillStatus
from drillreg.evidence.models import Evidence, Grade
from drillreg.evidence.operations import enter_evidence
from drillreg.evidence.rules import Entered
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import VersionState
from drillreg.reports.models import Report

Row = dict[str, Any]

# How far back months of patrols, checks and rounds go.
MONTHS = 14
# Of a hundred things owed, so many are done; in the town that is late fewer.
DONE, DONE_LATE_TOWN = 0.93, 0.62
GRADES = ((Grade.SELF_REPORTED, 40), (Grade.EVIDENCED, 52), (Grade.VERIFIED, 8))
UNITS = frozenset({"school", "kindergarten", "hospital", "enterprise"})
GOVERNMENT = frozenset({"county", "department", "town", "village"})
# What somebody found at whom, how many days ago, and how many days later what followed.
DANGERS = (
    ("高排采石场", "major", 70, (("reported", 1), ("plan-made", 8), ("removed", 45))),
    ("梅子坑萤石矿", "major", 12, (("reported", 2),)),
    ("梅子坑萤石矿", "general", 40, (("removed", 9),)),
)
OFFICE = "县应急管理局"


def load_proofs(known: Lookup) -> Mapping[str, int]:
    """Write evidence as people would have entered it; return how many pieces."""
    writer = _Writer(known)
    orgs = db.session.scalars(
        select(Org).where(Org.closed_on.is_(None), Org.is_outside.is_(False)).order_by(Org.path)
    ).all()
    rows = [*writer.plans(), *writer.drills()]
    for org in orgs:
        rows.extend(writer.habits(org))
    count = insert_many(Evidence, rows)
    # What is about nothing else is about itself.
    db.session.execute(
        update(Evidence)
        .where(Evidence.subject_kind == "evidence", Evidence.subject_id == 0)
        .values(subject_id=Evidence.id)
        .execution_options(synchronize_session=False)
    )
    return {"proofs": count + _begun(known)}


class _Writer:
    """Makes rows of evidence; the same county gets the same ones every time."""

    def __init__(self, known: Lookup) -> None:
        self.known = known
        self.random = Random("proofs")  # noqa: S311 - the same county every time
        late = known.orgs[LATE_TOWN]
        self.late_path = late.path

    def _is_done(self, org: Org) -> bool:
        share = DONE_LATE_TOWN if org.path.startswith(self.late_path) else DONE
        return self.random.random() < share

    def _row(
        self,
        kind: str,
        org: Org,
        day: date,
        said: Mapping[str, Any],
        subject: tuple[str, int] = ("evidence", 0),
    ) -> Iterator[Row]:
        """Yield the row of something done on a day, none where the day has not come."""
        if day > self.known.today:
            return
        (grade,) = self.random.choices([g for g, _ in GRADES], [share for _, share in GRADES])
        entered = at(day, 16, self.random.randrange(60)) + timedelta(days=self.random.randrange(3))
        yield {
            "kind": kind,
            "org_id": org.id,
            "subject_kind": subject[0],
            "subject_id": subject[1],
            "on_date": day,
            "entered_at": min(entered, self.known.now),
            "attributes": dict(said),
            "grade": grade,
        }

    def plans(self) -> Iterator[Row]:
        """Yield filings, publications and evaluations of the plans in force."""
        found = db.session.execute(
            select(Plan, Org, PlanVersion.issued_on)
            .join(Org, Org.id == Plan.org_id)
            .join(PlanVersion, PlanVersion.plan_id == Plan.id)
            .where(Plan.voided_at.is_(None), PlanVersion.state == VersionState.CURRENT)
            .order_by(Plan.id)
        ).all()
        for plan, org, issued in found:
            issued_on = issued or self.known.today
            about = ("plan", plan.id)
            days = self.random.choice((6, 9, 12, 15, 18, 21, 24, 41))
            if (
                self._is_done(org)
                and org.kind in (GOVERNMENT | {"enterprise"})
                and not is_filed_here(plan, org)
            ):
                day = issued_on + timedelta(days=days)
                yield from self._row("plan-filed", org, day, {"plan_id": plan.id}, about)
            if self._is_done(org):
                channel = "website" if org.kind in GOVERNMENT else "board"
                day = issued_on + timedelta(days=days + 2)
                yield from self._row(
                    "plan-published", org, day, {"plan_id": plan.id, "channel": channel}, about
                )
            old = (self.known.today - issued_on).days > 700
            if old and self._is_done(org):
                day = ago(self.known.today, self.random.randrange(40, 400))
                yield from self._row(
                    "plan-evaluated", org, day, {"plan_id": plan.id, "outcome": "keep"}, about
                )

    def drills(self) -> Iterator[Row]:
        """Yield that drills were reported and their problems put right."""
        found = db.session.execute(
            select(Drill, Org)
            .join(Org, Org.id == Drill.org_id)
            .where(Drill.status == DrillStatus.HELD)
            .order_by(Drill.id)
        ).all()
        written = set(db.session.scalars(select(Report.drill_id)))
        for drill, org in found:
            if org.name in BROKEN:
                continue
            about, held_on = ("drill", drill.id), drill.held_on or self.known.today
            said = {"drill_id": drill.id, "event_type": drill.event_type}
            # Most reports were approved on paper before the county began here.
            reported = (("report-approved", 12),) if drill.id not in written else ()
            for kind, days in (("drill-reported", 4), *reported, ("problems-fixed", 20)):
                if self._is_done(org):
                    day = held_on + timedelta(days=days)
                    yield from self._row(kind, org, day, said, about)

    def habits(self, org: Org) -> Iterator[Row]:
        """Yield what an organisation of its kind does again and again."""
        if org.kind in UNITS | {"department", "town"}:
            yield from self._fire(org)
        if org.attributes.get("geohazard_area") and org.kind in {"town", "village"}:
            for day in self._monthly(org, 8):
                yield from self._row("round-made", org, day, {"sites": self.random.randrange(2, 9)})
        yield from self._training(org)
        yield from self._papers(org)

    def _monthly(self, org: Org, day: int) -> Iterator[date]:
        """Yield the days of past months, and of this one where it has come."""
        for back in range(MONTHS, -1, -1):
            first = months_before(self.known.today, back).replace(day=1)
            if self._is_done(org):
                yield first + timedelta(days=day + self.random.randrange(4))

    def _fire(self, org: Org) -> Iterator[Row]:
        for day in self._monthly(org, 23) if org.attributes.get("fire_key_unit") else ():
            yield from self._row("fire-patrolled", org, day, {"complete": True})
        for day in self._monthly(org, 12):
            result = "abnormal" if self.random.random() < 0.06 else "normal"
            yield from self._row("fire-checked", org, day, {"result": result})

    def _training(self, org: Org) -> Iterator[Row]:
        people = self.random.randrange(12, 90)
        topics = ["plan"]
        topics += ["fire", "emergency"] if org.kind in UNITS else []
        topics += ["enterprises"] if org.field == "emergency" else []
        for topic in topics:
            for days in (30, 210, 395):
                if self._is_done(org):
                    day = ago(self.known.today, days + self.random.randrange(60))
                    yield from self._row(
                        "training-held",
                        org,
                        day,
                        {"topic": topic, "participants": people, "hours": 2},
                    )
        if org.kind in GOVERNMENT - {"village"}:
            for days in (60, 420):
                if self._is_done(org):
                    day = ago(self.known.today, days + self.random.randrange(40))
                    yield from self._row("publicity-held", org, day, {"topic": "emergency"})

    def _papers(self, org: Org) -> Iterator[Row]:
        """Yield schemes and returns of the years and quarters."""
        year = self.known.today.year
        schemes = {"plan-programme": (2, 10)} if org.kind == "county" else {}
        schemes |= {"geohazard-year": (3, 18)} if org.field == "natural-resources" else {}
        for scheme, (month, number) in schemes.items():
            for each in (year - 1, year):
                issued = date(each, month, number)
                yield from self._row("scheme-issued", org, issued, {"scheme": scheme})
        if org.field == "emergency":
            yield from self._row(
                "return-sent", org, date(year - 1, 12, 22), {"return": "plan-supervision-year"}
            )
        if org.kind != "enterprise":
            return
        for back in (12, 9, 6, 3, 0):
            then = months_before(self.known.today, back)
            first = then.replace(month=(then.month - 1) // 3 * 3 + 1, day=1)
            if self._is_done(org):
                day = first + timedelta(days=self.random.randrange(4, 13))
                yield from self._row("return-sent", org, day, {"return": "danger-quarter"})
        if self._is_done(org):
            yield from self._row("return-sent", org, date(year, 1, 20), {"return": "danger-year"})


def _begun(known: Lookup) -> int:
    """Enter dangers and filings with what followed; return how many pieces of evidence."""
    before = db.session.scalar(select(func.count()).select_from(Evidence)) or 0
    office, today = known.orgs[OFFICE], known.today
    for name, level, days, steps in DANGERS:
        org = known.orgs[name]
        found = _enter(known, org, "danger-found", ago(today, days), {"level": level})
        for step, after in steps:
            said: dict[str, Any] = {"danger_id": found.id}
            if step == "removed":
                said["level"] = level
            _enter(known, org, f"danger-{step}", ago(today, days - after), said, found.id)
        if level == "major":
            came = _enter(known, office, "danger-received", ago(today, days - 2), {})
            said = {"danger_id": came.id}
            if days > 30:
                day = ago(today, days - 9)
                _enter(known, office, "danger-supervised", day, said, came.id)
    after_all = db.session.scalar(select(func.count()).select_from(Evidence)) or 0
    return after_all - before


def _enter(
    known: Lookup,
    org: Org,
    kind: str,
    day: date,
    said: Mapping[str, Any],
    begun_id: int | None = None,
) -> Evidence:
    item = code_list("evidence_kind").get(kind)
    content = {"kind": kind, "org": org.id, "on": day, **said}
    random = Random(f"{kind} {org.id} {day}")  # noqa: S311 - the same county every time
    return enter_evidence(
        Entered(
            kind=kind,
            on_date=day,
            said=said,
            note="",
            client_id=f"{random.getrandbits(128):032x}",
            body_hash=body_hash(content, []),
            subject_id=begun_id,
        ),
        org=org,
        begins=item.attributes.get("begins", "") if item else "",
        file=None,
        actor=clerk_of(org, known),
        now=_noon(known, day),
    )


def _noon(known: Lookup, day: date) -> datetime:
    return min(at(day, 12), known.now)
