"""A Word plan that was read for a draft of an organisation, and what routes call it by."""

import hashlib
import json
from datetime import UTC, datetime

from drillreg.core.db import db
from drillreg.files.models import StoredFile
from drillreg.files.operations import keep_bytes
from drillreg.plans.brought import WORD_WORK
from drillreg.plans.models import Plan, PlanVersion
from drillreg.work.models import WorkItem
from drillreg.work.rules import WorkState

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
BLOCKS = [{"kind": "text", "text": "一、总则", "body": "一、总则", "level": 0}]

MAY_REFUSE = {}


def _kept(data, org):
    keep_bytes(data)
    found = StoredFile(
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        media_type="application/octet-stream",
        name="x.docx",
        created_at=NOW,
        org_id=org.id,
    )
    db.session.add(found)
    db.session.flush()
    return found


def things_at(org):
    """Make a draft and the Word file read for it."""
    plan = Plan(org_id=org.id, kind="special", event_type="flood", title="防汛", created_at=NOW)
    db.session.add(PlanVersion(plan=plan, number=1, created_at=NOW))
    db.session.flush()
    read = json.dumps({"blocks": BLOCKS, "pictures": 0, "links": 0}).encode()
    item = WorkItem(
        kind=WORD_WORK,
        title="x",
        state=WorkState.DONE,
        args={"plan_id": plan.id, "file_id": _kept(b"PK", org).id, "org_id": org.id},
        result={"url": "/", "read_id": _kept(read, org).id},
        org_id=org.id,
        account_id=0,
        created_at=NOW,
    )
    db.session.add(item)
    db.session.flush()
    return {"plan-word": {"plan_id": plan.id, "public_id": item.public_id}}
