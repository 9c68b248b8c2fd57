"""Parts of a draft at an organisation, and what routes call them by."""

from datetime import UTC, datetime

from drillreg.core.db import db
from drillreg.files.models import StoredFile
from drillreg.files.operations import keep_bytes
from drillreg.plans.models import (
    Plan,
    PlanFile,
    PlanMember,
    PlanResource,
    PlanRoute,
    PlanVersion,
)
from drillreg.resources.models import Shelter

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)

MAY_REFUSE: dict[str, str] = {}


def things_at(org):
    """Make a draft with one of each part."""
    plan = Plan(org_id=org.id, kind="special", event_type="flood", title="防汛", created_at=NOW)
    version = PlanVersion(plan=plan, number=1, created_at=NOW)
    shelter = Shelter(
        org_id=org.id, name="文化站", kind="indoor", place="indoor", capacity=40, created_at=NOW
    )
    db.session.add_all([plan, version, shelter])
    db.session.flush()
    members = [
        PlanMember(version_id=version.id, position=at, role="member", org_name=name)
        for at, name in enumerate(("应急办", "派出所"), 1)
    ]
    resource = PlanResource(
        version_id=version.id,
        position=1,
        noun="shelter",
        resource_id=shelter.id,
        name=shelter.name,
        org_name=org.name,
    )
    route = PlanRoute(
        version_id=version.id,
        position=1,
        name="路线",
        start="后山",
        destination="文化站",
        points="",
    )
    kept = StoredFile(
        sha256=keep_bytes(b"%PDF-1.7 not really a paper"),
        size=27,
        media_type="application/pdf",
        name="风险图.pdf",
        created_at=NOW,
    )
    annex = PlanFile(version_id=version.id, file=kept, annex_name="风险图")
    db.session.add_all([*members, resource, route, annex])
    db.session.flush()
    first, second = members
    at = {"plan_id": plan.id, "noun": "members", "level": 1}
    return {
        "plan-member": {**at, "part_id": first.id},
        "plan-member-out": {**at, "part_id": second.id},
        "plan-resource": {"plan_id": plan.id, "part_id": resource.id},
        "plan-route": {"plan_id": plan.id, "part_id": route.id},
        "plan-annex": {"plan_id": plan.id, "file_id": annex.id, "way": "up"},
    }
