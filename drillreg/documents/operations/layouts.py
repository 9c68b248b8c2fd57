"""What an office wants of a layout: every change is a row, the newest holds."""

from datetime import datetime

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.documents.layouts import Wishes
from drillreg.documents.models import LayoutChange
from drillreg.orgs.models import Org


def change_layout(
    layout: str, org: Org, wishes: Wishes, *, before: Wishes, actor: Actor, now: datetime
) -> None:
    """Let papers of a layout look otherwise at an organisation and below it."""
    change = LayoutChange(
        layout=layout,
        org_id=org.id,
        wishes=wishes.as_data(),
        made_at=now,
        account_id=actor.account_id,
        actor_name=actor.name,
    )
    db.session.add(change)
    db.session.flush()
    record(
        "layout-changed",
        subject_kind="layout",
        subject_id=change.id,
        org_id=org.id,
        actor=actor,
        now=now,
        changes={layout: [before.as_data(), wishes.as_data()]},
        layout=layout,
    )
