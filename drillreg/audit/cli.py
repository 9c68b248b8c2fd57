"""Commands about the trail."""

import sys

import click
from flask import Blueprint

from drillreg.audit.keys import audit_key
from drillreg.audit.queries import verify

bp = Blueprint("audit_cli", __name__, cli_group="audit")


@bp.cli.command("verify")
@click.option("--anchor", help="A number and seal kept elsewhere: NUMBER:SEAL.")
def verify_chain(anchor: str | None) -> None:
    """Check that no row of the trail was changed, removed or put in; exit 1 with the first bad."""
    kept = None
    if anchor:
        number, _, seal = anchor.partition(":")
        kept = (int(number), seal)
    verdict = verify(key=audit_key(), anchor=kept)
    click.echo(f"{verdict.checked} rows checked, {verdict.unsealed} waiting to be sealed")
    click.echo(f"anchor: {verdict.head[0]}:{verdict.head[1]}")
    if verdict.first_bad is not None:
        click.echo(f"BROKEN at row {verdict.first_bad}")
        sys.exit(1)
