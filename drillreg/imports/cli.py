"""Commands of the imports of divisions and organisations, without a browser."""

from pathlib import Path
from typing import Any

import click
from flask import Blueprint

from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.geo.shift import ShiftedCrs
from drillreg.i18n import pick, translate
from drillreg.imports.applying import bring_in
from drillreg.imports.operations import undo_import
from drillreg.imports.planning import Examined, Upload, examine
from drillreg.imports.queries import get_batch
from drillreg.imports.registry import kind_of
from drillreg.imports.summary import reason_of
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import whole_installation
from drillreg.work.models import ImportBatch

bp = Blueprint("imports_cli", __name__, cli_group="orgs")

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
    options = {"under": " ".join(under), "shift": shift or "", "govern": govern}
    _run("divisions", {file.name: file.read_bytes()}, options, org_id)


@bp.cli.command("import-orgs")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--org", "org_id", type=int, required=True, help="Number of the county or town.")
@click.option("--kind", default="", help="Kind of rows that name none, such as school.")
@click.option("--shift", type=SHIFTS, help="Take positions too; they are in this datum.")
def import_orgs(file: Path, org_id: int, kind: str, shift: str | None) -> None:
    """Import a list of schools, enterprises, hospitals and the like."""
    options = {"usual_kind": kind, "shift": shift or ""}
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
            undo_import(batch, actor=None, now=clock.now(), today=clock.today())
    except DomainError as error:
        raise click.ClickException(translate(error.message, **error.params)) from error
    click.echo(f"{public_id}: undone")


def _run(code: str, files: dict[str, bytes], options: dict[str, Any], org_id: int | None) -> None:
    kind = kind_of(code)
    try:
        owner = get_org(org_id, whole_installation(clock.today())) if org_id else None
        options = kind.check_options(options)
        owner_id = owner.id if owner else None
        upload = Upload(files, options, owner_id, clock.today(), in_background=True)
        found = examine(kind, upload)
        print_found(code, next(iter(files)), found)
        if found.chosen is None or not found.chosen.entries:
            raise click.ClickException("nothing to import")
        batch_id = bring_in(kind, files, options, found, org_id=owner_id)
    except DomainError as error:
        raise click.ClickException(translate(error.message, **error.params)) from error
    click.echo(f"  applied as {db.session.get_one(ImportBatch, batch_id).public_id}")


def print_found(code: str, name: str, found: Examined) -> None:
    """Print counts, notices and the first reasons."""
    grid = found.source.grid
    if found.plan is None or found.chosen is None:
        lacking = ", ".join(pick(each.label) for each in found.missing)
        click.echo(f"{name}: {code}; {grid.total} rows; no column for {lacking}")
        return
    counts = [("in", len(found.chosen.entries)), ("explained", len(found.chosen.explained))]
    counts += [("as it is", found.chosen.same)]
    counts += [(translate(label), count) for label, count in found.plan.figures]
    shown = ", ".join(f"{label} {count}" for label, count in counts if count)
    click.echo(f"{name}: {code}; {shown or 'nothing'}; {grid.encoding}")
    for message, params in (*grid.notices, *found.plan.notices):
        click.echo(f"  note: {translate(message, **params)}")
    for note in found.chosen.explained[:MOST_REASONS]:
        reason = reason_of(note.message, note.params, note.column)
        click.echo(f"  row {grid.number(note.at)}: {reason}")
    if len(found.chosen.explained) > MOST_REASONS:
        click.echo(f"  … and {len(found.chosen.explained) - MOST_REASONS} more")
