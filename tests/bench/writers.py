"""One writer among several: records drills and has their duties worked out, for some seconds.

`python -m tests.bench.writers FIRST STEP SECONDS` with the settings of an installation in the
environment; prints the seconds that each took as JSON.
"""

import json
import os
import sys
import time

from drillreg.app import create_app
from drillreg.config import read_settings
from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.duties.models import DutyOrg
from drillreg.evidence.operations import add_evidence
from drillreg.evidence.rules import Grade


def main() -> None:
    """Write until the time is over."""
    first, step, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    app = create_app(read_settings(os.environ))
    took: list[float] = []
    with app.app_context():
        ids = sorted(db.session.scalars(db.select(DutyOrg.org_id)))[first::step]
        db.session.rollback()
        record(ids[0])  # what a process reads once is read before the clock runs
        over = time.monotonic() + seconds
        while time.monotonic() < over:
            started = time.monotonic()
            record(ids[len(took) % len(ids)])
            took.append(time.monotonic() - started)
    sys.stdout.write(json.dumps(took))


def record(org_id: int) -> None:
    """Record a drill of an organisation; its duties follow right after the commit."""
    now = clock.now()
    with unit_of_work():
        add_evidence(
            "drill-held",
            org_id=org_id,
            subject_kind="drill",
            subject_id=org_id,
            on_date=clock.local_date(now),
            grade=Grade.EVIDENCED,
            now=now,
            attributes={"event_type": "fire", "mode": "full", "drill_id": org_id},
        )


if __name__ == "__main__":
    main()
