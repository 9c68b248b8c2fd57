"""Last stage: what towns open to neighbours, and the county to its evaluator."""

from datetime import date

from sqlalchemy import select

from drillreg.accounts.reach.operations import give_grant, revoke_grant
from drillreg.accounts.reach.queries import get_grant
from drillreg.accounts.reach.rules import GrantText
from drillreg.core.access import Permission
from drillreg.core.db import db
from drillreg.demo.lookup import Lookup
from drillreg.demo.times import ago, at
from drillreg.drills.models import Drill
from drillreg.orgs.models import Grant, Org
from drillreg.orgs.records import describe_record

PLAN_OF_TOWN = ("白岩镇", "geological")


def load_grants(known: Lookup) -> dict[str, int]:
    """Open a plan to neighbours, one of them no longer, and a drill to the evaluator."""
    plan = known.plans[known.orgs[PLAN_OF_TOWN[0]].id, PLAN_OF_TOWN[1]]
    neighbour = _text(known, "consultation", "跨镇滑坡隐患会商", 12, until=ago(known.today, -45))
    _give(known, "liumeiyun", "plan", plan.id, "竹源镇", neighbour, 12)
    ended = _text(known, "parent-plan", "编制本镇预案时参照", 200, until=ago(known.today, 110))
    _give(known, "liumeiyun", "plan", plan.id, "云溪镇", ended, 200)
    standing = _text(known, "joint-drill", "每年汛前联合演练", 60, until=None)
    revoked = _give(known, "liumeiyun", "plan", plan.id, "县人民医院", standing, 60)
    revoke_grant(
        get_grant(revoked.id, known.scope),
        reason="改为每次演练单独授权",
        actor=known.actor("liumeiyun"),
        today=known.today,
        now=at(ago(known.today, 20), 15),
    )
    drill = _next_drill(known)
    evaluation = _text(
        known, "evaluator", "受邀评估本次演练", 3, until=ago(known.today, -60),
        permission=Permission.RECORD_DRILLS,
    )  # fmt: skip
    _give(known, "zhoumin", "drill", drill.id, "yuanhaifeng", evaluation, 3)
    return {"grants": 4}


def _text(
    known: Lookup,
    reason_kind: str,
    reason: str,
    days: int,
    *,
    until: date | None,
    permission: Permission = Permission.VIEW,
) -> GrantText:
    why_open = None if until else "长期合作，由双方商定终止"
    return GrantText(permission, reason_kind, reason, ago(known.today, days), until, why_open)


def _give(
    known: Lookup, giver: str, kind: str, key: int, holder: str, text: GrantText, days: int
) -> Grant:
    to: Org | None = known.orgs.get(holder)
    day = ago(known.today, days)
    return give_grant(
        kind,
        describe_record(kind, key),
        to or known.account(holder),
        text,
        actor=known.actor(giver),
        today=day,
        now=at(day, 10),
    )


def _next_drill(known: Lookup) -> Drill:
    return db.session.scalars(
        select(Drill)
        .where(Drill.due_on >= known.today, Drill.voided_at.is_(None))
        .order_by(Drill.due_on, Drill.id)
        .limit(1)
    ).one()
