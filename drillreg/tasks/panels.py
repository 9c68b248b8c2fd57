"""What tasks show on the pages of organisations and of the records they are about."""

from collections.abc import Callable
from typing import Any

from flask import render_template

from drillreg.accounts.models import Post
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor
from drillreg.core.subjects import subject_url
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope, may_here
from drillreg.steps.queries import steps_at, steps_of
from drillreg.steps.timeline import timeline, who
from drillreg.tasks.operations.phoning import PHONED
from drillreg.tasks.queries import (
    REACH,
    TaskFilter,
    count_tasks,
    open_with_person,
    tasks_about,
    tasks_page,
)
from drillreg.tasks.rules import STANDING_COLOURS, STANDING_WORDS, Standing, standing

SHOWN = 5


def tasks_of_org(org: Org) -> str:
    """Show the open tasks of an organisation and those below it, and when it was called."""
    actor, scope, today = current_actor(), current_scope(), clock.today()
    wanted = TaskFilter(today, REACH, Standing.OPEN, within=org)
    return render_template(
        "tasks/_org_panel.html",
        org=org,
        tasks=tasks_page(actor, scope, wanted, size=SHOWN).rows,
        count=count_tasks(actor, scope, wanted).open,
        calls=steps_at(org, PHONED),
        may_assign=org.closed_on is None and may_here(Permission.ASSIGN_TASKS, org),
        today=today,
        who=who,
        subject_url=subject_url,
    )


def tasks_of_holder(post: Post) -> str:
    """Show the open tasks that lie with the holder of a post at their organisation."""
    tasks = open_with_person(post.person_id, post.org)
    if not tasks:
        return ""
    return render_template("tasks/_holder_panel.html", tasks=tasks, today=clock.today())


def tasks_panel(subject_kind: str) -> Callable[[Any], str]:
    """Return the panel for records of one kind: tasks about one, and calls about it."""

    def panel(subject: Any) -> str:
        tasks = tasks_about(subject_kind, subject.id, current_scope())
        calls = steps_of(subject_kind, subject.id, code=PHONED)
        if not tasks and not calls:
            return ""
        return render_template(
            "tasks/_subject_panel.html",
            tasks=tasks,
            entries=timeline(calls),
            today=clock.today(),
            standing=standing,
            standing_words=STANDING_WORDS,
            standing_colours=STANDING_COLOURS,
        )

    return panel
