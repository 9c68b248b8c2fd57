"""Run a task in the closed child and bring back its answer.

The only door to the sandbox for the other packages: `run(task, args, inputs=…)`.
"""

import atexit
import contextlib
import fcntl
import json
import logging
import os
import random
import re
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drillreg.core.errors import Busy
from drillreg.i18n import N_
from drillreg.sandbox.limits import INTERACTIVE, Limits
from drillreg.sandbox.refusals import (
    SandboxCrashed,
    SandboxRefused,
    SandboxTimeout,
    SandboxUnavailable,
)
from drillreg.sandbox.tasks import GDAL_DRIVERS, PRELOAD, TASKS, WARM_UPS

log = logging.getLogger(__name__)

SLOTS = 2  # jobs at once on this machine, for each queue
START_SECONDS = 60
GRACE_SECONDS = 5
SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\Z")
FORGOTTEN_SECONDS = 3600

CRASHED = N_("This file could not be processed; it may be damaged.")
TOO_LARGE = N_("This needs more memory or space than allowed. Split the file and try again.")
TIMED_OUT = N_("This took longer than %(seconds)s seconds and was stopped. Split it and try again.")
BUSY = N_("Other files are being processed right now. Please try again in a minute.")
OPEN_NETWORK = N_(
    "This machine cannot cut the file reader off the network. Ask the system administrator."
)


