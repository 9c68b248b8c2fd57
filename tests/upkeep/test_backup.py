import os
import random
import tarfile

import psycopg
import pytest
from sqlalchemy import func, select

from drillreg.app import create_app
from drillreg.audit.keys import audit_key
from drillreg.audit.operations import record, seal_rows
from drillreg.audit.queries import verify
from drillreg.config import Settings, settings
from drillreg.core.db import Base, db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.files.models import StoredFile
from drillreg.files.operations import bytes_of, store
from drillreg.upkeep.backup import check_backup, make_backup, restore_backup

POSTGRES = os.environ.get("DRILLREG_TEST_POSTGRES", "")


def counts():
    return {
        name: db.session.scalar(select(func.count()).select_from(table))
        for name, table in Base.metadata.tables.items()
    }


@pytest.fixture
def saved(app, county, frozen, tmp_path):
    """A backup of a small installation, and what was in it."""
    with app.app_context():
        with unit_of_work():
            store(b"%PDF-1.7 plan", name="预案.pdf", org_id=1, actor=None, now=frozen.now)
            record("kept", subject_kind="file", subject_id=1, actor=None, now=frozen.now)
        with unit_of_work():
            seal_rows(key=audit_key())
        before = (counts(), verify(key=audit_key()).head)
        db.session.rollback()
        path = make_backup(settings(), folder=tmp_path / "backups", now=frozen.now)
    return path, before


@pytest.fixture
def elsewhere(tmp_path, worker_id):
    """The settings of an empty machine."""
    url = ""
    if POSTGRES:
        name = f"drillreg_restored_{worker_id}"
        with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {name}")
        url = f"{POSTGRES}/{name}".replace("postgresql://", "postgresql+psycopg://")
    return Settings(data_dir=tmp_path / "new", database_url=url, log_level="ERROR")


def test_a_backup_restores_to_the_same_installation(saved, elsewhere):
    path, (before, head) = saved
    assert path.stat().st_mode & 0o077 == 0
    restore_backup(elsewhere, path)
    second = create_app(elsewhere)
    with second.app_context():
        assert counts() == before
        assert verify(key=audit_key(), anchor=head).first_bad is None
        assert bytes_of(db.session.scalar(select(StoredFile))) == b"%PDF-1.7 plan"
        db.session.remove()
        db.engine.dispose()


def test_a_damaged_backup_is_refused_wherever_the_damage_is(saved, tmp_path):
    path, _ = saved
    whole = path.read_bytes()
    chance = random.Random(7)
    with tarfile.open(path) as archive:
        # PostgreSQL's backup has a member for every table: some of them will do.
        first, *middle, last = archive.getmembers()
        members = [first, *chance.sample(middle, min(len(middle), 20)), last]
    places = [entry.offset_data + chance.randrange(entry.size) for entry in members]
    for place in places:
        hurt = bytearray(whole)
        hurt[place] ^= 0x20
        damaged = tmp_path / "damaged.tar"
        damaged.write_bytes(hurt)
        with pytest.raises(DomainError, match="damaged"):
            check_backup(damaged)


def test_a_cut_off_backup_is_refused(saved, tmp_path):
    path, _ = saved
    cut = tmp_path / "cut.tar"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DomainError, match="damaged"):
        check_backup(cut)


def test_restoring_over_an_installation_is_refused(app, saved):
    path, _ = saved
    with app.app_context(), pytest.raises(DomainError, match="not empty"):
        restore_backup(settings(), path)
