"""The database dies under the site: nothing acknowledged is lost, the site goes on by itself."""

import os
import pwd
import random
import shutil
import subprocess
import threading
import time
from pathlib import Path

import psycopg
import pytest

from tests.faults.county import make_county
from tests.faults.installation import Installation, free_port, kill, wait_for
from tests.faults.test_web_kills import Submitter, ensure_stored_once, paths_of_checks

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
SLOWEST_RETURN = 30


class Cluster:
    """A PostgreSQL cluster of its own, durable, to be stopped at will."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.address = f"postgresql://drillreg@127.0.0.1:{self.port}"
        self.folder.mkdir(mode=0o755)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self._run("initdb", "-A", "trust", "-U", "drillreg", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    def _run(self, program: str, *words: str) -> None:
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_user, str(PROGRAMS[-1] / program), "-D", str(self.folder / "data"), *words]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
        )

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        )
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop_at_once(self) -> None:
        """Stop it without letting anybody finish."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    def kill_backend(self) -> None:
        """Kill one server process: the cluster throws everybody out and recovers."""
        with psycopg.connect(f"{self.address}/postgres") as connection:
            pids = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND pid <> pg_backend_pid()"
            ).fetchall()
        if pids:
            kill(random.choice(pids)[0])


@pytest.fixture
def cluster(is_long):
    if not is_long:
        pytest.skip("part of the long plan: make faults")
    if not PROGRAMS:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(f"/tmp/drillreg-cluster-{os.getpid()}-{time.monotonic_ns()}")  # noqa: S108
    found = Cluster(folder)
    yield found
    found.stop_at_once()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.one_database
def test_the_site_outlives_its_database(cluster, tmp_path, results):
    installation = Installation(tmp_path / "site", "postgresql", cluster.address)
    installation.create()
    try:
        results["database stops"] = stop_and_submit(cluster, installation)
    finally:
        installation.stop()


def stop_and_submit(cluster: Cluster, installation: Installation) -> dict:
    county = make_county(installation)
    installation.start_web()
    installation.start_background()
    over = threading.Event()
    paths = paths_of_checks(installation, county)
    submitters = [Submitter(installation.client(), name, paths, over) for name in county.people]
    for each in submitters:
        each.start()
    returns = []
    for number in range(20):
        time.sleep(2)
        before = sum(len(each.acknowledged) for each in submitters)
        stopped_at = time.monotonic()
        if number % 2:
            cluster.stop_at_once()
            cluster.start()
        else:
            cluster.kill_backend()
        wait_for(
            lambda n=before: sum(len(each.acknowledged) for each in submitters) > n + 4,
            SLOWEST_RETURN,
            "checks are acknowledged again",
        )
        returns.append(round(time.monotonic() - stopped_at, 1))
    over.set()
    for each in submitters:
        each.join()
        assert each.failure is None, each.failure
    counted = ensure_stored_once(installation, submitters)
    wait_for(lambda: installation.ensure_sealed()[1] == 0, 30, "everything is sealed", 1)
    return {"stops": len(returns), "seconds until it went on, most": max(returns), **counted}
