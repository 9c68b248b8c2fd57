"""Rules, what a county decides about them, waivers."""

from datetime import UTC, date, datetime

from drillreg.core.db import db
from drillreg.duties.models import DutyWaiver, RuleDecision

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
DAY = date(2026, 5, 12)

MAY_REFUSE: dict[str, str] = {}

# Lie at no organisation: whoever may read rules reads all of the county.
PLACELESS = {"rule": {"rule_id": "O13"}, "law-text": {"text_id": "fire-61"}}


def things_at(org):
    """Make a decision and a waiver at an organisation."""
    decision = RuleDecision(
        owner_id=org.id,
        rule="O13",
        from_on=DAY,
        body={},
        reason="x",
        decided_at=NOW,
        decided_by_id=1,
        decided_by_name="x",
    )
    waiver = DutyWaiver(
        org_id=org.id,
        rule="O13",
        from_on=DAY,
        until_on=DAY,
        reason="x",
        given_at=NOW,
        given_by_id=1,
        given_by_name="x",
    )
    db.session.add_all([decision, waiver])
    db.session.flush()
    return {
        "duty-of": {"org_id": org.id, "rule": "O13"},
        "rule-decision": {"decision_id": decision.id},
        "waiver": {"org_id": org.id, "waiver_id": waiver.id},
    }
