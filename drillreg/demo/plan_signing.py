"""Plans on their way: one in consultation, one returned once and at approval, one issued."""

from datetime import date, datetime

from sqlalchemy import select

from drillreg.core.access import Actor
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.demo.lookup import Lookup
from drillreg.demo.papers import pdf
from drillreg.demo.plans import add_paper, clerk_of, plain_sections
from drillreg.demo.times import ago, at
from drillreg.plans.models import Plan
from drillreg.plans.operations import start_revision
from drillreg.plans.rules import review_date
from drillreg.plans.signing import (
    issue_signed,
    return_plan,
    submit,
    table_of,
    take_step,
)
from drillreg.signoffs.models import Consultation
from drillreg.signoffs.operations.consulting import answer, ask, settle_opinion
from drillreg.signoffs.operations.experts import ExpertText, PanelText, enter_panel
from drillreg.signoffs.operations.moving import Decision
from drillreg.signoffs.rules import Manner

COUNTY, LEADER, CLERK, COLLEAGUE = "青岭县", "fangmingyuan", "zhoumin", "hexiaolan"
ASKING, RETURNED, ISSUED = ("石桥镇", "fire"), (COUNTY, "weather"), (COUNTY, "earthquake")
ANSWERS = {
    "县教育局": ("remarks", "学校停课由县教育局发布通知，请在“响应措施”中写明。"),
    "县卫生健康局": ("agreed", ""),
}
EXPERTS = (
    ("严国栋", "省气象科学研究所　高级工程师", "pass", ""),
    ("卢静", "市应急救援中心　科长", "revise", "预警发布到村组的时限要写到分钟。"),
    ("邹平", "县气象局　工程师", "pass", ""),
)
SAID_BACK = "分级响应中乡镇的任务没有写清，请补充后再报。"


def prepare_signing(known: Lookup) -> None:
    """Print the paper of the plan that is issued; outside any transaction."""
    org = known.orgs[COUNTY]
    event = code_list("event_type").get(ISSUED[1])
    name = event.label["zh"] if event else ""
    known.paper = pdf(f"{COUNTY}{name}应急预案", plain_sections(org, name))


def load_signing(known: Lookup) -> dict[str, int]:
    """Take three plans as far as each has come; return how many."""
    desk = _Desk(known)
    desk.in_consultation()
    desk.at_approval()
    desk.issued()
    return {"plans": 3}


