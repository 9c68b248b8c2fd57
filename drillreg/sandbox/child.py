"""One job, from the fork to its end, inside the child."""

import contextlib
import gc
import json
import os
import signal
import sys
import sysconfig
import tempfile
import traceback
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NoReturn

from drillreg.sandbox import kernel
from drillreg.sandbox.refusals import Refused

Task = Callable[[dict[str, Any], Path, Path], Any]

SYSTEM_FOLDERS = (
    "/usr/lib",
    "/usr/lib64",
    "/usr/share",
    "/usr/local/share/fonts",
    "/lib",
    "/lib64",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/var/cache/fontconfig",
    "/dev/urandom",
)


# The process ends with its one job: looking for garbage often only costs time.
RARE_COLLECTIONS = (200_000, 50, 1000)


def readable_paths() -> list[Path]:
    """Return what a task may read: libraries and fonts of the system, Python, this package.

    The server's own temporary folder is among them: the loaded fonts lie there.
    """
    python = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    package = Path(__file__).parent.parent
    return [Path(path) for path in (*SYSTEM_FOLDERS, *sorted(python), tempfile.gettempdir())] + [
        package
    ]


def _close_files(keep: Collection[int]) -> None:
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in keep:
            with contextlib.suppress(OSError):
                os.close(int(name))


def _redirect_output() -> None:
    silence = os.open(os.devnull, os.O_RDWR)
    log = os.open("stderr.txt", os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(silence, 0)
    os.dup2(silence, 1)
    os.dup2(log, 2)
    os.close(silence)
    os.close(log)


def _shut_in(job: dict[str, Any], parent: int, keep: Collection[int]) -> None:
    os.setsid()
    kernel.die_with_parent(parent)
    _close_files(keep)
    os.chdir(job["folder"])
    _redirect_output()
    folder, readable = Path(job["folder"]), readable_paths()
    os.environ.update(HOME=str(folder / "tmp"), TMPDIR=str(folder / "tmp"))
    tempfile.tempdir = str(folder / "tmp")
    kernel.set_limits(job["limits"])
    signal.alarm(job["limits"]["wall_seconds"] + 1)
    kernel.drop_privileges()
    kernel.restrict_files(read=readable, work=[folder])
    kernel.refuse_calls()


def _answer(task: Task, folder: Path) -> dict[str, Any]:
    try:
        args = json.loads((folder / "args.json").read_bytes())
        return {"value": task(args, folder / "in", folder / "out")}
    except Refused as refusal:
        return {"refused": refusal.message, "params": refusal.params}
    except MemoryError:
        return {"failed": "memory"}
    except Exception:
        return {"failed": "error", "detail": traceback.format_exc()[-4000:]}


def _write_answer(answer: dict[str, Any], folder: Path) -> None:
    text = json.dumps(answer, ensure_ascii=False, allow_nan=False)
    (folder / "result.json").write_bytes(text.encode(errors="replace"))


def run(job: dict[str, Any], task: Task, *, parent: int, keep: Collection[int]) -> NoReturn:
    """Shut this process in, do one job and exit; its answer is left in `result.json`."""
    status = 1
    try:
        _shut_in(job, parent, keep)
        folder = Path(job["folder"])
        gc.set_threshold(*RARE_COLLECTIONS)
        _write_answer(_answer(task, folder), folder)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stderr.flush()
        os._exit(status)
