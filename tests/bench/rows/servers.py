"""gunicorn and granian side by side: mixed load, long requests, killed workers, SIGTERM."""

import contextlib
import importlib.util
import signal
import sys
import threading
import time
from collections.abc import Callable
from subprocess import Popen

from drillreg.scheduler.serve import web_command
from tests.bench.load import drive
from tests.bench.result import Row
from tests.bench.rows.pages import LANGUAGES, cookie, list_paths, signed_in
from tests.bench.sizes import Size
from tests.faults.clients import BROKEN, Client
from tests.faults.installation import Installation, children_of, end, kill, wait_for

TARGET = "tests.bench.slow:create()"
LONG_SECONDS = 10
KILLS = 3


def granian_command(installation: Installation) -> list[str]:
    """Return granian with as many workers and threads as gunicorn has."""
    host, port = installation.settings.bind.split(":")
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", port,
        "--workers", str(installation.web_workers), "--blocking-threads", "4",
        "--workers-kill-timeout", "30", "--respawn-failed-workers", "--no-ws",
        "--factory", "tests.bench.slow:create",
    ]  # fmt: skip


def gunicorn_command(installation: Installation) -> list[str]:
    """Return gunicorn as the product starts it."""
    return [*web_command(installation.settings)[:-1], TARGET]


COMMANDS: dict[str, Callable[[Installation], list[str]]] = {
    "gunicorn": gunicorn_command,
    "granian": granian_command,
}


def compare(installation: Installation, size: Size) -> list[Row]:
    """Measure both servers; each figure of granian stands against that of gunicorn."""
    if importlib.util.find_spec("granian") is None:
        return [Row("granian / gunicorn", installation.backend, "", None, True,
                    note="not measured: pip install granian")]  # fmt: skip
    kinds = {
        "healthz": ("req/s", True),
        "list": ("req/s", True),
        "list p95": ("ms", False),
        "list beside 4 long requests": ("req/s", True),
        "p95 beside 4 long requests": ("ms", False),
        "beside 8 long requests": ("req/s", True),
        "p95 beside 8 long requests": ("ms", False),
        "errors, kills 6 s apart": ("", False),
        "longest gap, kills 6 s apart": ("s", False),
        "dead after kills 6 s apart": ("", False),
        "errors, kills 2 s apart": ("", False),
        "longest gap, kills 2 s apart": ("s", False),
        "dead after kills 2 s apart": ("", False),
        "errors at SIGTERM": ("", False),
        "long requests cut at SIGTERM": ("", False),
        "gone after SIGTERM": ("s", False),
    }
    rows = {
        name: Row(f"granian/gunicorn {name}", installation.backend, unit, None, more)
        for name, (unit, more) in kinds.items()
    }
    for _ in range(size.rounds):
        for server, command in COMMANDS.items():
            figures = figures_of(installation, command(installation), size)
            for name, value in figures.items():
                into = rows[name].ours if server == "granian" else rows[name].limit
                into.append(value)
    return list(rows.values())


def figures_of(installation: Installation, command: list[str], size: Size) -> dict[str, float]:
    """Start one server and put it through everything."""
    process = installation.start(command, "servers")
    try:
        wait_for(lambda: answers(installation), 40, "the server answers", 0.2)
        client = signed_in(installation, LANGUAGES[0])
        paths, headers = list_paths(size), cookie(client)
        seconds = size.seconds
        bare = drive(installation.port, ["/healthz"], seconds=seconds)
        plain = drive(installation.port, paths, seconds=seconds, headers=headers)
        found = {"healthz": bare.rate, "list": plain.rate, "list p95": plain.p95_ms}
        for count, rate, p95 in (
            (4, "list beside 4 long requests", "p95 beside 4 long requests"),
            (8, "beside 8 long requests", "p95 beside 8 long requests"),
        ):
            with long_requests(installation.port, count):
                beside = drive(installation.port, paths, seconds=seconds, headers=headers)
                found |= {rate: beside.rate, p95: beside.p95_ms}
        for pause, name in ((6.0, "6 s apart"), (2.0, "2 s apart")):
            found |= during_kills(installation, process, paths, headers, pause, name)
        end(process)
        process = installation.start(command, "servers")
        wait_for(lambda: answers(installation), 40, "the server answers again", 0.2)
        return found | at_sigterm(installation, process, paths, headers)
    finally:
        end(process)