@dataclass(frozen=True)
class Result:
    """What a task answered: plain data, and the files it wrote, by name."""

    value: Any
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class _Running:
    """A started server as its client sees it."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    home: Path


class Sandbox:
    """A fork server of this process and the folder its jobs run in; safe to share by threads."""

    def __init__(
        self,
        run_dir: Path,
        *,
        allow_network: bool = False,
        tasks: Sequence[str] = TASKS,
        preload: Sequence[str] = PRELOAD,
        warm_ups: Sequence[str] = WARM_UPS,
        import_paths: Sequence[Path] = (),
    ) -> None:
        self.run_dir = run_dir.resolve()
        self.allow_network = allow_network
        self.tasks = list(tasks)
        self.preload = list(preload)
        self.warm_ups = list(warm_ups)
        self.import_paths = list(import_paths)
        self._lock = threading.Lock()
        self._owner = 0
        self._running: _Running | None = None
        self._facts: dict[str, Any] = {}
        self._inherited: list[_Running] = []

    # Starting and stopping

    def warm_up(self) -> None:
        """Start the server if it does not run, without waiting until it is ready."""
        with self._lock:
            self._start_if_needed()

    def stop(self) -> None:
        """Stop the server and every job of it."""
        with self._lock:
            if self._running is not None and self._owner == os.getpid():
                self._stop(self._running)
            self._running = None

    def _start_if_needed(self) -> _Running:
        running = self._running
        if running is not None and self._owner != os.getpid():
            # A fork copied it: it serves the parent. Keep the objects, so that nothing is warned
            # about or waited for, but let go of the socket, so that it ends with the parent.
            running.control.close()
            self._inherited.append(running)
            running = None
        if running is not None and running.process.poll() is None:
            return running
        if running is not None:
            self._stop(running)
        self._running, self._facts, self._owner = self._start(), {}, os.getpid()
        return self._running

    def _start(self) -> _Running:
        self._make_folders()
        home = Path(tempfile.mkdtemp(prefix="server-", dir=self.run_dir))
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # The server holds this lock as long as it lives: its folder is not swept by others.
        with theirs, (home / "alive").open("w") as alive:
            fcntl.flock(alive, fcntl.LOCK_EX)
            process = subprocess.Popen(  # noqa: S603 - our own module, nothing of a user's
                [sys.executable, "-sP", "-m", "drillreg.sandbox.server", str(theirs.fileno())],
                env=self._environment(home),
                cwd=home,
                pass_fds=(theirs.fileno(), alive.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        setup = {
            "tasks": self.tasks,
            "preload": self.preload,
            "warm_ups": self.warm_ups,
            "gdal_drivers": GDAL_DRIVERS,
        }
        ours.settimeout(START_SECONDS)
        ours.sendall(json.dumps(setup).encode())
        return _Running(process, ours, home)

    def _environment(self, home: Path) -> dict[str, str]:
        """Return the server's whole environment: no secret, proxy or address of a database."""
        package_parent = Path(__file__).resolve().parent.parent.parent
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "TMPDIR": str(home),
            "PYTHONPATH": os.pathsep.join(map(str, [package_parent, *self.import_paths])),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "GDAL_NUM_THREADS": "1",
            "GDAL_VRT_ENABLE_PYTHON": "NO",
            "PROJ_NETWORK": "OFF",
        }

    def _make_folders(self) -> None:
        for folder in (self.run_dir, self.run_dir / "jobs", self.run_dir / "slots"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        long_ago = time.time() - FORGOTTEN_SECONDS
        for left in self.run_dir.glob("jobs/*"):
            with contextlib.suppress(OSError):
                if left.lstat().st_mtime < long_ago:
                    shutil.rmtree(left, ignore_errors=True)
        for left in self.run_dir.glob("server-*"):
            if _is_abandoned(left):
                shutil.rmtree(left, ignore_errors=True)

    def _stop(self, running: _Running) -> None:
        running.control.close()
        try:
            running.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            running.process.kill()
            running.process.wait()
        shutil.rmtree(running.home, ignore_errors=True)

    def capabilities(self) -> dict[str, Any]:
        """Return what the server found on this machine: isolation, drivers, memory in MB."""
        with self._lock:
            running = self._start_if_needed()
            if not self._facts:
                self._facts = self._read_facts(running)
            return dict(self._facts)

    def _read_facts(self, running: _Running) -> dict[str, Any]:
        try:
            message = running.control.recv(65536)
        except OSError:
            message = b""
        if not message:
            self._running = None
            running.process.kill()
            self._stop(running)
            raise SandboxUnavailable(N_("The file reader does not start."))
        facts: dict[str, Any] = json.loads(message)
        return facts

    # Jobs

    def run(
        self,
        task: str,
        args: Mapping[str, Any],
        *,
        inputs: Mapping[str, bytes | Path] | None = None,
        limits: Limits = INTERACTIVE,
        wait: float = 10,
    ) -> Result:
        """Run a task, `module:function` of the allow-list; wait at most `wait` s for a slot.

        Raises SandboxRefused, SandboxTimeout, SandboxCrashed, SandboxUnavailable or Busy.
        """
        if task not in self.tasks:
            raise KeyError(f"{task} is not among the tasks of the sandbox")
        facts = self.capabilities()
        if not facts["network_isolated"] and not self.allow_network:
            raise SandboxUnavailable(OPEN_NETWORK)
        with self._slot(limits.slot, wait), self._job_folder() as folder:
            size = _fill(folder, args, inputs or {})
            order = {"task": task, "folder": str(folder)}
            order["limits"] = {**limits.as_dict(), "input_bytes": size}  # type: ignore[assignment]
            end = self._have_done(order, limits)
            return _collect(folder, end, limits)

    @contextlib.contextmanager
    def _job_folder(self) -> Iterator[Path]:
        folder = self.run_dir / "jobs" / secrets.token_hex(8)
        for each in (folder, folder / "in", folder / "out", folder / "tmp"):
            each.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def _slot(self, queue: str, wait: float) -> Iterator[None]:
        deadline = time.monotonic() + wait
        paths = [self.run_dir / "slots" / f"{queue}-{number}" for number in range(SLOTS)]
        while True:
            for path in paths:
                with path.open("w") as lock:
                    try:
                        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        continue
                    yield
                    return
            if time.monotonic() >= deadline:
                raise Busy(BUSY)
            time.sleep(random.uniform(0.01, 0.05))  # noqa: S311 - only spreads the waiters

    def _have_done(self, order: dict[str, Any], limits: Limits) -> dict[str, Any]:
        """Send one job and wait for its end; a server found dead is replaced once."""
        for _ in range(2):
            ours, theirs = socket.socketpair()
            with ours, theirs:
                self.capabilities()  # a new server has told its facts before its first job
                with self._lock:
                    running = self._start_if_needed()
                    try:
                        message = json.dumps(order).encode()
                        socket.send_fds(running.control, [message], [theirs.fileno()])
                    except OSError:
                        running.process.kill()
                        running.process.wait()
                        continue
                theirs.close()
                return _wait_for_end(ours, running, limits)
        raise SandboxUnavailable(N_("The file reader does not start."))


def _wait_for_end(ours: socket.socket, running: _Running, limits: Limits) -> dict[str, Any]:
    ours.settimeout(limits.wall_seconds + GRACE_SECONDS)
    try:
        message = ours.recv(4096)
    except TimeoutError:
        running.process.kill()
        raise SandboxTimeout(TIMED_OUT, seconds=limits.wall_seconds) from None
    except OSError:
        message = b""
    if not message:
        raise SandboxCrashed(CRASHED, detail="the server ended during the job")
    end: dict[str, Any] = json.loads(message)
    return end


def _is_abandoned(home: Path) -> bool:
    """Tell whether the server of a folder has ended: then nobody holds its lock."""
    try:
        with (home / "alive").open() as alive:
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False  # it lives, or is just being made by another process
    return True


def _fill(folder: Path, args: Mapping[str, Any], inputs: Mapping[str, bytes | Path]) -> int:
    """Write arguments and inputs into the folder of a job; return their bytes on disk."""
    (folder / "args.json").write_text(json.dumps(args, ensure_ascii=False), encoding="utf-8")
    for name, content in inputs.items():
        if not SAFE_NAME.match(name):
            raise ValueError(f"{name!r} cannot be the name of an input")
        if isinstance(content, Path):
            shutil.copyfile(content, folder / "in" / name)
        else:
            (folder / "in" / name).write_bytes(content)
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*"))


def _read_plain_file(name: str, at: int, most: int) -> bytes:
    """Read a file a child has left, and nothing a link of it could point to."""
    number = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=at)
    with os.fdopen(number, "rb") as opened:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1 or found.st_size > most:
            raise OSError(f"{name} is not a plain file of at most {most} bytes")
        return opened.read(most)


