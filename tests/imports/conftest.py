"""The wizard as an office uses it: a county with areas, uploads, background work."""

import io

import pytest

from drillreg.work.worker import run_next
from tests.hazards.conftest import make_site, places

__all__ = ["make_site", "places"]


@pytest.fixture
def work_off(app):
    """Run every queued piece of background work to its end."""

    def run():
        done = 0
        while run_next(app, "test"):
            done += 1
        return done

    return run


@pytest.fixture
def clerk(county, as_role):
    return as_role("county_staff")


@pytest.fixture
def send(clerk, county):
    """Upload a file and return the address of its import."""

    def upload(data, kind="hazards", name="台账.csv", browser=None, org=None, **fields):
        text = data if isinstance(data, bytes) else data.encode()
        form = {"kind": kind, "org_id": (org or county.county).id, **fields}
        answer = (browser or clerk).post(
            "/imports/new", data={**form, "file": (io.BytesIO(text), name)}
        )
        assert answer.status_code == 303, answer.text
        return answer.location.removesuffix("/columns")

    return upload


@pytest.fixture
def bring_in(clerk, send, work_off):
    """Upload, apply and run the background work; return the address of the import."""

    def run(data, **fields):
        address = send(data, **fields)
        answer = clerk.post(f"{address}/apply")
        assert answer.status_code == 303, answer.text
        assert work_off() == 1
        return address

    return run
