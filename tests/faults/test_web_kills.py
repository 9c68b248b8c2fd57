"""kill -9 of a web worker while people submit: nothing acknowledged is lost, nothing is doubled."""

import random
import threading
import time
import uuid
from collections import Counter

from flask import url_for
from sqlalchemy import func, select

from drillreg.audit.models import AuditRow
from drillreg.evidence.models import Evidence
from drillreg.hazards.models import HazardCheck
from tests.faults.clients import Client, until_answered
from tests.faults.county import PASSWORD, make_county
from tests.faults.installation import kill, wait_for

JSON = {"Accept": "application/json"}


class Submitter(threading.Thread):
    """One person who sends one check after the other and repeats what was not answered."""

    def __init__(self, client: Client, name: str, paths: list[str], over) -> None:
        super().__init__()
        self.client = client.sign_in(name, PASSWORD)
        self.client.page(paths[0])
        self.paths, self.over = paths, over
        self.acknowledged: dict[str, str] = {}
        self.answers: Counter[int] = Counter()
        self.tries: list[str] = []
        self.failure: BaseException | None = None

    def send(self, path: str, client_id: str, note: str = ""):
        """Send one check; safe to repeat."""
        fields = {"client_id": client_id, "result": "normal", "note": note}
        return until_answered(
            lambda: self.client.post(path, fields, **JSON), seconds=30, tries=self.tries
        )

    def run(self) -> None:
        """Submit until told to stop."""
        try:
            while not self.over.is_set():
                path, client_id = random.choice(self.paths), str(uuid.uuid4())
                found = self.send(path, client_id)
                self.answers[found.status] += 1
                assert found.status in {200, 201}, (found.status, found.text[:300])
                self.acknowledged[client_id] = path
        except BaseException as error:
            self.failure = error


def paths_of_checks(installation, county) -> list[str]:
    with installation.app.test_request_context():
        return [url_for("hazards.check", public_id=code) for code in county.site_codes]


def kill_workers(installation, web, times: int, pause: float) -> int:
    """Kill one worker after the other; each time its successor is waited for."""
    for done in range(times):
        time.sleep(pause)
        victims = wait_for(lambda: installation.workers(web), 20, "a worker lives")
        assert web.poll() is None, f"the master ended after {done} kills"
        kill(random.choice(victims))
    return times


def ensure_stored_once(installation, submitters) -> dict[str, int]:
    """Check that every acknowledged check is there once with all that follows from it."""
    acknowledged = set().union(*(each.acknowledged for each in submitters))
    with installation.reading() as session:
        stored = list(session.scalars(select(HazardCheck.client_id)))
        traces = {
            "evidence": session.scalar(
                select(func.count()).where(Evidence.kind == "hazard-checked")
            ),
            "audit": session.scalar(
                select(func.count()).where(AuditRow.action == "hazard-checked")
            ),
        }
    assert len(stored) == len(set(stored))
    assert acknowledged <= set(stored)
    assert traces == {"evidence": len(stored), "audit": len(stored)}
    return {
        "acknowledged": len(acknowledged),
        "stored": len(stored),
        "answered 200 (was there already)": sum(each.answers[200] for each in submitters),
        "tries that failed": sum(len(each.tries) for each in submitters),
    }


def test_checks_survive_the_death_of_web_workers(installation, is_long, results):
    county = make_county(installation)
    web, _ = installation.start_web(), installation.start_background()
    paths, over = paths_of_checks(installation, county), threading.Event()
    submitters = [Submitter(installation.client(), name, paths, over) for name in county.people]
    for each in submitters:
        each.start()
    kills = kill_workers(installation, web, 60 if is_long else 4, 1.0)
    time.sleep(1)
    over.set()
    for each in submitters:
        each.join()
        assert each.failure is None, each.failure
    counted = ensure_stored_once(installation, submitters)
    ensure_the_three_answers(submitters[0])
    wait_for(lambda: installation.ensure_sealed()[1] == 0, 20, "everything is sealed", 0.5)
    results[f"web kills, {installation.backend}"] = {"kills": kills, **counted}


def ensure_the_three_answers(submitter: Submitter) -> None:
    """Check 201 for new, 200 for the same again, 409 for the same id with another content."""
    client_id, path = next(iter(submitter.acknowledged.items()))
    assert submitter.send(path, client_id).status == 200
    assert submitter.send(path, client_id, note="something else").status == 409
    assert submitter.send(path, str(uuid.uuid4())).status == 201
