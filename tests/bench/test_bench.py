"""The bench itself: each row runs at a toy size; nothing is timed against a target here."""

import gc

import pytest

from drillreg.sandbox import client as sandbox
from tests.bench.__main__ import BY_NAME_ONLY, ROWS
from tests.bench.data import prepare
from tests.bench.result import Row
from tests.bench.sizes import SIZES
from tests.faults.installation import POSTGRES

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    backend = "postgresql" if POSTGRES else "sqlite"
    found = prepare(backend, SIZES["toy"], tmp_path_factory.mktemp("bench"))
    yield found
    sandbox.stop()
    found.stop()


# Bare WeasyPrint, in this very process, leaves the file of its colour profile open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("name", sorted(set(ROWS) - BY_NAME_ONLY))
def test_each_row_measures_something(toy, name):
    rows = ROWS[name](toy, SIZES["toy"])
    for row in rows:
        assert all(value > 0 for value in row.ours)
        assert row.ours
        assert len(row.limit) in {0, len(row.ours)}
        assert "wrong answers" not in row.note
        assert row.line()
    gc.collect()


def test_a_ratio_is_the_median_of_paired_rounds():
    row = Row("x", "sqlite", "req/s", 0.5, True, ours=[10, 30, 20], limit=[10, 60, 30])
    assert row.as_dict()["ratio"] == 0.6667
    assert row.as_dict()["spread"] == [0.5, 1.0]
    assert row.verdict() == "ok"
    row.more_is_better = False
    assert row.verdict() == "worse"


def test_a_size_counts_its_organisations():
    assert SIZES["small"].orgs == 50_010
