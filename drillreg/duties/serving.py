"""Panels of duties on the pages of records: which duties the evidence of a record serves."""

from collections.abc import Callable
from typing import Any

from flask import render_template
from sqlalchemy import Text, and_, cast, or_, select

from drillreg.core import clock
from drillreg.core.db import db
from drillreg.duties.book import book_of
from drillreg.duties.models import DutyPeriod, DutyState
from drillreg.duties.queries import reads
from drillreg.duties.states import State
from drillreg.duties.wording import STATE_COLOURS, STATE_WORDS, late_words, title_of
from drillreg.evidence.models import Evidence
from drillreg.i18n import translate
from drillreg.orgs.calendars import calendar_owner
from drillreg.orgs.models import Org

SHOWN = 12
# The attribute by which evidence about something else names a record of a kind.
NAMED = {"plan": "plan_id", "hazard_site": "site", "drill": "drill_id"}


def evidence_about(subject_kind: str, record: Any) -> set[int]:
    """Return the evidence of a record fetched in scope: about it, or naming it."""
    about = and_(Evidence.subject_kind == subject_kind, Evidence.subject_id == record.id)
    if subject_kind in NAMED:
        # As text on both databases: what it names may also be several.
        name = cast(Evidence.attributes[NAMED[subject_kind]].as_string(), Text)
        about = or_(about, name == str(record.id))
    found = select(Evidence.id).where(
        Evidence.org_id == record.org.id, Evidence.voided_at.is_(None), about
    )
    return set(db.session.scalars(found))


def duties_served(org: Org, evidence: set[int]) -> list[tuple[DutyState | DutyPeriod, bool]]:
    """Return the results, and the closed periods, of an organisation that evidence counts for."""
    if not evidence:
        return []
    states = db.session.scalars(
        select(DutyState).where(DutyState.org_id == org.id).order_by(DutyState.rule)
    )
    found: list[tuple[DutyState | DutyPeriod, bool]] = [
        (row, False) for row in states if evidence & set(row.proofs)
    ]
    periods = db.session.scalars(
        select(DutyPeriod)
        .where(DutyPeriod.org_id == org.id)
        .order_by(DutyPeriod.first_on.desc(), DutyPeriod.rule)
    )
    return found + [(row, True) for row in periods if evidence & set(row.proofs)]


def counts_toward(subject_kind: str) -> Callable[[Any], str]:
    """Return the panel for records of one kind, which have `id`, `org_id` and `org`."""

    def panel(record: Any) -> str:
        today, org = clock.today(), record.org
        served = duties_served(org, evidence_about(subject_kind, record))
        if not served:
            return ""
        book = book_of(calendar_owner(org))
        lines = []
        for row, is_closed in served[:SHOWN]:
            rule = book.on(row.rule, today)
            state = row.state if isinstance(row, DutyPeriod) else reads(row, today)
            late = state is State.BREACHED and rule is not None
            word = late_words(rule) if late and rule else translate(STATE_WORDS[state])
            title = title_of(rule, row.event_type) if rule else row.rule
            lines.append((row, title, word, STATE_COLOURS[state], is_closed))
        count = len({(row.rule, row.key, row.event_type) for row, _ in served})
        return render_template("duties/_counts_toward.html", org=org, lines=lines, count=count)

    return panel