class _Desk:
    """Takes plans through their steps, each on a day of its own."""

    def __init__(self, known: Lookup) -> None:
        self.known = known
        self.today = known.today
        self.clerk, self.colleague = known.actor(CLERK), known.actor(COLLEAGUE)
        self.leader = known.actor(LEADER)

    def _plan(self, whose: tuple[str, str]) -> Plan:
        plan = self.known.plans[self.known.orgs[whose[0]].id, whose[1]]
        return db.session.scalars(select(Plan).where(Plan.id == plan.id)).one()

    def _submit(self, plan: Plan, actor: Actor, day: date) -> None:
        submit(
            plan,
            urgent_reason="",
            remark="",
            url=f"/plans/{plan.id}/sign",
            actor=actor,
            today=day,
            now=at(day, 9, 10),
        )

    def _take(self, plan: Plan, key: str, actor: Actor, day: date, remark: str = "") -> None:
        checks = code_list("review_point").codes() if key == "review" else ()
        manner = Manner.PASSWORD if key in {"approve", "sign"} else Manner.ACCOUNT
        decision = Decision(remark, dict.fromkeys(checks, "yes") or None, manner)
        now = at(day, 15, 20)
        take_step(plan, table_of(plan), key, decision, actor=actor, today=day, now=now)

    def _ask(self, plan: Plan, actor: Actor, day: date, names: list[str], outside: str) -> None:
        ask(
            table_of(plan),
            "consult",
            orgs=[self.known.orgs[name] for name in names],
            outside=[outside] if outside else [],
            answer_by=ago(day, -7),
            url_of=lambda asked_id: f"/plans/consultations/{asked_id}",
            actor=actor,
            today=day,
            now=at(day, 10),
        )

    def _asked(self, plan: Plan) -> list[Consultation]:
        ids = [row.id for row in table_of(plan).all_rows]
        found = select(Consultation).where(Consultation.stage_id.in_(ids)).order_by(Consultation.id)
        return list(db.session.scalars(found))

    def _answer(self, plan: Plan, asked: Consultation, actor: Actor, now: datetime) -> None:
        table = table_of(plan)
        org = next((o for o in self.known.orgs.values() if o.id == asked.org_id), None)
        name = org.name if org else asked.outside_name or ""
        reply, opinion = ANSWERS.get(name, ("agreed", ""))
        answer(
            asked,
            table.rows["consult"],
            table.sign_off,
            reply=reply,
            opinion=opinion,
            file=None,
            name=name,
            actor=actor,
            now=now,
        )
        if reply != "agreed":
            settle_opinion(
                asked, table.sign_off, outcome="adopted", note="", actor=self.clerk, now=now
            )

    def in_consultation(self) -> None:
        """Let a town ask two departments and a body outside; one has answered."""
        plan = self._plan(ASKING)
        actor, day = clerk_of(self.known.orgs[ASKING[0]], self.known), ago(self.today, 3)
        self._submit(plan, actor, day)
        self._ask(plan, actor, day, ["县教育局", "县卫生健康局"], "县供电公司")
        asked = self._asked(plan)
        self._answer(plan, asked[1], self.known.actor("qiuwenbin"), at(ago(self.today, 1), 11))

    def at_approval(self) -> None:
        """Take a plan of the county to its approval, returned once by the leader."""
        plan = self._plan(RETURNED)
        self._gather(plan, 30, ["县教育局", "县卫生健康局"])
        self._to_approval(plan, 12)
        back, day = Decision(SAID_BACK, None, Manner.PASSWORD), ago(self.today, 9)
        return_plan(
            plan,
            table_of(plan),
            "approve",
            back,
            resume="review",
            actor=self.leader,
            today=day,
            now=at(day, 16),
        )
        again = ago(self.today, 6)
        submit(
            plan,
            urgent_reason="",
            remark="已补充乡镇任务",
            url=f"/plans/{plan.id}/sign",
            actor=self.clerk,
            today=again,
            now=at(again, 9),
        )
        self._take(plan, "review", self.colleague, ago(self.today, 4), remark="已按批示修改")

    def _gather(self, plan: Plan, days: int, bodies: list[str]) -> None:
        """Submit a plan, ask bodies and let experts meet."""
        self._submit(plan, self.clerk, ago(self.today, days))
        self._ask(plan, self.clerk, ago(self.today, days), bodies, "")
        for asked in self._asked(plan):
            username = (
                "fanzhihua" if asked.org_id == self.known.orgs["县教育局"].id else "qiuwenbin"
            )
            now = at(ago(self.today, days - 6), 11)
            self._answer(plan, asked, self.known.actor(username), now)
        self._take(plan, "consult", self.clerk, ago(self.today, days - 10))
        held = ago(self.today, days - 12)
        rows = [ExpertText(n, unit, True, vote, said or None) for n, unit, vote, said in EXPERTS]
        text = PanelText(held, "县应急指挥中心会议室", "修改后通过，意见已采纳。", rows)
        enter_panel(
            table_of(plan),
            "experts",
            text,
            file=None,
            actor=self.clerk,
            today=held,
            now=at(held, 17),
        )
        self._take(plan, "experts", self.clerk, held)

    def _to_approval(self, plan: Plan, days: int) -> None:
        self._take(
            plan, "align", self.colleague, ago(self.today, days + 2), remark="与市级预案衔接"
        )
        self._take(plan, "review", self.colleague, ago(self.today, days))

    def issued(self) -> None:
        """Take a revision of the county all the way to its issue."""
        plan, day = self._plan(ISSUED), ago(self.today, 60)
        if plan.draft is None:
            reason = "国家地震应急预案修订，响应分级调整"
            start_revision(plan=plan, reason=reason, actor=self.clerk, now=at(ago(day, 20), 9))
        add_paper(plan, (f"{plan.title}（送审稿）.pdf", self.known.paper), self.clerk, day)
        self._gather(plan, 55, ["县教育局"])
        self._to_approval(plan, 38)
        self._take(
            plan, "approve", self.leader, ago(self.today, 34), remark="县政府常务会议审议通过"
        )
        self._take(plan, "sign", self.leader, ago(self.today, 33), remark="同意印发")
        self._take(plan, "proofread", self.colleague, ago(self.today, 32))
        issued_on = ago(self.today, 31)
        issue_signed(
            plan,
            table_of(plan),
            "issue",
            issued_on=issued_on,
            review_on=review_date(issued_on),
            remark="",
            actor=self.clerk,
            today=issued_on,
            now=at(issued_on, 16),
        )
