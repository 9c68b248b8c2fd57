"""The fault plan: short samples in the suite, the long plan with --long-faults."""

import json
import platform
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.installation import POSTGRES, ROOT, Installation

FAULTS = ROOT / "faults"


def pytest_addoption(parser):
    parser.addoption("--long-faults", action="store_true", help="run the long fault plan")


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def is_long(request) -> bool:
    """Say whether the long plan runs: many kills instead of a few."""
    return request.config.getoption("--long-faults", default=False)


def pytest_generate_tests(metafunc):
    if "backend" not in metafunc.fixturenames:
        return
    both = ["sqlite", "postgresql"] if POSTGRES else ["sqlite"]
    long_plan = metafunc.config.getoption("--long-faults", default=False)
    metafunc.parametrize("backend", both if long_plan else both[-1:])


@pytest.fixture
def installation(tmp_path, backend):
    """An empty installation on the database under test."""
    found = Installation(tmp_path / "installation", backend)
    found.create()
    yield found
    found.stop()


@pytest.fixture(scope="session")
def results(request, is_long):
    """What the plan counted, written to faults/result-<date>.json by the long plan."""
    found: dict[str, dict] = {}
    started = time.monotonic()
    yield found
    if not is_long:
        return
    FAULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    plan = {
        "at": now.isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - started),
        "machine": f"{platform.machine()}, {platform.processor() or 'unknown'}",
        "python": platform.python_version(),
        "scale": "counts of the test plan scaled to about 20 minutes on two cores",
        "results": found,
    }
    target = FAULTS / f"result-{now:%Y%m%d-%H%M}.json"
    target.write_text(json.dumps(plan, indent=1, ensure_ascii=False))
