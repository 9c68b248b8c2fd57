"""The fork server: loads the libraries once, then forks one closed child per job.

Started by the client as `python -m drillreg.sandbox.server FD`, where FD is one end of a socket
pair. The first message is the set-up; each later one is a job and carries the socket on which
its end is to be told. There is no address that anybody else could connect to.
"""

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drillreg.sandbox import child, drivers, kernel

MESSAGE_BYTES = 65536
LOOK_EVERY = 0.25  # seconds between looks at the clock and the folders of running jobs


@dataclass
class Job:
    """A running child and whom to tell when it has ended."""

    pid: int
    teller: socket.socket
    folder: Path
    limits: dict[str, Any]
    started: float = field(default_factory=time.monotonic)
    stopped_for: str = ""


def _load(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    loaded: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return loaded


def _memory_megabytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE") // (1024 * 1024)


def try_shutting_in() -> dict[str, bool]:
    """Try in a child of no other use which walls this kernel really puts up."""
    pid = os.fork()
    if pid == 0:
        landlock = kernel.restrict_files(read=[Path("/usr")], work=[])
        os._exit(landlock + 2 * kernel.refuse_calls())
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return {"landlock": bool(code > 0 and code & 1), "seccomp": bool(code > 0 and code & 2)}


def prepare(setup: dict[str, Any]) -> tuple[dict[str, child.Task], dict[str, Any]]:
    """Leave the network, load everything, keep the allowed drivers; return tasks and facts."""
    began = time.monotonic()
    isolated = kernel.leave_network()
    kernel.drop_privileges()
    for name in setup["preload"]:
        importlib.import_module(name)
    tasks = {name: _load(name) for name in setup["tasks"]}
    left = drivers.keep_only(setup["gdal_drivers"])
    for name in setup["warm_ups"]:
        _load(name)()
    gc.collect()
    gc.freeze()
    facts = {
        "network_isolated": isolated,
        "landlock_abi": kernel.landlock_abi(),
        **try_shutting_in(),
        "gdal_drivers": left,
        "address_space_megabytes": _memory_megabytes(),
        "threads": len(os.listdir("/proc/self/task")),
        "load_seconds": round(time.monotonic() - began, 2),
    }
    return tasks, facts


def _outgrown(job: Job) -> bool:
    """Tell whether a job has filled its folder: too many files or twice the bytes of one file."""
    total = 0
    for count, path in enumerate(job.folder.rglob("*")):
        if count > 2000:
            return True
        with contextlib.suppress(OSError):
            total += path.lstat().st_blocks * 512
    return total > 2 * int(job.limits["file_bytes"]) + int(job.limits["input_bytes"])


class Server:
    """The loop: take jobs, watch the children, tell their ends."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.jobs: dict[int, Job] = {}
        self.tasks: dict[str, child.Task] = {}
        self.keep: set[int] = set()

    def run(self) -> None:
        """Serve until the client has gone."""
        setup = json.loads(self.control.recv(MESSAGE_BYTES))
        before = {int(name) for name in os.listdir("/proc/self/fd")}
        self.tasks, facts = prepare(setup)
        # Files that libraries opened while loading stay open in the child; nothing else does.
        after = {int(name) for name in os.listdir("/proc/self/fd")}
        self.keep = (after - before) | {0, 1, 2}
        self.control.sendall(json.dumps(facts).encode())
        woken, wake = socket.socketpair()
        wake.setblocking(False)
        woken.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        with selectors.DefaultSelector() as selector:
            selector.register(self.control, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            while self._turn(selector, woken):
                pass
        for job in self.jobs.values():
            self._stop(job, "gone")

    def _turn(self, selector: selectors.BaseSelector, woken: socket.socket) -> bool:
        ready = {key.fileobj for key, _ in selector.select(LOOK_EVERY if self.jobs else None)}
        if woken in ready:
            with contextlib.suppress(BlockingIOError):
                woken.recv(4096)
        self._reap()
        self._look()
        return self.control not in ready or self._take()

    def _take(self) -> bool:
        """Take one job from the client; False when the client has gone."""
        message, ends, _, _ = socket.recv_fds(self.control, MESSAGE_BYTES, 1)
        if not message or not ends:
            return False
        order = json.loads(message)
        teller = socket.socket(fileno=ends[0])
        task, parent = self.tasks[order["task"]], os.getpid()
        pid = os.fork()
        if pid == 0:
            child.run(order, task, parent=parent, keep=self.keep)
        self.jobs[pid] = Job(pid, teller, Path(order["folder"]), order["limits"])
        return True

    def _stop(self, job: Job, reason: str) -> None:
        job.stopped_for = job.stopped_for or reason
        for kill in (os.killpg, os.kill):  # the child may not have made its own group yet
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(job.pid, signal.SIGKILL)

    def _look(self) -> None:
        for job in self.jobs.values():
            if time.monotonic() - job.started > job.limits["wall_seconds"]:
                self._stop(job, "wall")
            elif _outgrown(job):
                self._stop(job, "output")

    def _reap(self) -> None:
        while self.jobs:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            job = self.jobs.pop(pid, None)
            if job is not None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)  # whatever it may have left behind
                self._tell(job, os.waitstatus_to_exitcode(status))

    def _tell(self, job: Job, code: int) -> None:
        end = {"exit": code, "stopped_for": job.stopped_for}
        with contextlib.suppress(OSError):
            job.teller.sendall(json.dumps(end).encode())
        job.teller.close()


if __name__ == "__main__":
    Server(socket.socket(fileno=int(sys.argv[1]))).run()
