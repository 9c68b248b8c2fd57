"""Commands about the working calendar."""

from pathlib import Path

import click
from flask import Blueprint

from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.i18n import translate
from drillreg.office.days import take_in
from drillreg.orgs.models import Org
from drillreg.workdays.reading import days_of

bp = Blueprint("office_cli", __name__, cli_group="calendar")


@bp.cli.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--owner", type=int, help="Number of the organisation; without it, everybody.")
def import_file(path: Path, owner: int | None) -> None:
    """Import holidays and make-up working days from holiday-cn JSON or an .ics file."""
    try:
        days = days_of(path.read_bytes())
    except DomainError as error:
        raise click.ClickException(translate(error.message, **error.params)) from error
    with unit_of_work():
        org = db.session.get_one(Org, owner) if owner else None
        done = take_in(days, owner=org, source=path.name, actor=None, now=clock.now())
    click.echo(f"{done.added} days added, {done.changed} changed, {done.unchanged} unchanged")
