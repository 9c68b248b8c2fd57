"""Commands that run the system."""

import click
from flask import Blueprint, current_app

from drillreg.accounts.setup import tell_setup_code
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.db import db
from drillreg.scheduler.jobs import JOBS
from drillreg.scheduler.runner import run_background
from drillreg.scheduler.serve import serve as serve_both

bp = Blueprint("scheduler_cli", __name__, cli_group=None)


@bp.cli.command("background")
def background() -> None:
    """Run the scheduler and the background worker."""
    run_background(current_app._get_current_object())  # type: ignore[attr-defined]


@bp.cli.command("serve")
def serve() -> None:
    """Run everything one machine needs: web server, scheduler, worker."""
    tell_setup_code()
    db.session.remove()
    db.engine.dispose()
    serve_both(settings())


@bp.cli.command("job")
@click.argument("name", type=click.Choice([job.name for job in JOBS]))
def run_once(name: str) -> None:
    """Run one scheduled job now, by hand."""
    (job,) = (job for job in JOBS if job.name == name)
    click.echo(f"{name}: {job.run(clock.now())}")
