"""Commands about hazard sites."""

from collections import Counter
from pathlib import Path

import click
from flask import Blueprint
from sqlalchemy import and_, or_, select

from drillreg.accounts.queries import account_or_none, actor_of
from drillreg.core import clock
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.geo.shift import ShiftedCrs
from drillreg.hazards import imports
from drillreg.hazards.ledgers import Options, packed, read_ledger
from drillreg.hazards.rules import RiskLevel
from drillreg.i18n import N_, translate
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
    options = Options(ShiftedCrs(shift), crs, RiskLevel(level))
    try:
        within = _org(org_text)
        name, data = packed({path.name: path.read_bytes() for path in paths})
        ledger = read_ledger(
            name, data, options, reference=imports.reference_of(within), in_background=True
        )
        plan = imports.plan_import(ledger, options, within=within)
        problems = imports.problems_xlsx(plan)
        if explain is not None and problems is not None:
            explain.write_bytes(problems)
        _print_plan(plan)
        _bring_in(name, data, options, within, plan, problems, username)
    except DomainError as error:
        raise click.ClickException(translate(error.message, **error.params)) from error


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


def _print_plan(plan: imports.ImportPlan) -> None:
    click.echo(f"{plan.total} rows: {len(plan.placed)} in, {len(plan.refusals)} explained")
    reasons = Counter(translate(each.message, **each.params) for each in plan.refusals)
    for reason, count in reasons.most_common():
        click.echo(f"  {count:6} × {reason}")
    remarks = Counter(translate(each.message, **each.params) for _, each in plan.remarks())
    for remark, count in remarks.most_common(10):
        click.echo(f"  {count:6} · {remark}")


def _bring_in(
    name: str,
    data: bytes,
    options: Options,
    within: Org,
    plan: imports.ImportPlan,
    problems: bytes | None,
    username: str | None,
) -> None:
    """Write the planned sites; a file without any, or imported before, changes nothing."""
    if not plan.placed:
        click.echo("nothing to import")
        return
    actor, now = _actor(username), clock.now()
    with unit_of_work():
        batch = imports.keep_import(
            name=name, data=data, options=options, within=within, actor=actor, now=now
        )
        imports.keep_plan(batch, plan, options, problems=problems, actor=actor, now=now)
        batch_id = batch.id
    imports.apply_import(
        batch_id,
        plan,
        attempt=1,
        problems=problems,
        actor=actor,
        now=now,
        step=lambda done, total: None,
    )
    towns = Counter(each.org_id for each in plan.placed)
    names = {org_id: db.session.get_one(Org, org_id).name for org_id in towns}
    for org_id, count in towns.most_common():
        click.echo(f"  {count:6} → {names[org_id]}")
    click.echo(f"import {batch_id} applied")
