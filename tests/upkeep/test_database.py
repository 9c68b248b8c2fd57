import os
import subprocess
import sys

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from drillreg.app import create_app
from drillreg.config import Settings
from drillreg.core.db import Base, db
from drillreg.fulltext.models import is_of_models
from drillreg.upkeep.database import newest_version, upgrade_database, version_of_database

POSTGRES = os.environ.get("DRILLREG_TEST_POSTGRES", "")


@pytest.fixture
def empty(tmp_path, worker_id):
    """An application on a database without any table."""
    url = ""
    if POSTGRES:
        name = f"drillreg_empty_{worker_id}"
        with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {name}")
        url = f"{POSTGRES}/{name}".replace("postgresql://", "postgresql+psycopg://")
    app = create_app(Settings(data_dir=tmp_path, database_url=url, log_level="ERROR"))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


# SQLite cannot read expression indexes back; PostgreSQL compares them in the other run.
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_the_migrations_make_exactly_the_tables_of_the_models(empty):
    assert version_of_database() is None
    upgrade_database()
    assert version_of_database() == newest_version()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_of_models}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(empty):
    upgrade_database()
    upgrade_database()
    assert version_of_database() == newest_version()


def test_the_command_creates_the_database_and_the_doctor_reads_it(tmp_path):
    environ = {**os.environ, "DRILLREG_DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "-m", "drillreg"]
    subprocess.run([*command, "init"], env=environ, check=True, capture_output=True)
    done = subprocess.run(
        [*command, "doctor"], env=environ, check=False, capture_output=True, text=True
    )
    assert "ok    database" in done.stdout
    assert "WARN  background" in done.stdout
