"""What the page of a record shows about its evidence."""

from collections.abc import Callable
from typing import Any

from flask import render_template

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor
from drillreg.evidence.queries import evidence_of, newest_of, stands_outside
from drillreg.orgs.models import Org
from drillreg.orgs.scope import may_here

SHOWN = 5


def evidence_panel(subject_kind: str) -> Callable[[Any], str]:
    """Return the panel for records of one kind, which have `id` and `org`."""

    def panel(subject: Any) -> str:
        found = evidence_of(subject_kind, subject.id)
        if not found:
            return ""
        actor, today = current_actor(), clock.today()
        may = stands_outside(actor, subject.org, Permission.ASSIGN_TASKS, today)
        return render_template("evidence/_panel.html", found=found, may_judge=may)

    return panel


def evidence_of_org(org: Org) -> str:
    """Show the newest evidence of an organisation, with the way to enter some by hand."""
    return render_template(
        "evidence/_org_panel.html",
        org=org,
        found=newest_of(org, at_most=SHOWN),
        may_enter=org.closed_on is None and may_here(Permission.RECORD_DRILLS, org),
    )
