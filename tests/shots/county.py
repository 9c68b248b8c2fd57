"""The demo county in a data folder of its own, kept as long as the code is the same."""

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

import click

from drillreg.app import create_app
from drillreg.config import Settings
from drillreg.core import clock
from drillreg.core.db import db
from drillreg.demo.load import load_demo
from drillreg.upkeep.database import upgrade_database
from drillreg.upkeep.tls import make_authority, places_in

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".build" / "shots-data"
# The pictures are taken of a copy, in which things are done that the demo leaves undone.
COPY = ROOT / ".build" / "shots-run"
# What a page looks like is not what the demo holds: these folders may change.
LOOKS = ("static", "i18n", "routes")


def code_hash() -> str:
    """Return a digest of the code that the demo is made by."""
    found = hashlib.sha256()
    for path in sorted((ROOT / "drillreg").rglob("*")):
        parts = path.relative_to(ROOT / "drillreg").parts
        if path.suffix in {".py", ".toml"} and not set(LOOKS) & set(parts) - {path.name}:
            found.update(path.read_bytes())
    return found.hexdigest()


def prepare(*, keep: bool = False) -> Path:
    """Return a data folder with the county loaded; `keep` takes an older one as it is."""
    stamp = FOLDER / "code.sha256"
    wanted = code_hash()
    if not (stamp.is_file() and (keep or stamp.read_text() == wanted)):
        _load()
        stamp.write_text(wanted)
    shutil.rmtree(COPY, ignore_errors=True)
    shutil.copytree(FOLDER, COPY)
    make_authority(places_in(COPY), name="青岭县应急 CA", now=datetime.now(UTC))
    return COPY


def _load() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, mode=0o700)
    app = create_app(
        Settings(
            data_dir=FOLDER,
            database_url=f"sqlite:///{FOLDER / 'drillreg.sqlite'}",
            secret_key="shots-" * 8,
            log_level="WARNING",
        )
    )
    with app.app_context():
        upgrade_database()
        now = clock.now()
        for stage in load_demo(clock.local_date(now), now):
            click.echo(f"  {stage.name}: {dict(stage.counts)} in {stage.seconds:.1f} s")
        db.engine.dispose()