def _read_outputs(at: int, limits: Limits) -> dict[str, bytes]:
    out = os.open("out", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
    try:
        names = sorted(os.listdir(out))
        if len(names) > limits.output_files:
            raise OSError(f"{len(names)} files left in out")
        return {name: _read_plain_file(name, out, limits.file_bytes) for name in names}
    finally:
        os.close(out)


def _collect(folder: Path, end: dict[str, Any], limits: Limits) -> Result:
    """Turn the end of a job and what lies in its folder into a result or an error."""
    if end["stopped_for"] == "wall" or end["exit"] in (-signal.SIGXCPU, -signal.SIGALRM):
        raise SandboxTimeout(TIMED_OUT, seconds=limits.wall_seconds)
    if end["stopped_for"]:
        raise SandboxCrashed(TOO_LARGE, detail=f"stopped for {end['stopped_for']}")
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if end["exit"] != 0:
            raise SandboxCrashed(CRASHED, detail=_last_words(at, end["exit"]))
        answer = json.loads(_read_plain_file("result.json", at, limits.file_bytes))
        return Result(_value_of(answer), _read_outputs(at, limits))
    except (OSError, ValueError) as error:
        raise SandboxCrashed(CRASHED, detail=str(error)) from None
    finally:
        os.close(at)


def _last_words(at: int, code: int) -> str:
    with contextlib.suppress(OSError):
        said = _read_plain_file("stderr.txt", at, 1024 * 1024)
        return f"exit {code}: {said[-2000:].decode(errors='replace')}"
    return f"exit {code}"


def _value_of(answer: dict[str, Any]) -> Any:
    if "refused" in answer:
        raise SandboxRefused(str(answer["refused"]), **answer["params"])
    if answer.get("failed") == "memory":
        raise SandboxCrashed(TOO_LARGE, detail="memory")
    if "failed" in answer:
        log.warning("a job failed in the sandbox: %s", answer["detail"])
        raise SandboxCrashed(CRASHED, detail=str(answer["detail"]))
    return answer["value"]


_sandbox: Sandbox | None = None
_sandbox_lock = threading.Lock()


def configure(run_dir: Path, *, allow_network: bool = False) -> None:
    """Set the folder of jobs, shared by all processes of the site, and whether a machine that
    cannot cut the child off the network may be used all the same.
    """
    global _sandbox
    with _sandbox_lock:
        same = _sandbox is not None and _sandbox.run_dir == run_dir.resolve()
        if _sandbox is not None and not same:
            _sandbox.stop()
        if _sandbox is None or not same:
            _sandbox = Sandbox(run_dir)
        _sandbox.allow_network = allow_network


def _default() -> Sandbox:
    global _sandbox
    with _sandbox_lock:
        if _sandbox is None:
            private = Path(tempfile.mkdtemp(prefix="drillreg-run-"))
            atexit.register(shutil.rmtree, private, ignore_errors=True)
            _sandbox = Sandbox(private)
        return _sandbox


def run(
    task: str,
    args: Mapping[str, Any],
    *,
    inputs: Mapping[str, bytes | Path] | None = None,
    limits: Limits = INTERACTIVE,
    wait: float = 10,
) -> Result:
    """Run a task of the allow-list in a closed child; see `Sandbox.run`."""
    return _default().run(task, args, inputs=inputs, limits=limits, wait=wait)


def capabilities() -> dict[str, Any]:
    """Return what keeps the child shut in on this machine, for the doctor."""
    return _default().capabilities()


def warm_up() -> None:
    """Start the server of this process in advance, without waiting for it."""
    _default().warm_up()


def stop() -> None:
    """Stop the server of this process, if there is one."""
    if _sandbox is not None:
        _sandbox.stop()


atexit.register(stop)
