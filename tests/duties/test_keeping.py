"""Results that are kept: the same as worked out anew after any history."""

import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from drillreg.core import clock
from drillreg.core.changes import announce
from drillreg.core.db import db, unit_of_work
from drillreg.duties import counting, evaluating, following
from drillreg.duties.counting import COUNTED, put_together, tallies
from drillreg.duties.evaluating import evaluate_orgs, nodes_of
from drillreg.duties.following import sweep_duties
from drillreg.duties.models import DutyCount, DutyOrg, DutyPeriod, DutyState, DutyTouch, DutyWaiver
from drillreg.duties.queries import reads
from drillreg.duties.states import State, state_on
from drillreg.evidence.models import Evidence
from drillreg.evidence.operations import add_evidence
from drillreg.evidence.rules import Grade
from drillreg.orgs.models import Org
from drillreg.orgs.rules import child_path
from drillreg.work.models import ImportBatch, ImportState

SAID = ("org_id", "rule", "key", "event_type", *COUNTED, "have", "need", "proofs", "late_days")


def told(org_id, **facts):
    announce("evidence", org_id=org_id, **facts)


def drill(org, on, *, now, mode="full", grade=Grade.EVIDENCED, **said):
    proof = add_evidence(
        "drill-held",
        org_id=org.id,
        subject_kind="drill",
        subject_id=said.pop("drill_id", 1),
        on_date=on,
        grade=grade,
        now=now,
        attributes={"event_type": "fire", "mode": mode, "participants": 120, **said},
    )
    db.session.flush()
    return proof


def kept():
    found = db.session.execute(select(DutyState.__table__)).mappings()
    return Counter(repr(tuple((name, row[name]) for name in SAID)) for row in found)


def counted():
    """The counts of every node, added up."""
    sums = Counter()
    for row in db.session.execute(select(DutyCount.__table__)).mappings():
        sums[(row["node_id"], *(row[name] for name in COUNTED))] += row["n"]
    return {key: n for key, n in sums.items() if n}


def recounted():
    """The counts of every node as the results themselves give them."""
    orgs = {org.id: org for org in db.session.scalars(select(Org))}
    sums = Counter()
    for row in db.session.execute(select(DutyState.__table__)).mappings():
        org = orgs[row["org_id"]]
        for node in nodes_of(org.path, [org.kind]):
            sums[(node, *(row[name] for name in COUNTED))] += 1
    return dict(sums)


def as_read(counts, day):
    """Counts by what they say on a day."""
    sums = Counter()
    for key, n in counts.items():
        *place, grade, good_until, due_on, waived_until = key
        state = state_on(day, good_until=good_until, due_on=due_on, waived_until=waived_until)
        proved = grade if state is State.MET else None
        sums[(*place, proved, state)] += n
    return {key: n for key, n in sums.items() if n}


@dataclass
class Story:
    """A county to which random things happen, one after the other."""

    rng: random.Random
    frozen: object
    orgs: list

    def step(self):
        act = self.rng.choice(
            [self.drill, self.drill, self.strike, self.attribute, self.move, self.waive, self.wait]
        )
        act(self.rng.choice(self.orgs))

    @property
    def today(self):
        return clock.local_date(self.frozen.now)

    def drill(self, org):
        with unit_of_work():
            on = self.today - timedelta(days=self.rng.randrange(0, 120))
            mode = self.rng.choice(["full", "tabletop"])
            drill(org, on, now=self.frozen.now, mode=mode, plan_id=self.rng.randrange(1, 4))

    def strike(self, org):
        with unit_of_work():
            found = db.session.scalars(
                select(Evidence).where(Evidence.org_id == org.id, Evidence.voided_at.is_(None))
            ).all()
            if found:
                self.rng.choice(found).voided_at = self.frozen.now
            told(org.id)

    def attribute(self, org):
        with unit_of_work():
            row = db.session.get(Org, org.id)
            row.attributes = {**row.attributes, "fire_key_unit": self.rng.random() < 0.5}
            announce("org", org_ids=[org.id])

    def move(self, org):
        with unit_of_work():
            row = db.session.get(Org, org.id)
            if row.kind != "school":
                return
            towns = db.session.scalars(select(Org).where(Org.kind == "town")).all()
            town = self.rng.choice(towns)
            row.parent_id, row.path = town.id, child_path(town.path, row.id)
            announce("org", org_ids=[org.id])

    def waive(self, org):
        with unit_of_work():
            db.session.add(
                DutyWaiver(
                    org_id=org.id,
                    rule=self.rng.choice(["O13", "D1", "O6"]),
                    from_on=self.today,
                    until_on=self.today + timedelta(days=self.rng.randrange(1, 90)),
                    reason="整体改造",
                    given_at=self.frozen.now,
                    given_by_id=1,
                    given_by_name="周敏",
                )
            )
            announce("duties", org_ids=[org.id])

    def wait(self, org):
        self.frozen.now += timedelta(days=self.rng.randrange(1, 50))
        sweep_duties(self.frozen.now)


