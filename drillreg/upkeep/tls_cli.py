"""Commands about the office's own certificates."""

import click
from flask import Blueprint

from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.errors import DomainError
from drillreg.upkeep.tls import (
    Places,
    fingerprint,
    good_until,
    hosts_of,
    make_authority,
    make_certificate,
    places_in,
)

bp = Blueprint("tls_cli", __name__, cli_group="tls")


@bp.cli.command("init")
@click.option("--host", "hosts", multiple=True, required=True, help="Name or address people use.")
@click.option("--name", default="", help="Name of the authority; else the site's title.")
def init(hosts: tuple[str, ...], name: str) -> None:
    """Make a certificate authority and the server's certificate, and say what to do with them."""
    places, now = places_in(settings().data_dir), clock.now()
    try:
        make_authority(places, name=name or f"{settings().site_title_zh} CA", now=now)
        make_certificate(places, hosts, now=now)
    except DomainError as error:
        raise click.ClickException(error.message % error.params) from None
    _say(places)


@bp.cli.command("renew")
@click.option("--host", "hosts", multiple=True, help="New names; else those it has.")
def renew(hosts: tuple[str, ...]) -> None:
    """Renew the server's certificate; phones and computers need nothing new."""
    places = places_in(settings().data_dir)
    if not places.ca_key.exists():
        raise click.ClickException("there is no authority yet: run drillreg tls init")
    try:
        make_certificate(places, hosts or hosts_of(places.cert), now=clock.now())
    except DomainError as error:
        raise click.ClickException(error.message % error.params) from None
    _say(places)
    click.echo("restart drillreg serve to use it")


def _say(places: Places) -> None:
    first = hosts_of(places.cert)[0]
    click.echo(f"certificate for {', '.join(hosts_of(places.cert))}")
    click.echo(f"good until {clock.local(good_until(places.cert)):%Y-%m-%d}")
    click.echo("\nset for drillreg serve:")
    click.echo(f"  DRILLREG_TLS_CERT={places.cert.resolve()}")
    click.echo(f"  DRILLREG_TLS_KEY={places.key.resolve()}")
    click.echo(f"  DRILLREG_PUBLIC_URL=https://{first}")
    click.echo("\nphones and computers trust the authority once, from this page:")
    click.echo(f"  https://{first}/trust")
    click.echo(f"  fingerprint {fingerprint(places.ca_cert)}")
    click.echo(f"\nkeep {places.ca_key.resolve()} secret: whoever has it can pose as any site")
