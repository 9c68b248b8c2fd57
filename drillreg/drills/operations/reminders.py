"""Reminding people of drills that come near or are overdue."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.drills.models import Drill
from drillreg.drills.rules import occasion_of, reminder_due
from drillreg.i18n import N_
from drillreg.notices.models import Notice
from drillreg.notices.operations import notify
from drillreg.office.queries import setting

SENTENCES = {
    "before-14": N_("%(org)s: the drill “%(title)s” is planned for %(day)s, in two weeks."),
    "before-7": N_("%(org)s: the drill “%(title)s” is planned for %(day)s, in a week."),
    "before-1": N_("%(org)s: the drill “%(title)s” is planned for %(day)s. Get ready."),
    "before": N_("%(org)s: the drill “%(title)s” is planned for %(day)s, in %(days)d days."),
    "overdue": N_("%(org)s: the drill “%(title)s” of %(day)s has not been recorded. Record it."),
}


def remind_of_drill(
    drill: Drill, *, account_ids: Collection[int], today: date, now: datetime
) -> int:
    """Tell people the rung reached today, each once; return how many had not been told."""
    rung = rung_of(drill, today)
    if rung is None:
        return 0
    occasion, kind = told_as(drill, rung)
    return notify(
        account_ids,
        occasion=occasion,
        kind=kind,
        message=SENTENCES[kind],
        params={
            "org": drill.org.name,
            "title": drill.title,
            "day": drill.due_on.isoformat(),
            "days": (drill.due_on - today).days,
        },
        url=f"/drills/{drill.id}",
        due_on=drill.due_on,
        now=now,
    )


def rung_of(drill: Drill, today: date) -> str | None:
    """Return the rung of the reminder ladder a drill has reached, by the days its office set."""
    return reminder_due(drill.due_on, today, setting("drills.remind-days", drill.org))


def told_as(drill: Drill, rung: str) -> tuple[str, str]:
    """Return the occasion and the kind of notice of a rung; unusual days share one kind."""
    is_postponed = drill.postponed_from is not None
    occasion = occasion_of(drill.id, drill.due_on, is_postponed=is_postponed)
    return (occasion, rung) if rung in SENTENCES else (f"{occasion}:{rung}", "before")


def already_told(occasions: Collection[str]) -> set[tuple[str, str, int]]:
    """Return (occasion, kind, account) of the notices there are, asked for in portions."""
    found: set[tuple[str, str, int]] = set()
    wanted = sorted(set(occasions))
    for start in range(0, len(wanted), 500):
        rows = db.session.execute(
            select(Notice.occasion, Notice.kind, Notice.account_id)
            .where(Notice.occasion.in_(wanted[start : start + 500]))
            .order_by(Notice.id)
        )
        found.update((row.occasion, row.kind, row.account_id) for row in rows)
    return found
