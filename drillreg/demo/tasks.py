"""Tasks of the demo: given to all towns at once, one late, one sent back, calls noted."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from drillreg.core.access import Actor
from drillreg.core.db import unit_of_work
from drillreg.demo.lookup import Lookup
from drillreg.demo.papers import docx
from drillreg.demo.places import TOWNS
from drillreg.demo.plans import clerk_of
from drillreg.demo.times import ago, at
from drillreg.files.operations import store
from drillreg.files.versions import Slot, add_version
from drillreg.notices.operations import send_daily
from drillreg.notices.queries import accounts_waiting
from drillreg.tasks.chasing import ChaseFilter, chase_page
from drillreg.tasks.facts import Order, Receiver
from drillreg.tasks.models import Task
from drillreg.tasks.operations.giving import assign, assign_many
from drillreg.tasks.operations.moving import give_back, pass_on
from drillreg.tasks.operations.phoning import note_call
from drillreg.tasks.operations.settling import accept, finish, refuse, remind
from drillreg.tasks.rules import STAFF, Bearing

CLERK, LEADER, TOWN, SCHOOL = "zhoumin", "fangmingyuan", "liumeiyun", "liangxiuying"
HOLDS, GAVE = Bearing(holds=True), Bearing(gave=True)
ROSTER = "核对汛期避险转移人员名册"
ROSTER_WORDS = (
    "逐户核对受威胁人员和转移责任人，变动的当日更新；外出务工户要写明联系人。"
    "核对完成后在本任务中上传盖章的名册。"
)
# Towns that have answered, days ago; the rest have not.
ANSWERED = {"白岩镇": 2, "枫树坪镇": 3, "柳塘镇": 1, "石桥镇": 3}
CALLS = ("镇里答复本周内补做。", "值班员转告，请分管领导回电。", "已在组织，因雨改期。")


def load_tasks(known: Lookup) -> dict[str, int]:
    """Give the tasks and take each to its state; return how many."""
    return {"tasks": _Office(known).give_all(), "calls": _note_calls(known)}


def send_notices(known: Lookup) -> None:
    """Send the merged notice of the day to everybody something waits for."""
    for account_id in accounts_waiting():
        with unit_of_work():
            send_daily(account_id, today=known.today, now=known.now)


class _Office:
    """Gives tasks and lets people deal with them."""

    def __init__(self, known: Lookup) -> None:
        self.known = known
        self.clerk = known.actor(CLERK)
        self.leader = known.actor(LEADER)

    def give_all(self) -> int:
        """Give everything and return how many tasks that are."""
        roster = self._roster()
        single = [
            self._late_instruction(),
            self._school_plan(),
            self._sent_back(),
            self._impossible(),
            self._for_the_clerk(),
        ]
        return len(roster) + len(single)

    def _order(self, kind: str, title: str, detail: str = "", *, due: int) -> Order:
        return Order(kind, title, detail, ago(self.known.today, due))

    def _give(self, order: Order, org: str, giver: Actor, days: int) -> Task:
        to = Receiver(self.known.orgs[org])
        day = ago(self.known.today, days)
        return assign(order, to, actor=giver, today=day, now=at(day, 9, 30))

    def _roster(self) -> Sequence[Task]:
        towns = [self.known.orgs[town.name] for town in TOWNS]
        order = self._order("inspection", ROSTER, ROSTER_WORDS, due=-3)
        day = ago(self.known.today, 6)
        given = assign_many(order, towns, desk=STAFF, actor=self.clerk, today=day, now=at(day, 10))
        names = {org.id: org.name for org in towns}
        for task in given:
            days = ANSWERED.get(names[task.org_id])
            if days is not None:
                self._answer(task, names[task.org_id], days)
        return given

    def _answer(self, task: Task, town: str, days: int) -> None:
        actor = clerk_of(self.known.orgs[town], self.known)
        day = ago(self.known.today, days)
        accept(task, HOLDS, actor=actor, now=at(day, 8, 50))
        text = "（名册略，盖章件存镇应急办。）"
        self._attach(task, f"{town}转移人员名册.docx", text, actor, at(day, 15))
        note = "名册已逐户核对，变动的已更新，盖章名册见附件。"
        finish(task, HOLDS, note=note, actor=actor, now=at(day, 15, 10))

    def _attach(self, task: Task, name: str, text: str, actor: Actor, now: datetime) -> None:
        paper = docx(name.removesuffix(".docx"), [("内容", [text])])
        kept = store(paper, name=name, org_id=task.org_id, actor=actor, now=now)
        add_version(Slot("task", task.id, "paper"), kept, actor=actor, now=now)

    def _late_instruction(self) -> Task:
        order = self._order(
            "instruction",
            "报送竹源镇地质灾害点管护情况",
            "方县长批示：竹源镇两处红色风险点的管护和转移安排，请专题报送。",
            due=5,
        )
        task = self._give(order, "竹源镇", self.leader, 12)
        asked = at(ago(self.known.today, 3), 16)
        remind(task, GAVE, remark="", actor=self.leader, today=ago(self.known.today, 3), now=asked)
        return task

    def _school_plan(self) -> Task:
        task = self._give(
            self._order("drill", "把防踩踏内容补进11月疏散演练方案", due=-9),
            "白岩镇",
            self.clerk,
            4,
        )
        for days, name in ((4, "疏散演练方案样稿.docx"), (3, "疏散演练方案样稿（修改）.docx")):
            sent = at(ago(self.known.today, days), 9, 40)
            self._attach(task, name, "楼梯口定岗、分批下楼、发现拥堵立即停止。", self.clerk, sent)
        today = ago(self.known.today, 3)
        pass_on(
            task,
            Receiver(self.known.orgs["白岩镇中心小学"], self.known.account(SCHOOL)),
            HOLDS,
            remark="请学校先拟，镇里审一遍。",
            actor=self.known.actor(TOWN),
            today=today,
            now=at(today, 10, 20),
        )
        return task

    def _sent_back(self) -> Task:
        order = self._order("report", "汇总全县医院应急电源情况", due=-6)
        task = self._give(order, "县卫生健康局", self.clerk, 5)
        day = ago(self.known.today, 2)
        give_back(
            task,
            HOLDS,
            reason="民营医院由市场监管部门掌握，请明确牵头单位后再交办。",
            actor=self.known.actor("qiuwenbin"),
            today=day,
            now=at(day, 11),
        )
        return task

    def _impossible(self) -> Task:
        order = self._order("drill", "补做10月夜间疏散演练", due=1)
        task = self._give(order, "竹源镇中心小学", self.clerk, 15)
        refuse(
            task,
            HOLDS,
            reason="学校没有寄宿生，夜间无人在校，不具备开展条件。",
            actor=self.known.actor("luoyulan"),
            now=at(ago(self.known.today, 10), 16, 30),
        )
        return task

    def _for_the_clerk(self) -> Task:
        order = self._order(
            "instruction",
            "梳理各镇应急广播停电后的备用手段",
            "白岩镇演练暴露出断电后广播不响，请摸清全县底数，月底前给一页纸。",
            due=-4,
        )
        to = Receiver(self.known.orgs["青岭县"], self.known.account(CLERK))
        day = ago(self.known.today, 2)
        return assign(order, to, actor=self.leader, today=day, now=at(day, 17))


def _note_calls(known: Lookup) -> int:
    """Note some telephone reminders about the drills that are longest late."""
    wanted = ChaseFilter(known.today, kind="drill-overdue")
    late = chase_page(known.scope, wanted, size=len(CALLS)).rows
    for days, (each, words) in enumerate(zip(late, CALLS, strict=False), start=1):
        day = ago(known.today, days)
        moment = min(at(day, 15, 30), known.now - timedelta(hours=1))
        note_call(each, called="", remark=words, actor=known.actor(CLERK), now=moment)
    return len(late)
