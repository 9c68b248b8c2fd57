"""The background process with one more kind of work: many slow steps, each leaving a trace."""

import time
from typing import Any

from drillreg.accounts.models import Person
from drillreg.app import create_app
from drillreg.core.db import db, unit_of_work
from drillreg.scheduler.runner import run_background

KIND = "faults.steps"


def take_steps(args: dict[str, Any], progress) -> dict[str, Any]:
    """Write one row a step, also after a kill: steps that are there are not done again."""
    for number in range(args["steps"]):
        name = f"{args['name']} {number}"
        with unit_of_work():
            if not db.session.query(Person.id).filter_by(name=name).first():
                db.session.add(Person(name=name))
        progress(number + 1, args["steps"])
        time.sleep(args["seconds"])
    return {"steps": args["steps"]}


def main() -> None:
    """Run until SIGTERM."""
    app = create_app()
    app.extensions["drillreg.work"][KIND] = take_steps
    run_background(app)


if __name__ == "__main__":
    main()
