"""Driving a server with wrk, or with a client of our own where there is none."""

import json
import random
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.clients import BROKEN, Client

CONNECTIONS = 8
SCRIPT = """
local paths = {%s}
local headers = {%s}
bad, small = 0, 0
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init(args) math.randomseed(%d); bad = 0; small = 0 end
function request() return wrk.format("GET", paths[math.random(#paths)], headers) end
function response(status, h, body)
  if status ~= %d then bad = bad + 1 end
  if #body < %d then small = small + 1 end
end
function done(summary, latency, requests)
  local b, s = 0, 0
  for _, t in ipairs(threads) do b = b + t:get("bad"); s = s + t:get("small") end
  local e = summary.errors
  io.write(string.format('\\n{"requests":%%d,"us":%%d,"bad":%%d,"small":%%d,"errors":%%d,' ..
    '"p95_ms":%%.2f}\\n', summary.requests, summary.duration, b, s,
    e.connect + e.read + e.write + e.timeout, latency:percentile(95) / 1000))
end
"""


@dataclass(frozen=True)
class Run:
    """Requests a second, 95th percentile in ms, and what went wrong."""

    rate: float
    p95_ms: float
    bad: int
    errors: int


def has_wrk() -> bool:
    """Say whether wrk is installed."""
    return shutil.which("wrk") is not None


def drive(
    port: int,
    paths: Sequence[str],
    *,
    seconds: float,
    headers: dict[str, str] | None = None,
    status: int = 200,
    least_bytes: int = 0,
    connections: int = CONNECTIONS,
) -> Run:
    """Request random paths for some seconds; status and size of every answer are checked."""
    if not has_wrk():
        return _drive_slowly(port, paths, seconds, headers or {}, status, least_bytes, connections)
    lua = SCRIPT % (
        ",".join(json.dumps(path) for path in paths),
        ",".join(f"[{json.dumps(k)}]={json.dumps(v)}" for k, v in (headers or {}).items()),
        random.randrange(10**6),
        status,
        least_bytes,
    )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(lua)
        script.flush()
        words = ["wrk", "-t1", f"-c{connections}", f"-d{max(seconds, 1):.0f}s", "-s", script.name]
        said = subprocess.run(
            [*words, f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True
        ).stdout
    found = json.loads(said.strip().splitlines()[-1])
    return Run(
        rate=found["requests"] / (found["us"] / 1e6),
        p95_ms=found["p95_ms"],
        bad=found["bad"] + found["small"],
        errors=found["errors"],
    )


def _drive_slowly(port, paths, seconds, headers, status, least_bytes, connections) -> Run:
    """Do the same with threads of Python: the rates are lower, their ratio still tells."""
    over = time.monotonic() + seconds
    times: list[float] = []
    wrong = [0, 0]

    def go() -> None:
        client = Client(port)
        names = {name.replace("-", "_"): text for name, text in headers.items()}
        while time.monotonic() < over:
            started = time.monotonic()
            try:
                found = client.get(random.choice(paths), **names)
            except BROKEN:
                wrong[1] += 1
                continue
            times.append(time.monotonic() - started)
            wrong[0] += found.status != status or len(found.body) < least_bytes
        client.close()

    threads = [threading.Thread(target=go) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    p95 = sorted(times)[int(len(times) * 0.95)] * 1000 if times else 0.0
    return Run(len(times) / seconds, p95, wrong[0], wrong[1])


def version_of_wrk() -> str:
    """Return which client drives the servers."""
    return str(Path(shutil.which("wrk") or "python client"))
