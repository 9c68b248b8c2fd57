"""What revisions hear of others: a plan was issued or abolished, a report found problems."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import VersionState
from drillreg.revisions.operations.drafting import finish_items
from drillreg.revisions.operations.triggers import (
    arise_from_drill,
    settle_by_issue,
    tell_children,
)


def note_plan(facts: Mapping[str, Any]) -> None:
    """Follow the issue or the end of a plan: its children are told, what it took up is settled."""
    if facts["what"] not in {"issued", "abolished"}:
        return
    plan = db.session.get_one(Plan, facts["plan_id"])
    version = db.session.get_one(PlanVersion, facts["version_id"])
    now, today = facts["now"], facts["today"]
    if facts["what"] == "issued":
        if version.parent_version_id is not None:
            settle_by_issue(plan, version, now=now, today=today)
        finish_items(plan, version, now=now)
    if version.state is VersionState.ABOLISHED or _replaced_another(version):
        tell_children(version, plan, now=now, today=today)


def _replaced_another(version: PlanVersion) -> bool:
    """Say whether there was a version in force before: a first issue changes nothing below it."""
    return (
        db.session.scalar(
            select(PlanVersion.id)
            .where(
                PlanVersion.plan_id == version.plan_id,
                PlanVersion.state == VersionState.SUPERSEDED,
            )
            .limit(1)
        )
        is not None
    )


def note_findings(facts: Mapping[str, Any]) -> None:
    """Follow an approved report: what it found is a reason to look at the plan of the drill."""
    plan = db.session.get(Plan, facts["plan_id"])
    if plan is None or plan.voided_at is not None or not facts["texts"]:
        return
    arise_from_drill(
        plan,
        facts["report_id"],
        number=facts["number"],
        texts=facts["texts"],
        now=facts["now"],
        today=facts["today"],
    )
