"""Commands about hazard sites."""

from collections import Counter
from pathlib import Path

import click
from flask import Blueprint
from sqlalchemy import and_, or_, select

from drillreg.accounts.queries import account_or_none, actor_of
from drillreg.core import clock
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.geo.shift import ShiftedCrs
from drillreg.hazards.counting import count_all, wrong_counts
from drillreg.hazards.rules import IMPORT_KIND, RiskLevel
from drillreg.i18n import N_, pick, translate
from drillreg.imports.applying import bring_in
from drillreg.imports.planning import Examined, Upload, examine
from drillreg.imports.registry import kind_of
from drillreg.imports.summary import explained_xlsx
from drillreg.orgs.models import Division, Org
from drillreg.orgs.queries import get_org, is_imported
from drillreg.orgs.rules import GOVERNMENT_KINDS
from drillreg.orgs.scope import whole_installation

bp = Blueprint("hazards_cli", __name__, cli_group="hazards")


@bp.cli.command("import")
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--org", "org_text", required=True, help="Number or code of the organisation.")
@click.option("--shift", type=click.Choice([s.value for s in ShiftedCrs]), default="wgs84")
@click.option("--crs", default="", help="Coordinate system, such as EPSG:4547.")
@click.option("--level", type=click.Choice([r.value for r in RiskLevel]), default="yellow")
@click.option("--by", "username", help="Account the import is written down for.")
@click.option("--explain", type=click.Path(dir_okay=False, path_type=Path), help="Reasons (xlsx).")
def import_file(
    paths: tuple[Path, ...],
    org_text: str,
    shift: str,
    crs: str,
    level: str,
    username: str | None,
    explain: Path | None,
) -> None:
    """Import hazard sites from CSV, Excel, GeoJSON, Shapefile (all members), GeoPackage or KML."""
    options = {"shift": shift, "crs": crs, "default_level": level}
    kind, files = kind_of(IMPORT_KIND), {path.name: path.read_bytes() for path in paths}
    try:
        within = _org(org_text)
        actor = _actor(username)
        found = examine(kind, Upload(files, options, within.id, clock.today(), in_background=True))
        if explain is not None and (data := explained_xlsx(found)) is not None:
            explain.write_bytes(data)
        orgs = _print(found)
        if not orgs:
            click.echo("nothing to import")
            return
        batch_id = bring_in(kind, files, options, found, org_id=within.id, actor=actor)
    except DomainError as error:
        raise click.ClickException(translate(error.message, **error.params)) from error
    for org_id, count in orgs.most_common():
        click.echo(f"  {count:6} → {db.session.get_one(Org, org_id).name}")
    click.echo(f"import {batch_id} applied")


@bp.cli.command("count")
@click.option("--check", is_flag=True, help="Only say which numbers are wrong.")
def count_sites(check: bool) -> None:
    """Count all sites for the map anew, or say where its numbers are not those of the ledger."""
    if not check:
        click.echo(f"{count_all(clock.now())} organisations counted")
        return
    wrong = wrong_counts()
    for org_id in wrong:
        click.echo(f"  wrong: {db.session.get_one(Org, org_id).name}")
    click.echo(f"{len(wrong)} organisations with wrong numbers")


def _org(text: str) -> Org:
    """Return an organisation by its number, its own code, or the code of the area it governs."""
    if text.isdigit() and len(text) < 6:
        return get_org(int(text), whole_installation(clock.today()))
    found = db.session.scalars(
        select(Org)
        .outerjoin(Org.division)
        .where(
            or_(
                Org.code == text,
                and_(Division.code == text.ljust(12, "0"), Org.kind.in_(GOVERNMENT_KINDS.values())),
            ),
            is_imported(Org),
        )
        .order_by(Org.path)
        .limit(1)
    ).first()
    if found is None:
        raise DomainError(N_("There is no organisation %(org)s."), org=text)
    return found


def _actor(username: str | None) -> Actor | None:
    account = account_or_none(username) if username else None
    if username and account is None:
        raise DomainError(N_("There is no account %(name)s."), name=username)
    return actor_of(account, on=clock.today()) if account else None


def _print(found: Examined) -> Counter[int]:
    """Print what would come in and why the rest would not; return how many go where."""
    if found.chosen is None or found.plan is None:
        raise click.ClickException(
            f"no column for {', '.join(pick(each.label) for each in found.missing)}"
        )
    chosen = found.chosen
    total = found.source.grid.total
    stand = f", {chosen.same} stand already" if chosen.same else ""
    click.echo(f"{total} rows: {len(chosen.entries)} in, {len(chosen.explained)} explained{stand}")
    reasons = Counter(translate(each.message, **each.params) for each in chosen.explained)
    for reason, count in reasons.most_common():
        click.echo(f"  {count:6} × {reason}")
    remarks = Counter(translate(each.message, **each.params) for each in chosen.remarks)
    for remark, count in remarks.most_common(10):
        click.echo(f"  {count:6} · {remark}")
    org_ids = found.plan.store.columns["org_id"]
    return Counter(org_ids[entry.data] for entry in chosen.entries)
