"""Commands about the demo county, and the one that `make run` calls."""

import os
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

import click
from flask import Blueprint

from drillreg.accounts import totp
from drillreg.accounts.rules import roles
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.demo.load import STAGES, is_empty, load_demo, stages_done
from drillreg.demo.people import PASSWORD, TOTP_SECRET
from drillreg.demo.places import ACCOUNTS
from drillreg.demo.sample import write_sample
from drillreg.sandbox import client as sandbox

bp = Blueprint("demo_cli", __name__, cli_group="demo")
start_bp = Blueprint("start_cli", __name__, cli_group=None)

HEADS = ("user name", "name", "role", "organisation")
# What `make run` shows first; `drillreg demo accounts` shows all.
MAIN = ("zhoumin", "fangmingyuan", "fanzhihua", "liumeiyun", "tanzhiyong", "liangxiuying")
MAIN_TOO = ("zhongfusheng", "shenlijun", "pengxia", "jiangguoan")


@bp.cli.command("load")
@click.option("--if-empty", is_flag=True, help="Do nothing where there are organisations already.")
@click.option("--today", "day", type=click.DateTime(["%Y-%m-%d"]), help="Count from this day.")
def load(if_empty: bool, day: datetime | None) -> None:
    """Load the fictional county Qingling; go on where an earlier load was interrupted."""
    now = clock.now()
    try:
        _load(if_empty, day.date() if day else clock.local_date(now), now)
    except DomainError as error:
        raise click.ClickException(error.message % error.params) from None


def _load(if_empty: bool, today: date, now: datetime) -> None:
    done = stages_done()
    if len(done) == len(STAGES):
        click.echo("  the demo county is loaded")
        return
    if if_empty and not done and not is_empty():
        click.echo("  there are organisations already: the demo stays out")
        return
    for stage in load_demo(today, now):
        counts = ", ".join(f"{count} {name}" for name, count in stage.counts.items())
        click.echo(f"  {stage.name:<8} {counts} ({stage.seconds:.1f} s)")


@bp.cli.command("report")
def report() -> None:
    """Print the demo's approved report anew and say where the PDF is."""
    try:
        click.echo(write_sample())
    except DomainError as error:
        raise click.ClickException(error.message % error.params) from None


@bp.cli.command("accounts")
def accounts() -> None:
    """Show the sign-ins of the demo and their shared password."""
    _show_accounts(sign.username for sign in ACCOUNTS)


@bp.cli.command("code")
def code() -> None:
    """Show the code that the administrators of the demo type after their password."""
    click.echo(_code())


def _code() -> str:
    """Return the code of this half minute, of the secret all administrators of the demo share."""
    return totp.code_at(TOTP_SECRET, clock.now())


def _show_accounts(usernames: Iterable[str]) -> None:
    wanted = set(usernames)
    rows = [
        (sign.username, sign.name, roles()[sign.role].label["zh"], sign.org)
        for sign in ACCOUNTS
        if sign.username in wanted
    ]
    for line in table([HEADS, *rows]):
        click.echo(f"  {line}")
    click.echo(f"  password of all: {PASSWORD}")
    click.echo(
        f"  code of the three administrators: {_code()}, a new one with `drillreg demo code`"
    )


def width_of(text: str) -> int:
    """Return how many columns of a terminal a text takes; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return lines in which the cells of a column stand below each other."""
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - width_of(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


@start_bp.cli.command("start")
def start() -> None:
    """Make the database, load the demo where it is empty, say how to sign in, serve the site."""
    _step(
        "database",
        _init_database,
        "read the lines above; a database of a newer drillreg needs the newer program",
    )
    _step(
        "demo county",
        _load_if_empty,
        f"free some disk space and start again; or remove the folder {settings().data_dir}",
    )
    if stages_done():
        _step(
            "sample report",
            _write_sample,
            "run `drillreg doctor`: it says what printing lacks on this machine",
        )
    _say_how()
    db.session.remove()
    db.engine.dispose()
    sandbox.stop()
    os.execv(sys.executable, [sys.executable, "-m", "drillreg", "serve"])  # noqa: S606


def _step(name: str, run: Callable[[], None], mend: str) -> None:
    """Run one step with its line and its time; a failure names the step and the mend."""
    click.echo(f"· {name}")
    began = time.monotonic()
    try:
        run()
    except DomainError as error:
        _stop(name, error.message % error.params, mend)
    except Exception as error:
        _stop(name, f"{type(error).__name__}: {error}", mend)
    click.echo(f"  done in {time.monotonic() - began:.1f} s")


def _stop(name: str, why: str, mend: str) -> None:
    click.echo(f"\nStopped at: {name}\n{why}\nTo mend it: {mend}", err=True)
    sys.exit(1)


def _init_database() -> None:
    command = [sys.executable, "-m", "drillreg", "init"]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - our own command
    if done.returncode:
        click.echo(done.stderr, err=True)
        raise RuntimeError(f"`drillreg init` ended with {done.returncode}")


def _load_if_empty() -> None:
    now = clock.now()
    _load(True, clock.local_date(now), now)


def _write_sample() -> None:
    click.echo(f"  {write_sample()}")


def _say_how() -> None:
    click.echo("")
    if stages_done():
        _show_accounts((*MAIN, *MAIN_TOO))
        click.echo("  more: drillreg demo accounts")
        click.echo("")
    click.echo(f"  {settings().public_url}")
    click.echo("  stop with Ctrl+C")
    click.echo("")
