"""Why plans of the demo are looked at again: followers and laggards, reasons, evaluations.

The drafting plan of this year is half done.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from drillreg.core.db import db
from drillreg.demo.lookup import Lookup
from drillreg.demo.papers import docx
from drillreg.demo.plans import add_paper, clerk_of, plain_sections
from drillreg.demo.times import ago, at
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan
from drillreg.plans.operations import issue_version, start_revision
from drillreg.plans.rules import review_date
from drillreg.revisions.alignment import top_version
from drillreg.revisions.drafting import proposals_for
from drillreg.revisions.forms_of_evaluation import form_for
from drillreg.revisions.models import DraftingPlan
from drillreg.revisions.operations.approving import approve, send_to_leader
from drillreg.revisions.operations.drafting import (
    add_proposals,
    begin_drafting,
    record_copy,
    save_item,
)
from drillreg.revisions.operations.evaluating import Filled, conclude, save_evaluation
from drillreg.revisions.operations.triggers import (
    Found,
    answer_trigger,
    confirm_alignment,
    record_trigger,
)
from drillreg.revisions.rules import Answer, Outcome
from drillreg.signoffs.operations.moving import Decision
from drillreg.signoffs.rules import Manner

COUNTY, LEADER = "青岭县", "fangmingyuan"
# The plan of the county that got a new version, and when, days ago.
CHANGED, CHANGED_AGO = "flood", 25
DRAFTED_AGO, APPROVED_AGO, COPIED_AGO = 70, 60, 55
MOST_PROPOSED = 7
REASONS = (
    ("forest-fire", "law", "《森林防火条例》修订，扑救指挥和火源管理的规定有变化。", 40, ""),
    (
        "earthquake",
        "bodies",
        "抗震救灾指挥部成员单位调整。",
        33,
        "成员单位名单在附件中更新，正文不变。",
    ),
    ("traffic", "risk", "新建高速公路互通通车。", 12, ""),
)


def load_revisions(known: Lookup) -> Mapping[str, int]:
    """Take plans through a year of revisions; return how many of each were written."""
    county = known.orgs[COUNTY]
    plans = {plan.event_type: plan for plan in _plans(Plan.org_id == county.id)}
    drafting = _draft(known, county, plans)
    changed = plans[CHANGED]
    _reissue(known, changed, ago(known.today, CHANGED_AGO), "汛情和机构变化，到期评估后修订")
    followed = _follow(known, changed)
    reasons = _reasons(known, plans)
    evaluated = _evaluate(known, plans)
    return {
        "drafting plans": int(drafting is not None),
        "followed": followed,
        "reasons": reasons,
        "evaluations": evaluated,
    }


def _plans(*where: object) -> Sequence[Plan]:
    """Return the plans in force without a draft, in order."""
    found = db.session.scalars(
        select(Plan)
        .join(Plan.org)
        .options(contains_eager(Plan.org))
        .where(*where, Plan.voided_at.is_(None))  # type: ignore[arg-type]
        .order_by(Plan.id)
    ).all()
    return [plan for plan in found if plan.current is not None and plan.draft is None]


def _reissue(known: Lookup, plan: Plan, day: date, why: str) -> None:
    actor = clerk_of(plan.org, known)
    begun = ago(day, 15)
    version = start_revision(plan=plan, reason=why, actor=actor, now=at(begun, 9, 20))
    name = f"{plan.title}（第{version.number}版）"
    paper = (f"{name}.docx", docx(name, plain_sections(plan.org, "突发事件")))
    add_paper(plan, paper, actor, begun)
    word = plan.org.attributes.get("document_word") or plan.org.short_name or plan.org.name
    issue_version(
        plan=plan,
        number=f"{word}发〔{day.year}〕{90 + plan.id % 100}号",
        issued_on=day,
        review_on=review_date(day),
        actor=actor,
        now=at(day, 15, 10),
        today=day,
    )


def _follow(known: Lookup, changed: Plan) -> int:
    """Let one town revise and one confirm; the others have not followed yet."""
    children = _plans(Plan.parent_plan_id == changed.id)
    above = top_version(changed.id)
    if above is None or len(children) < 2:
        return 0
    _reissue(known, children[0], ago(known.today, 8), "按县防汛抗旱应急预案新版修订")
    day = ago(known.today, 6)
    confirm_alignment(
        children[1],
        above,
        reason="县预案调整的是县级指挥机构，与本镇职责和转移安排无关，已逐条对照。",
        actor=clerk_of(children[1].org, known),
        now=at(day, 10, 5),
        today=day,
    )
    return 2


def _reasons(known: Lookup, plans: Mapping[str, Plan]) -> int:
    count = 0
    for event, reason, what, days, kept in REASONS:
        plan = plans.get(event)
        if plan is None:
            continue
        actor, day = clerk_of(plan.org, known), ago(known.today, days)
        now = at(day, 11, 30)
        made = record_trigger(plan, Found(reason, day, what), actor=actor, now=now, today=day)
        count += 1
        if kept:
            answer_trigger(made, plan, Answer.KEEP, reason=kept, actor=actor, now=now, today=day)
    return count


def _evaluate(known: Lookup, plans: Mapping[str, Plan]) -> int:
    count = 0
    wanted = (("geological", Outcome.KEEP, 30), ("chemical", Outcome.REVISE, 18))
    for event, outcome, days in wanted:
        plan = plans.get(event)
        if plan is None:
            continue
        actor, day = clerk_of(plan.org, known), ago(known.today, days)
        answers = {item.code: {"rating": "fit", "remark": ""} for item in form_for(plan.kind)}
        advice = ""
        if outcome is Outcome.REVISE:
            answers["contacts"] = {"rating": "not", "remark": "企业联系人多数已更换。"}
            answers["resources"] = {"rating": "partly", "remark": "堵漏器材数量与预案不符。"}
            advice = "更新企业联系人和物资清单，补充园区企业的处置流程。"
        filled = Filled(
            day,
            "评估组查阅预案、演练总结和应急处置记录，现场核对联系人和物资。",
            "周敏，县应急办主任，组长\n王强，县应急管理局，资料分析\n李芳，县消防救援大队，现场核对",
            answers,
            "预案结构完整，职责和响应流程基本符合本县实际。",
            advice,
            outcome,
        )
        now = at(day, 16, 0)
        found = save_evaluation(plan, None, filled, now=now, today=day)
        conclude(plan, found, bad=frozenset({"partly", "not"}), actor=actor, now=now)
        count += 1
    return count


def _draft(known: Lookup, county: Org, plans: Mapping[str, Plan]) -> DraftingPlan:
    """Draw up, approve and copy the drafting plan of the year."""
    actor, today = clerk_of(county, known), known.today
    day = ago(today, DRAFTED_AGO)
    now = at(day, 9, 30)
    drafting = begin_drafting(county, today.year, actor=actor, now=now)
    chosen = proposals_for(drafting, known.scope, today=day)[:MOST_PROPOSED]
    add_proposals(
        drafting, chosen, due_on=date(today.year, 11, 30), actor=actor, now=now, today=day
    )
    changed = plans[CHANGED]
    values = {
        "org_id": county.id,
        "kind": changed.kind,
        "event_type": changed.event_type,
        "title": changed.title,
        "plan_id": changed.id,
        "is_new": False,
        "lead_org_id": known.orgs["县应急管理局"].id,
        "supporting": "县水利局、县气象局",
        "person": "王强",
        "due_on": ago(today, 20),
        "why": "到期评估，汛情变化",
    }
    save_item(drafting, None, values, actor=actor, now=now, today=day)
    send_to_leader(drafting, named={}, actor=actor, today=day, now=at(day, 16, 0))
    approved = ago(today, APPROVED_AGO)
    approve(
        drafting,
        Decision(manner=Manner.PASSWORD),
        body="县政府常务会议",
        number=f"青府办发〔{approved.year}〕28号",
        approved_on=approved,
        actor=known.actor(LEADER),
        now=at(approved, 15, 0),
        today=approved,
    )
    copied = ago(today, COPIED_AGO)
    record_copy(
        drafting,
        recipient="市应急管理局",
        sent_on=copied,
        number=f"青应急〔{copied.year}〕31号",
        actor=actor,
        now=at(copied, 10, 0),
        today=copied,
    )
    return drafting
