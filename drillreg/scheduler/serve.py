"""One command for one machine: web server and background process, started and kept alive."""

import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

from drillreg.config import Settings

log = logging.getLogger(__name__)
LONGEST_PAUSE = 30.0
STOP_SECONDS = 35


@dataclass
class Child:
    """A process that should run: its command, and how long to wait before starting it again."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    pause: float = 1.0
    next_start: float = field(default=0.0)
    started: float = field(default=0.0)


def web_command(found: Settings) -> list[str]:
    """Return the command line of the web server (README, Decisions, for why gunicorn)."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        found.bind,
        "--workers",
        str(found.web_workers),
        "--worker-class",
        "gthread",
        "--threads",
        "16",
        "--timeout",
        "60",
        "--graceful-timeout",
        "30",
        "--keep-alive",
        "15",
        "--no-control-socket",
        "--max-requests",
        "20000",
        "--max-requests-jitter",
        "2000",
        "--worker-tmp-dir",
        "/dev/shm" if os.path.isdir("/dev/shm") else ".",  # noqa: S108 - heartbeat files
        *_tls(found),
        "drillreg.app:create_app()",
    ]


def _tls(found: Settings) -> list[str]:
    """Return the options that make the web server speak HTTPS itself."""
    if not found.tls_cert:
        return []
    return ["--certfile", found.tls_cert, "--keyfile", found.tls_key]


def tend(child: Child, now: float) -> None:
    """Start a child that is not running, after a pause that grows with every early death."""
    if child.process is not None and child.process.poll() is None:
        return
    if child.process is not None:
        lived = now - child.started
        log.warning("%s ended with %s after %.0f s", child.name, child.process.returncode, lived)
        child.pause = 1.0 if lived > 60 else min(child.pause * 2, LONGEST_PAUSE)
        child.next_start = now + child.pause
        child.process = None
    if now >= child.next_start:
        child.process = subprocess.Popen(child.command)  # noqa: S603 - our own commands
        child.started = now


def put_to_rest(children: list[Child]) -> None:
    """Ask the children to end what they are doing, and wait for them."""
    running = [child.process for child in children if child.process is not None]
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def serve(found: Settings) -> None:
    """Run web server and background process until told to stop; restart what dies."""
    children = [
        Child("web", web_command(found)),
        Child("background", [sys.executable, "-m", "drillreg", "background"]),
    ]
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while not stopping:
        for child in children:
            tend(child, time.monotonic())
        time.sleep(0.3)
    put_to_rest(children)
