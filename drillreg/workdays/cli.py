"""Commands about the working calendar."""

from pathlib import Path

import click
from flask import Blueprint

from drillreg.core import clock
from drillreg.core.db import unit_of_work
from drillreg.core.errors import DomainError
from drillreg.i18n import translate
from drillreg.workdays.ics import parse_ics
from drillreg.workdays.operations import import_days
from drillreg.workdays.rules import NamedDay, parse_holiday_cn

bp = Blueprint("workdays_cli", __name__, cli_group="calendar")


@bp.cli.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--owner", type=int, help="Number of the organisation; without it, everybody.")
def import_file(path: Path, owner: int | None) -> None:
    """Import holidays and make-up working days from holiday-cn JSON or an .ics file."""
    try:
        days = read_days(path)
    except DomainError as error:
        raise click.ClickException(translate(error.message, **error.params)) from error
    with unit_of_work():
        done = import_days(days=days, owner_org_id=owner, source=path.name, now=clock.now())
    click.echo(f"{done.added} days added, {done.changed} changed, {done.unchanged} unchanged")


def read_days(path: Path) -> list[NamedDay]:
    """Return the days of a file, read by what it holds; raise DomainError when it is bad."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    return (
        parse_ics(text) if text.lstrip().startswith("BEGIN:VCALENDAR") else parse_holiday_cn(text)
    )
