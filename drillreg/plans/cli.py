"""Commands about the search."""

import click
from flask import Blueprint

from drillreg.core import clock
from drillreg.plans.indexing import read_papers, rebuild_index

bp = Blueprint("search_cli", __name__, cli_group="search")


@bp.cli.command("rebuild")
def rebuild() -> None:
    """Build the index of plans anew: titles, sections, then the words of the papers."""
    click.echo(f"{rebuild_index(clock.now())} plans indexed")
    click.echo(f"{read_papers(clock.now())} papers read")
