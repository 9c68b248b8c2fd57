"""Patrol plans of the county and its towns, and two inspections: one closed, one under way."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from drillreg.core.db import db
from drillreg.demo.lookup import Lookup
from drillreg.demo.times import ago, at
from drillreg.hazards.rules import CheckResult
from drillreg.patrols.facts import InspectionFacts, MemberFacts, PlanFacts
from drillreg.patrols.inspection_rules import DrawRule
from drillreg.patrols.inspections import candidates
from drillreg.patrols.models import Inspection, InspectionItem
from drillreg.patrols.operations.inspections import (
    add_member,
    assign,
    begin_inspection,
    close_inspection,
    create_inspection,
    draw_list,
    enter_not_done,
    enter_result,
)
from drillreg.patrols.operations.plans import begin_plan
from drillreg.patrols.rules import Doer
from drillreg.workdays.recurrence import Shift

COUNTY, TOWN = "青岭县", "白岩镇"
CLERK, TOWN_CLERK = "zhoumin", "liumeiyun"
# How many days ago the plans began.
BEGAN = 56
GOAL = "红橙风险点周周见人；看坡面、看排水、看警示牌，拍照留存。"
EVERY = {"red": 7, "orange": 14, "yellow": 30, "blue": 90}
# Name, whose, by whom, kind, and what differs from a plain plan.
PLANS: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
    (
        "全县周五巡查日",
        COUNTY,
        CLERK,
        "weekly",
        {
            "levels": ("red", "orange"),
            "goal": GOAL,
        },
    ),
    ("地质灾害点汛前排查", COUNTY, CLERK, "before-season", {}),
    ("地质灾害点汛中巡查", COUNTY, CLERK, "during-season", {}),
    ("地质灾害点汛后核查", COUNTY, CLERK, "after-season", {}),
    ("长假巡查", COUNTY, CLERK, "holiday", {"levels": ("red",), "each_day": False}),
    ("白岩镇分级巡查", TOWN, TOWN_CLERK, "level", {"every": EVERY}),
    (
        "白岩镇夜间巡查",
        TOWN,
        TOWN_CLERK,
        "night",
        {"weekdays": (5,), "levels": ("red",), "doer": Doer.ROLE, "role": "town_staff"},
    ),
)
GEOLOGICAL = ("landslide", "collapse", "debris-flow", "slope", "subsidence")
SEED = "青岭2026"
SHARES = {"red": 100, "orange": 20, "yellow": 5}


def load_patrols(known: Lookup) -> Mapping[str, int]:
    """Make the plans and inspections; return how many of each were written."""
    for row in PLANS:
        _plan(row, known)
    return {"patrol plans": len(PLANS), "inspections": _closed(known) + _hidden(known)}


def _plan(row: tuple[str, str, str, str, dict[str, Any]], known: Lookup) -> None:
    name, org_name, clerk, kind, given = row
    org = known.orgs[org_name]
    began = ago(known.today, BEGAN)
    plain: dict[str, Any] = {
        "weekdays": (4,) if kind == "weekly" else (),
        "shift": Shift.NEXT_WORKING_DAY,
        "each_day": True,
        "least_days": 3,
        "every": {},
        "months": 1,
        "site_kinds": GEOLOGICAL if kind.endswith("season") else (),
        "levels": (),
        "sites": (),
        "doer": Doer.KEEPER,
        "account_id": None,
        "account_name": None,
        "role": None,
        "goal": None,
    }
    facts = PlanFacts(
        name=name,
        kind=kind,
        within_id=org.id,
        from_on=began,
        to_on=None,
        **{**plain, **given},
    )
    actor, now = known.actor(clerk), at(began, 9)
    begin_plan(facts, org=org, actor=actor, today=began, now=now)


def _inspection(known: Lookup, facts: InspectionFacts, where: str) -> Inspection:
    """Draw an inspection up, with a team of two, and begin it."""
    actor, now = known.actor(CLERK), at(facts.from_on, 8)
    found = create_inspection(facts, org=known.orgs[COUNTY], actor=actor, now=now)
    leader = MemberFacts("周敏", COUNTY, True, known.account(CLERK).id)
    member = add_member(found, leader, actor=actor, now=now)
    outside = MemberFacts("程工", "省地质工程勘察院", False, None)
    add_member(found, outside, actor=actor, now=now)
    frame = candidates(known.orgs[where], known.scope, kinds=GEOLOGICAL, levels=tuple(SHARES))
    draw_list(found, frame, DrawRule(SEED, SHARES), actor=actor, now=now)
    ids = [item.id for item in _items(found)]
    assign(found, ids, member, facts.from_on, actor=actor, now=now)
    begin_inspection(found, actor=actor, today=facts.from_on, now=now)
    return found


def _items(found: Inspection) -> Sequence[InspectionItem]:
    return db.session.scalars(
        select(InspectionItem)
        .where(InspectionItem.inspection_id == found.id)
        .options(
            joinedload(InspectionItem.site),
            joinedload(InspectionItem.org),
            joinedload(InspectionItem.inspection),
        )
        .order_by(InspectionItem.id)
    ).all()


def _facts(title: str, way: str, focus: str, first: date, last: date) -> InspectionFacts:
    return InspectionFacts(title, way, "县地质灾害防治指挥部工作安排", focus, first, last)


def _closed(known: Lookup) -> int:
    first = ago(known.today, 30)
    facts = _facts(
        "汛期地质灾害点联合检查",
        "joint",
        "监测记录、撤离路线、警示牌",
        first,
        first + timedelta(days=2),
    )
    found = _inspection(known, facts, TOWN)
    actor, now = known.actor(CLERK), at(facts.to_on, 17)
    items = _items(found)
    for number, item in enumerate(items):
        if number == len(items) - 1:
            enter_not_done(item, reason="进村道路塌方，改日补查", actor=actor, now=now)
            continue
        bad = number % 4 == 1
        enter_result(
            item,
            result=(CheckResult.ABNORMAL if bad else CheckResult.NORMAL).value,
            note="警示牌倒伏，撤离路线标识不清" if bad else "",
            seen_on=facts.from_on,
            actor=actor,
            now=now,
            today=facts.to_on,
        )
    close_inspection(
        found,
        summary="各点监测总体落实，部分警示牌损坏、撤离路线标识不清，请所在镇一周内补齐。",
        actor=actor,
        now=now,
        unexplained=0,
    )
    return 1


def _hidden(known: Lookup) -> int:
    first = ago(known.today, 1)
    facts = _facts(
        "夜间值守情况暗访", "unannounced", "值班在岗、巡查记录", first, first + timedelta(days=6)
    )
    _inspection(known, facts, "竹源镇")
    return 1
