"""Commands about accounts, for the first minutes of an installation and for lost keys."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Blueprint
from sqlalchemy import select

from drillreg.accounts import totp
from drillreg.accounts.operations import create_account, give_role, normal_username, reset_password
from drillreg.accounts.queries import account_or_none
from drillreg.accounts.rules import roles
from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.orgs.models import Org

bp = Blueprint("accounts_cli", __name__, cli_group="accounts")


@contextmanager
def _refusals_as_lines() -> Iterator[None]:
    try:
        yield
    except DomainError as error:
        raise click.ClickException(error.message % error.params) from None


@bp.cli.command("create")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", required=True, type=click.Choice(list(roles())))
@click.option("--org", "org_name", required=True, help="Name of the organisation.")
@click.password_option(help="First password; it must be changed at the first sign-in.")
def create(username: str, name: str, role: str, org_name: str, password: str) -> None:
    """Make an account with one role at one organisation."""
    now = clock.now()
    org = db.session.scalar(select(Org).where(Org.name == org_name).order_by(Org.id).limit(1))
    if org is None:
        raise click.ClickException(f"there is no organisation called {org_name}")
    with _refusals_as_lines(), unit_of_work():
        account = create_account(
            name=name, username=username, password=password, now=now, actor=None
        )
        give_role(account, role=role, org=org, from_on=clock.local_date(now), actor=None, now=now)
    click.echo(f"{username}: {role} at {org_name}")


@bp.cli.command("reset")
@click.argument("username")
@click.option("--second-step", is_flag=True, help="Forget the authenticator as well.")
def reset(username: str, second_step: bool) -> None:
    """Give an account a one-time password, for when no administrator can sign in any more."""
    now = clock.now()
    with _refusals_as_lines(), unit_of_work():
        account = account_or_none(normal_username(username))
        if account is None:
            raise click.ClickException(f"there is no account called {username}")
        password = reset_password(account, actor=None, now=now)
        if second_step and account.totp_since is not None:
            totp.remove(account, actor=None, now=now)
    click.echo(f"one-time password of {username}: {password}")
