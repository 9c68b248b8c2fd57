"""A backup made under load restores to an equal installation; a damaged one is refused."""

import random
import re
import threading
import time

import pytest
from sqlalchemy import func, select

from drillreg.audit.models import AuditRow
from drillreg.core.errors import DomainError
from drillreg.evidence.models import Evidence
from drillreg.hazards.models import HazardCheck
from drillreg.upkeep.backup import check_backup
from tests.faults.county import make_county
from tests.faults.installation import end
from tests.faults.test_web_kills import Submitter, paths_of_checks


def test_a_backup_under_load_is_whole(installation, tmp_path, is_long, results):
    county = make_county(installation)
    installation.start_web()
    background = installation.start_background()
    over = threading.Event()
    paths = paths_of_checks(installation, county)
    submitters = [Submitter(installation.client(), name, paths, over) for name in county.people[:2]]
    for each in submitters:
        each.start()
    time.sleep(1)
    busy = backup(installation, tmp_path / "busy")
    time.sleep(0.5)
    over.set()
    for each in submitters:
        each.join()
        assert each.failure is None, each.failure
    time.sleep(1.5)  # the sealer has a second
    end(background)
    quiet = backup(installation, tmp_path / "quiet")
    checks = ensure_consistent(restored(installation, busy, tmp_path / "a"))
    equal = restored(installation, quiet, tmp_path / "b")
    assert equal.counts() == installation.counts()
    equal.stop()
    flips = ensure_damage_is_noticed(quiet, tmp_path, 100 if is_long else 10)
    results[f"backup, {installation.backend}"] = {
        "checks in the backup under load": checks,
        "checks acknowledged in all": sum(len(each.acknowledged) for each in submitters),
        "flipped bytes refused": flips,
    }


def backup(installation, folder):
    """Make a backup by the command and return its path."""
    said = installation.command("backup", "--to", str(folder)).stdout
    (path,) = folder.glob("*.tar")
    assert str(path) in said
    return path


def restored(installation, path, folder):
    """Restore into an empty installation by the command and check the chain up to the anchor."""
    other = installation.empty_twin(folder)
    said = other.command("restore", str(path)).stdout
    anchor = re.search(r"--anchor (\S+)", said)
    assert anchor, said
    other.command("audit", "verify", "--anchor", anchor[1])
    return other


def ensure_consistent(other) -> int:
    """Check that a copy made in mid-work holds whole acts only; return its number of checks."""
    with other.reading() as session:
        checks, traces, rows = (
            session.scalar(select(func.count()).select_from(HazardCheck)),
            session.scalar(select(func.count()).where(Evidence.kind == "hazard-checked")),
            session.scalar(select(func.count()).where(AuditRow.action == "hazard-checked")),
        )
    other.stop()
    assert checks > 0
    assert checks == traces == rows
    return checks


def ensure_damage_is_noticed(path, folder, times: int) -> int:
    """Flip single bytes of a backup; each copy must be refused."""
    whole = path.read_bytes()
    damaged = folder / "damaged.tar"
    # The end of an archive is empty blocks: a byte there belongs to nothing that is restored.
    last = len(whole.rstrip(b"\0"))
    for _ in range(times):
        at = random.randrange(last)
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        with pytest.raises(DomainError):
            check_backup(damaged)
    return times