@pytest.mark.parametrize("seed", range(6))
def test_kept_results_and_counts_equal_those_from_scratch_after_any_history(
    app, county, frozen, seed, monkeypatch
):
    # Counts are put together at every sweep, and not only where there are many.
    monkeypatch.setattr(counting, "MOST_ROWS", 1)
    story = Story(random.Random(seed), frozen, [county.school, county.village, county.town])

    def ensure_equal():
        for days in (0, 1, 20, 90, 400):
            later = story.today + timedelta(days=days)
            assert as_read(counted(), later) == as_read(recounted(), later)

    with app.app_context():
        sweep_duties(frozen.now)
        for _ in range(14):
            story.step()
        sweep_duties(frozen.now)
        ensure_equal()
        grown = kept()
        with unit_of_work():
            for table in (DutyState, DutyCount, DutyOrg, DutyTouch):
                db.session.execute(delete(table))
        sweep_duties(frozen.now)
        assert grown == kept()
        assert counted() == recounted()
        frozen.now += timedelta(days=200)
        with unit_of_work():
            put_together(story.today)
        ensure_equal()


def test_a_night_looks_only_at_what_is_over_and_a_new_release_at_everything(
    app, county, frozen, today, monkeypatch
):
    asked = []
    evaluate = evaluating.evaluate

    def noted(chain, *rest):
        asked.append(chain[0].id)
        return evaluate(chain, *rest)

    monkeypatch.setattr(evaluating, "evaluate", noted)
    with app.app_context():
        sweep_duties(frozen.now)
        everything, asked[:] = len(asked), []
        frozen.now += timedelta(days=53)  # past the end of June
        sweep_duties(frozen.now)
        over = set(asked)
        assert over
        assert len(asked) < everything / 2
        monkeypatch.setattr(evaluating, "shipped_sum", lambda: "next")
        monkeypatch.setattr(following, "shipped_sum", lambda: "next")
        asked.clear()
        sweep_duties(frozen.now)
        assert len(asked) == everything


def test_a_drill_meets_its_duty_right_after_it_is_recorded(app, county, frozen, today):
    with app.app_context():
        sweep_duties(frozen.now)
        before = one("D1", county.school)
        assert reads(before, today) is not State.MET
        with unit_of_work():
            drill(county.school, today, now=frozen.now)
        after = one("D1", county.school)
        assert reads(after, today) is State.MET
        assert after.grade == Grade.EVIDENCED.value
        assert db.session.scalars(select(DutyTouch)).all() == []


def test_what_was_taken_back_is_not_followed(app, county, frozen, today, monkeypatch):
    followed = []
    monkeypatch.setattr(following, "evaluate_safely", lambda ids, **_: followed.append(ids))
    with app.app_context():
        with suppress(ValueError), unit_of_work():
            drill(county.school, today, now=frozen.now)
            raise ValueError
        with unit_of_work():
            drill(county.village, today, now=frozen.now)
    assert followed == [[county.village.id]]


def test_a_failing_evaluation_leaves_the_last_result_and_says_since_when(
    app, county, frozen, today, monkeypatch, caplog
):
    with app.app_context():
        sweep_duties(frozen.now)
        before = kept()

        def fails(*args):
            raise RuntimeError("the evaluation broke")

        with monkeypatch.context() as broken:
            broken.setattr(evaluating, "evaluate", fails)
            with unit_of_work():
                drill(county.school, today, now=frozen.now)
            assert kept() == before
            keeper = db.session.scalar(select(DutyOrg).where(DutyOrg.org_id == county.school.id))
            assert keeper.stale_since == frozen.now
            sweep_duties(frozen.now)
            assert kept() == before
        db.session.rollback()
        sweep_duties(frozen.now)
        assert reads(one("D1", county.school), today) is State.MET
        keeper = db.session.scalar(select(DutyOrg).where(DutyOrg.org_id == county.school.id))
        assert keeper.stale_since is None


