"""Tasks that misbehave; run in the child by the tests."""

import os
import signal
import socket
import subprocess
import time

import numpy
import pyogrio

from drillreg.sandbox.refusals import Refused


def echo(args, inputs, outputs):
    for path in sorted(inputs.iterdir()):
        (outputs / path.name).write_bytes(path.read_bytes())
    return {"args": args, "files": sorted(path.name for path in inputs.iterdir())}


def refuse(args, inputs, outputs):
    raise Refused("Row %(row)s has no name.", row=args["row"])


def sleep(args, inputs, outputs):
    time.sleep(60)


def ignore_alarm_and_sleep(args, inputs, outputs):
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)


def burn(args, inputs, outputs):
    while True:
        pass


def allocate(args, inputs, outputs):
    return len(bytearray(8 * 1024**3))


def allocate_slowly(args, inputs, outputs):
    kept = [numpy.ones(10_000_000) for _ in range(200)]
    return len(kept)


def abort(args, inputs, outputs):
    os.abort()


def raise_error(args, inputs, outputs):
    raise ValueError("secret detail")


def write_much(args, inputs, outputs):
    (outputs / "big").write_bytes(bytes(100 * 1024 * 1024))


def write_many(args, inputs, outputs):
    for number in range(100_000):
        (outputs / str(number)).write_bytes(b"x")
    return "written"


def attempt(act):
    try:
        return repr(act())
    except OSError as error:
        return type(error).__name__


def reach_out(args, inputs, outputs):
    """Try to leave in many ways; answer what came of each."""
    target = args["secret_file"]
    return {
        "fork": attempt(os.fork),
        "program": attempt(lambda: subprocess.run(["/bin/true"], check=True)),
        "socket": attempt(socket.socket),
        "unix socket": attempt(lambda: socket.socket(socket.AF_UNIX)),
        "read": attempt(lambda: open(target).read()),
        "passwd": attempt(lambda: open("/etc/passwd").read()),
        "write": attempt(lambda: open(target + ".new", "w").close()),
        "link": attempt(lambda: os.link(target, outputs / "link")),
        "symlink": attempt(lambda: os.symlink(target, outputs / "symlink")),
        "environ of client": attempt(
            lambda: open(f"/proc/{args['client_pid']}/environ", "rb").read()
        ),
        "kill client": attempt(lambda: os.kill(args["client_pid"], 0)),
        "list": attempt(lambda: os.listdir(os.path.dirname(target))),
        "other jobs": attempt(lambda: os.listdir("..")),
    }


def environment(args, inputs, outputs):
    return dict(os.environ)


def read_geodata(args, inputs, outputs):
    try:
        return len(pyogrio.raw.read(str(inputs / args["name"]))[3][0])
    except pyogrio.errors.DataSourceError:
        return "refused"


def drivers(args, inputs, outputs):
    return sorted(pyogrio.list_drivers())
