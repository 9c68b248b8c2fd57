"""Commands that look after an installation."""

import sys
from pathlib import Path

import click
from flask import Blueprint

from drillreg.accounts.setup import tell_setup_code
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.upkeep.backup import check_backup, make_backup, restore_backup
from drillreg.upkeep.database import upgrade_database
from drillreg.upkeep.health import ALL, examine

bp = Blueprint("upkeep_cli", __name__, cli_group=None)
MARKS = {"ok": "ok  ", "warn": "WARN", "bad": "BAD "}


@bp.cli.command("init")
def init() -> None:
    """Create the database, or bring it to the newest version."""
    settings().data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    upgrade_database()
    tell_setup_code()


@bp.cli.command("doctor")
def doctor() -> None:
    """Check everything an installation needs; exit 1 when something is broken."""
    found = list(examine(ALL))
    for check in found:
        click.echo(f"{MARKS[check.state]}  {check.name:<12} {check.text}")
    sys.exit(1 if any(check.state == "bad" for check in found) else 0)


@bp.cli.command("backup")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), help="Folder; else the data folder's."
)
def backup(folder: Path | None) -> None:
    """Write database, files and keys into one archive that only this user can read."""
    target = make_backup(
        settings(), folder=folder or settings().data_dir / "backups", now=clock.now()
    )
    click.echo(f"{target} ({target.stat().st_size / 1024**2:.1f} MB)")


@bp.cli.command("check-backup")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def check(path: Path) -> None:
    """Read a backup to its end and compare every hash; exit 1 when it is damaged."""
    try:
        manifest = check_backup(path)
    except DomainError as error:
        click.echo(error.message % error.params)
        sys.exit(1)
    click.echo(f"sound: {len(manifest['sha256'])} parts of {manifest['made_at']}")


@bp.cli.command("restore")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def restore(path: Path) -> None:
    """Unpack a backup into an empty data folder and database."""
    db.engine.dispose()
    try:
        manifest = restore_backup(settings(), path)
    except DomainError as error:
        click.echo(error.message % error.params)
        sys.exit(1)
    seq, seal = manifest["audit_head"]
    click.echo(f"restored: {len(manifest['sha256'])} parts of {manifest['made_at']}")
    click.echo(f"now run: drillreg audit verify --anchor {seq}:{seal}")