def answers(installation: Installation) -> bool:
    """Say whether the health page comes."""
    with contextlib.suppress(*BROKEN):
        client = Client(installation.port, timeout=2)
        found = client.get("/healthz").status == 200
        client.close()
        return found
    return False


class Long(threading.Thread):
    """One request that lasts."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port, self.ended_well = port, False

    def run(self) -> None:
        """Ask for the page that sleeps."""
        client = Client(self.port)
        with contextlib.suppress(*BROKEN):
            self.ended_well = client.get(f"/sleep/{LONG_SECONDS}").status == 200
        client.close()


@contextlib.contextmanager
def long_requests(port: int, count: int):
    """Keep some long requests going meanwhile."""
    threads = [Long(port) for _ in range(count)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    yield threads
    for thread in threads:
        thread.join()


class Asking(threading.Thread):
    """Asks for pages one after the other and counts what failed, and for how long."""

    def __init__(self, port: int, paths: list[str], headers: dict[str, str]) -> None:
        super().__init__()
        self.port, self.paths, self.headers = port, paths, headers
        self.over = threading.Event()
        self.failures = self.answered = 0
        self.gap = 0.0

    def run(self) -> None:
        """Ask until told to stop."""
        client, well = Client(self.port, timeout=20), time.monotonic()
        while not self.over.is_set():
            path = self.paths[self.answered % len(self.paths)]
            try:
                good = client.get(path, Cookie=self.headers["Cookie"]).status == 200
            except BROKEN:
                good = False
            now = time.monotonic()
            if good:
                self.answered += 1
                self.gap, well = max(self.gap, now - well), now
            else:
                self.failures += 1
                time.sleep(0.02)
        client.close()


@contextlib.contextmanager
def asking(installation: Installation, paths: list[str], headers: dict[str, str], count: int = 4):
    """Let some people go on asking."""
    threads = [Asking(installation.port, paths, headers) for _ in range(count)]
    for thread in threads:
        thread.start()
    yield threads
    for thread in threads:
        thread.over.set()
    for thread in threads:
        thread.join()


def workers_of(process: Popen) -> list[int]:
    return children_of(process.pid)


def during_kills(
    installation, process: Popen, paths, headers, pause: float, name: str
) -> dict[str, float]:
    """Kill workers under four people; count failures, the longest gap, and whether it lives."""
    with asking(installation, paths, headers) as people:
        for _ in range(KILLS):
            time.sleep(pause)
            victims = workers_of(process)
            if victims:
                kill(victims[-1])
        time.sleep(2)
    return {
        f"errors, kills {name}": sum(each.failures for each in people),
        f"longest gap, kills {name}": max(each.gap for each in people),
        f"dead after kills {name}": float(process.poll() is not None),
    }


def at_sigterm(installation, process: Popen, paths, headers) -> dict[str, float]:
    """End the server politely while people ask and two long requests go on."""
    with long_requests(installation.port, 2) as long_ones:
        with asking(installation, paths, headers, 2) as people:
            time.sleep(0.5)
            failed_before = sum(each.failures for each in people)
            asked = time.monotonic()
            process.send_signal(signal.SIGTERM)
            # Who comes after the door is closed is turned away; in between nobody may be cut off.
            time.sleep(0.3)
        failures = sum(each.failures for each in people) - failed_before
        with contextlib.suppress(Exception):
            process.wait(45)
        gone = time.monotonic() - asked
    return {
        "errors at SIGTERM": failures,
        "long requests cut at SIGTERM": sum(not each.ended_well for each in long_ones),
        "gone after SIGTERM": gone,
    }
