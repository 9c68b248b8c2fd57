"""What the network gives to the to-do list: contacts to complete, a shift to take over."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import url_for
from sqlalchemy import select

from drillreg.core.access import Actor, Permission
from drillreg.core.codes import code_label
from drillreg.core.db import db
from drillreg.i18n import N_, current_locale, translate
from drillreg.network.models import HandOver
from drillreg.network.queries.gaps import missing_at
from drillreg.network.rules import ASKED, round_of
from drillreg.notices.models import Notice
from drillreg.tasks.todos import TodoItem

# A note that nobody took over in this time will not be taken over any more.
READ_WITHIN = timedelta(days=3)


def contacts_to_complete(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return what one's own organisation lacks, from when its people are asked to verify it."""
    if actor.org_id is None or not actor.may(Permission.KEEP_CONTACTS):
        return []
    this = round_of(today)
    asked = select(Notice.id).where(
        Notice.account_id == actor.account_id,
        Notice.occasion == this.occasion,
        Notice.kind == ASKED,
    )
    missing = missing_at(actor.org_id, today=today) if db.session.scalar(asked) else ()
    if not missing:
        return []
    between = ", " if current_locale() == "en" else "、"
    return [
        TodoItem(
            kind="contacts",
            text=translate(N_("Complete and verify the contacts of your organisation")),
            url=url_for("contacts.of_org", org_id=actor.org_id),
            detail=between.join(code_label(code, "network_rule") for code in missing),
            due_on=this.answer_by,
        )
    ]


def shifts_to_take_over(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return the newest hand-over note of one's own organisation that somebody else left."""
    if actor.org_id is None or not actor.may(Permission.KEEP_CONTACTS):
        return []
    note = db.session.scalar(
        select(HandOver)
        .where(
            HandOver.org_id == actor.org_id,
            HandOver.day < today,
            HandOver.day >= today - READ_WITHIN,
        )
        .order_by(HandOver.day.desc())
        .limit(1)
    )
    if note is None or note.seen_at is not None or note.is_by(actor):
        return []
    day = note.day.isoformat()
    return [
        TodoItem(
            kind="take-over",
            text=translate(
                N_("Hand-over note of %(day)s by %(name)s"), day=day, name=note.writer_name
            ),
            url=url_for("roster.day", org_id=actor.org_id, day=day),
            due_on=note.day + timedelta(days=1),
        )
    ]
