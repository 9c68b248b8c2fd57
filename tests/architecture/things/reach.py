"""A grant of a plan at an organisation, and the plan whose reach is asked about."""

from datetime import UTC, date, datetime

from drillreg.core.db import db
from drillreg.orgs.models import Grant
from drillreg.plans.models import Plan, PlanVersion

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
MAY_REFUSE: dict[str, str] = {}


def things_at(org):
    """Make a plan and a grant of it to an account that is not there."""
    plan = Plan(org_id=org.id, kind="special", event_type="flood", title="预案", created_at=NOW)
    db.session.add_all([plan, PlanVersion(plan=plan, number=1, created_at=NOW)])
    db.session.flush()
    grant = Grant(
        record_kind="plan",
        record_id=plan.id,
        owner_id=org.id,
        account_id=0,
        permission="view",
        reason_kind="consultation",
        reason="征求意见",
        from_on=date(2026, 5, 1),
        until_on=date(2026, 6, 1),
        given_at=NOW,
        given_by_id=0,
        given_by_name="周敏",
    )
    db.session.add(grant)
    db.session.flush()
    return {
        "reach-record": {"kind": "plan", "record_id": plan.id},
        "grant": {"grant_id": grant.id},
    }
