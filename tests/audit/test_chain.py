import random

import pytest
from sqlalchemy import delete, select, update

from drillreg.audit.chain import seal_of
from drillreg.audit.models import AuditRow, AuditValue
from drillreg.audit.operations import record, seal_rows
from drillreg.audit.queries import verify
from drillreg.core.db import db, unit_of_work

KEY = b"k" * 32


@pytest.fixture
def trail(app, frozen):
    """Thirty sealed acts, some with old and new values."""
    with app.app_context():
        with unit_of_work():
            for i in range(30):
                record(
                    "changed",
                    subject_kind="plan",
                    subject_id=i,
                    actor=None,
                    now=frozen.now,
                    changes={"title": ["旧", f"新{i}"]} if i % 3 == 0 else None,
                )
        with unit_of_work():
            assert seal_rows(key=KEY) == 30
        yield


def first_bad(**kwargs):
    return verify(key=KEY, **kwargs).first_bad


def test_an_untouched_trail_is_sound(trail):
    verdict = verify(key=KEY)
    assert (verdict.checked, verdict.first_bad, verdict.unsealed) == (30, None, 0)


def test_sealing_again_changes_nothing(trail):
    before = verify(key=KEY).head
    with unit_of_work():
        assert seal_rows(key=KEY) == 0
    assert verify(key=KEY).head == before


@pytest.mark.parametrize("seq", random.Random(1).sample(range(1, 31), 6))
def test_an_edited_row_is_found(trail, seq):
    with unit_of_work():
        db.session.execute(update(AuditRow).where(AuditRow.seq == seq).values(action="looked"))
    assert first_bad() == seq


@pytest.mark.parametrize("seq", [1, 15, 29])
def test_a_removed_row_is_found(trail, seq):
    with unit_of_work():
        row = db.session.scalar(select(AuditRow).where(AuditRow.seq == seq))
        db.session.execute(delete(AuditValue).where(AuditValue.row_id == row.id))
        db.session.delete(row)
    assert first_bad() == seq


def test_a_changed_old_value_is_found(trail):
    with unit_of_work():
        db.session.execute(update(AuditValue).values(changes={"title": ["旧", "别的"]}))
    assert first_bad() == 1


def test_values_erased_by_law_leave_the_chain_sound(trail, frozen):
    with unit_of_work():
        db.session.execute(update(AuditValue).values(changes=None, erased_at=frozen.now))
    assert first_bad() is None


def test_a_cut_tail_is_found_by_an_anchor_kept_elsewhere(trail):
    anchor = verify(key=KEY).head
    with unit_of_work():
        ids = select(AuditRow.id).where(AuditRow.seq > 25)
        db.session.execute(delete(AuditValue).where(AuditValue.row_id.in_(ids)))
        db.session.execute(delete(AuditRow).where(AuditRow.seq > 25))
    assert first_bad() is None
    assert first_bad(anchor=anchor) == 30


def test_a_chain_computed_anew_without_the_key_is_found(trail):
    with unit_of_work():
        previous = "0" * 64
        for row in db.session.scalars(select(AuditRow).order_by(AuditRow.seq)):
            previous = seal_of(row, row.seq, previous, b"not the key")
            row.seal = previous
    assert first_bad() == 1
