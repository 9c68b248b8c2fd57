"""Objections of the demo: one of a school that was put right, one of a town that waits."""

from collections.abc import Mapping

from drillreg.demo.lookup import Lookup
from drillreg.demo.times import ago, at
from drillreg.duties.disputing import answer_dispute, dispute
from drillreg.duties.models import DutyDispute
from drillreg.duties.reading import shipped_rules
from drillreg.duties.terms import DisputeAnswer, Ground

SCHOOL, TOWN, CLERK = "liangxiuying", "liumeiyun", "zhoumin"
FIRST_AGO, ANSWERED_AGO, SECOND_AGO = 24, 20, 3


def load_disputes(known: Lookup) -> Mapping[str, int]:
    """Let a school object to a duty and be answered, and a town object to another."""
    titles = {rule.id: rule.title["zh"] for rule in shipped_rules()}
    school, town = known.actor(SCHOOL), known.actor(TOWN)
    orgs = {org.id: org for org in known.orgs.values()}
    raised, answered = ago(known.today, FIRST_AGO), ago(known.today, ANSWERED_AGO)
    first = dispute(
        DutyDispute(
            rule="T5",
            ground=Ground.RECORD,
            says="9月的安全教育已在开学第一课进行，班级记录齐全，当时没有录入系统。",
        ),
        orgs[school.org_id or 0],
        titles["T5"],
        actor=school,
        today=raised,
        now=at(raised, 10, 5),
    )
    answer_dispute(
        first,
        DisputeAnswer.CORRECTED,
        "班级记录经核对属实，请按实际日期补录，系统会注明补录天数。",
        actor=town,
        now=at(answered, 15, 20),
    )
    late = ago(known.today, SECOND_AGO)
    dispute(
        DutyDispute(
            rule="P5",
            event_type="forest-fire",
            ground=Ground.NOT_BOUND,
            says="辖区内没有林地，森林火灾已并入综合预案。",
        ),
        orgs[town.org_id or 0],
        titles["P5"],
        actor=town,
        today=late,
        now=at(late, 9, 40),
    )
    return {"objections": 2}
