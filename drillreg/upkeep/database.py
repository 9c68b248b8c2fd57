"""Creating and upgrading the database, and telling whether it is up to date."""

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import upgrade

import drillreg
from drillreg.core.db import db

MIGRATIONS = Path(drillreg.__file__).parent / "migrations"


def upgrade_database() -> None:
    """Bring the tables to the newest version; creates them in an empty database."""
    upgrade(directory=str(MIGRATIONS))


def newest_version() -> str | None:
    """Return the version of the newest migration."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()


def version_of_database() -> str | None:
    """Return the version the database is at, or None for an empty one."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
