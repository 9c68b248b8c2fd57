"""Commands about organisations: the same imports as the pages, without a browser."""

from pathlib import Path
from typing import Any

import click
from flask import Blueprint

from drillreg.core import clock
from drillreg.core.db import unit_of_work
from drillreg.core.errors import DomainError
from drillreg.geo.shift import ShiftedCrs
from drillreg.i18n import translate
from drillreg.orgs.importers import Found, Source
from drillreg.orgs.importing import apply_batch, find, get_batch, keep_preview, undo_import
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import whole_installation

bp = Blueprint("orgs_cli", __name__, cli_group="orgs")

SHIFTS = click.Choice([shift.value for shift in ShiftedCrs])
MOST_REASONS = 20


@bp.cli.command("import-divisions")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--under", multiple=True, help="Only codes beginning with these digits.")
@click.option("--shift", type=SHIFTS, help="Take positions too; they are in this datum.")
@click.option("--govern/--no-govern", default=True, help="Make an organisation for each.")
@click.option("--org", "org_id", type=int, help="Number of the organisation it is for.")
def import_divisions(
    file: Path, under: tuple[str, ...], shift: str | None, govern: bool, org_id: int | None
) -> None:
    """Import divisions from a table, and a government for each."""
    options = {"under": list(under), "shift": shift or "", "govern": govern}
    _run("divisions", {file.name: file.read_bytes()}, options, org_id)


@bp.cli.command("import-orgs")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--org", "org_id", type=int, required=True, help="Number of the county or town.")
@click.option("--kind", default="", help="Kind of rows that name none, such as school.")
@click.option("--shift", type=SHIFTS, help="Take positions too; they are in this datum.")
def import_orgs(file: Path, org_id: int, kind: str, shift: str | None) -> None:
    """Import a list of schools, enterprises, hospitals and the like."""
    options = {"kind": kind, "shift": shift or ""}
    _run("organisations", {file.name: file.read_bytes()}, options, org_id)


@bp.cli.command("import-boundaries")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--shift", type=SHIFTS, default="wgs84", help="Datum of the positions.")
@click.option("--crs", default="", help="Coordinate system, such as EPSG:4547.")
@click.option("--division", default="", help="Code of the division of a single outline.")
@click.option("--org", "org_id", type=int, help="Number of the organisation it is for.")
def import_boundaries(
    files: tuple[Path, ...], shift: str, crs: str, division: str, org_id: int | None
) -> None:
    """Import boundaries from one data set: a file, or the loose parts of a shapefile."""
    options = {"shift": shift, "crs": crs, "division": division}
    _run("boundaries", {file.name: file.read_bytes() for file in files}, options, org_id)


@bp.cli.command("undo-import")
@click.argument("public_id")
def undo(public_id: str) -> None:
    """Hide everything again that an import brought in."""
    try:
        with unit_of_work():
            batch = get_batch(public_id, whole_installation(clock.today()))
            undo_import(batch, actor=None, now=clock.now())
    except DomainError as error:
        raise click.ClickException(translate(error.message, **error.params)) from error
    click.echo(f"{public_id}: undone")


def _run(what: str, files: dict[str, bytes], options: dict[str, Any], org_id: int | None) -> None:
    try:
        source = Source(files, options, _owner(org_id), in_background=True)
        found = find(what, source)
        _print(what, next(iter(files)), found)
        if not found.counts["rows"]:
            raise click.ClickException("nothing to import")
        with unit_of_work():
            batch = keep_preview(what, source, found, actor=None, now=clock.now())
            batch_id, public_id = batch.id, batch.public_id
        apply_batch(batch_id, actor=None)
    except DomainError as error:
        raise click.ClickException(translate(error.message, **error.params)) from error
    click.echo(f"  applied as {public_id}")


def _owner(org_id: int | None) -> Org | None:
    return get_org(org_id, whole_installation(clock.today())) if org_id else None


def _print(what: str, name: str, found: Found) -> None:
    """Print counts, notices and the first reasons."""
    counts = ", ".join(f"{key} {count}" for key, count in found.counts.items() if count)
    click.echo(f"{name}: {what}; {counts or 'nothing'}; {found.encoding}")
    for message, params in found.notices:
        click.echo(f"  note: {translate(message, **params)}")
    for division, _, area, notices in found.extra.get("table", []):
        said = " ".join(translate(message, **params) for message, params in notices)
        click.echo(f"  {division}: {area} km² {said}".rstrip())
    for problem in found.problems[:MOST_REASONS]:
        reason = translate(problem.message, **problem.params)
        click.echo(f"  row {problem.row.number}: {reason}")
    if len(found.problems) > MOST_REASONS:
        click.echo(f"  … and {len(found.problems) - MOST_REASONS} more")
