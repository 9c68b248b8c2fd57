"""Fixtures: a sandbox that reads geodata, and files made on the spot."""

import pytest

from drillreg.geo import files
from drillreg.sandbox.client import Sandbox


@pytest.fixture(scope="session")
def geo_sandbox(tmp_path_factory):
    sandbox = Sandbox(
        tmp_path_factory.mktemp("run"),
        tasks=[files.TASK],
        preload=["pyogrio", "shapely", "pyproj"],
        warm_ups=[],
    )
    yield sandbox
    sandbox.stop()


@pytest.fixture
def read(geo_sandbox, monkeypatch):
    """Read files as the product does, in the closed child."""
    monkeypatch.setattr(files, "run", geo_sandbox.run)
    return files.read_geodata