def test_what_a_dead_process_left_is_found_by_the_sweep(app, county, frozen, today, monkeypatch):
    with app.app_context():
        sweep_duties(frozen.now)
        with monkeypatch.context() as dead:
            dead.setattr(following, "evaluate_safely", lambda *args, **kwargs: False)
            with unit_of_work():
                drill(county.school, today, now=frozen.now)
        assert reads(one("D1", county.school), today) is not State.MET
        db.session.rollback()
        sweep_duties(frozen.now)
        assert reads(one("D1", county.school), today) is State.MET


def test_a_closed_period_keeps_what_was_known_and_late_evidence_stands_beside(
    app, county, frozen, today
):
    with app.app_context():
        with unit_of_work():
            told(county.school.id)
        frozen.now += timedelta(days=300)
        sweep_duties(frozen.now)
        closed = db.session.scalars(
            select(DutyPeriod).where(
                DutyPeriod.org_id == county.school.id,
                DutyPeriod.rule == "D1",
                DutyPeriod.last_on == date(2026, 12, 31),
            )
        ).one()
        assert (closed.state, closed.have) == (State.BREACHED, 0)
        db.session.rollback()
        with unit_of_work():
            drill(county.school, date(2026, 11, 3), now=frozen.now)
        db.session.expire_all()
        assert (closed.state, closed.have) == (State.BREACHED, 0)
        assert len(closed.late_proofs) == 1
        assert closed.late_days == (clock.local_date(frozen.now) - date(2026, 12, 31)).days


def test_tallies_of_a_node_equal_the_rows_below_it(app, county, frozen, today):
    with app.app_context():
        with unit_of_work():
            drill(county.school, today, now=frozen.now)
        sweep_duties(frozen.now)
        rows = db.session.scalars(select(DutyState)).all()
        below = [row for row in rows if row.at1 == county.county.id]
        found = tallies([county.county.id], [], today, by=())[(county.county.id,)]
        assert found.states == Counter(reads(row, today) for row in below)
        own = tallies([], [county.school.id], today, by=("owed",))
        assert sum(sum(tally.states.values()) for tally in own.values()) == sum(
            row.org_id == county.school.id for row in rows
        )


def one(rule, org):
    return db.session.scalars(
        select(DutyState)
        .where(DutyState.rule == rule, DutyState.org_id == org.id)
        .execution_options(populate_existing=True)
    ).one()


def test_evaluating_many_takes_as_many_statements_as_evaluating_few(
    app, county, frozen, today, count_queries
):
    few, many = [county.school.id], [county.school.id, county.village.id, county.town.id]
    counts = []
    for ids in (many, few, many):
        with app.app_context(), count_queries() as seen, unit_of_work():
            evaluate_orgs(ids, today=today, now=frozen.now)
        counts.append(len(seen))
    assert counts[2] == counts[1]


def test_an_organisation_of_an_undone_import_counts_no_more(app, county, frozen, today):
    with app.app_context():
        sweep_duties(frozen.now)
        with unit_of_work():
            batch = ImportBatch(
                kind="orgs",
                state=ImportState.UNDONE,
                file_id=1,
                file_name="单位.xlsx",
                org_id=county.county.id,
                created_at=frozen.now,
                summary={},
                options={},
            )
            db.session.add(batch)
            db.session.flush()
            db.session.get(Org, county.school.id).import_id = batch.id
            announce("org", org_ids=[county.school.id])
        mine = select(DutyState).where(DutyState.org_id == county.school.id)
        assert db.session.scalars(mine).all() == []
        assert counted() == recounted()
        assert following.to_sweep(today) == []


def test_who_made_a_change_sees_no_error_where_nothing_can_be_written_after_it(
    app, county, frozen, today, monkeypatch, caplog
):
    with app.app_context():
        sweep_duties(frozen.now)

        def locked(*args, **kwargs):
            raise RuntimeError("the database is locked")

        with monkeypatch.context() as broken:
            broken.setattr(following, "evaluate_orgs", locked)
            broken.setattr(following, "update", locked)
            with unit_of_work():
                drill(county.school, today, now=frozen.now)
        db.session.rollback()
        assert following.to_sweep(today) == [county.school.id]
