"""What the page of a record shows about its evidence."""

from collections.abc import Callable
from typing import Any

from flask import render_template

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor
from drillreg.evidence.queries import evidence_of, stands_outside


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
