"""Fourth stage: some 280 plans in every state and at every level."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from drillreg.core.access import Actor
from drillreg.core.codes import code_list
from drillreg.demo.lookup import Lookup
from drillreg.demo.papers import Section, docx, pdf
from drillreg.demo.places import ACCOUNTS, DEPARTMENTS, TOWNS, UNITS
from drillreg.demo.plan_texts import write_text
from drillreg.demo.times import ago, at
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan
from drillreg.plans.naming import suggested_title
from drillreg.plans.operations import (
    abolish_plan,
    add_papers,
    issue_version,
    register_plan,
    start_revision,
    withdraw_draft,
)
from drillreg.plans.rules import Secrecy, review_date

THREAD_TOWN, LATE_TOWN = "白岩镇", "竹源镇"
THREAD_EVENT = "geological"
# How long the late town has been drafting, days.
LATE_DRAFT = 31
COUNTY_EVENTS = (
    "general", "geological", "flood", "forest-fire", "earthquake", "weather", "fire", "production",
    "chemical", "traffic", "health", "food",
)  # fmt: skip
TOWN_EVENTS = ("general", "geological", "flood", "forest-fire", "fire", "production")
# (organisation, event): what became of the plan, where it is not by chance; "" is no plan at all.
FATES = {
    ("青岭县", "forest-fire"): "soon",
    ("青岭县", "weather"): "revising",
    ("青岭县", "food"): "late",
    ("青岭县", "traffic"): "withdrawn",
    (THREAD_TOWN, THREAD_EVENT): "thread",
    (LATE_TOWN, THREAD_EVENT): "draft",
    (LATE_TOWN, "forest-fire"): "late",
    (LATE_TOWN, "flood"): "draft",
    (LATE_TOWN, "production"): "",
    ("云溪镇", "geological"): "soon",
    ("枫树坪镇", "flood"): "soon",
    ("柳塘镇", "production"): "",
    ("石桥镇", "fire"): "revising",
    ("县工业和商务局", "general"): "abolished",
    ("竹源镇中心小学", "fire"): "late",
    ("县第二人民医院", "fire"): "late",
    ("高排采石场", "production"): "",
    ("梅子坑萤石矿", "production"): "revising",
}
BY_CHANCE = (
    ("current", 58),
    ("twice", 24),
    ("soon", 5),
    ("late", 6),
    ("draft", 4),
    ("revising", 3),
)
REASONS = {
    "revising": "机构和联系人变动，转移路线调整",
    "twice": "到期评估后修订",
    "thread": "上次演练发现转移责任人没有更新，补充名单和路线",
    "withdrawn": "与上级新预案合并起草，本稿撤回",
    "abolished": "职责划出，改由综合预案覆盖",
}


@dataclass(frozen=True)
class Wanted:
    """A plan that the demo has: whose, of which kind, for which event, and its fate."""

    org: Org
    kind: str
    event_type: str
    fate: str


def thread_sections(edition: int) -> list[Section]:
    """Return the text of the plan of the thread; the third edition learned from the drill."""
    warning = ["镇应急办通过村广播预警。"]
    if edition >= 3:
        warning = [
            "镇应急办通过村广播、鸣锣、电话三种方式预警，逐户回执。",
            "停电时由包保责任人逐户上门，手摇警报器放在村部和学校门卫室。",
        ]
    return [
        ("一、适用范围", ["本预案适用于白岩镇辖区内滑坡、崩塌、泥石流等地质灾害的防范和应对。"]),
        (
            "二、风险点",
            ["中心小学后山滑坡（QL-BY-017）：红色，重大风险，威胁师生436人、住户11户43人。"],
        ),
        (
            "三、监测和报告",
            ["监测员每日一查，雨天加密；裂缝扩大5毫米以上，5分钟内报镇应急办。"],
        ),
        ("四、预警", warning),
        (
            "五、转移避险",
            [
                "学校由班主任带队到操场西侧集合清点，目标3分钟。",
                "住户由包保责任人带到镇文化站，目标15分钟。",
            ],
        ),
        ("六、演练", ["每半年演练一次，汛前必须演练；演练总结报县应急管理局。"]),
    ]


def plain_sections(org: Org, event: str) -> list[Section]:
    """Return the text of any other plan."""
    return [
        ("一、总则", [f"为做好{org.name}{event}的应对工作，制定本预案。"]),
        ("二、组织和职责", [f"{org.name}主要负责人任总指挥，值班电话 {org.duty_phone}。"]),
        ("三、预警和响应", ["接到预警后立即转告受影响的人，按职责到位，先转移人员，再处置险情。"]),
        ("四、保障", ["人员、物资、通信每半年核对一次。"]),
        ("五、演练和修订", ["至少每两年演练一次，原则上每三年评估一次。"]),
    ]


def prepare_plans(known: Lookup) -> None:
    """Print the paper of the thread's plan; outside any transaction."""
    known.paper = pdf(f"{THREAD_TOWN}地质灾害应急预案", thread_sections(2))


def load_plans(known: Lookup) -> dict[str, int]:
    """Register the plans and take each through its states; return how many."""
    clerk = _Clerk(known)
    wanted = list(_wanted(known))
    for each in wanted:
        clerk.keep(each)
    return {"plans": len(wanted)}


def _wanted(known: Lookup) -> Iterator[Wanted]:
    random = Random("plans")  # noqa: S311 - the same county every time
    for org, kind, event in _usual(known):
        (chance,) = random.choices([f for f, _ in BY_CHANCE], [share for _, share in BY_CHANCE])
        fate = FATES.get((org.name, event), chance)
        if fate:
            yield Wanted(org, kind, event, fate)


def _usual(known: Lookup) -> Iterator[tuple[Org, str, str]]:
    """Yield organisation, kind and event of the plans there would be if none were missing."""
    for event in COUNTY_EVENTS:
        yield known.orgs["青岭县"], "overall" if event == "general" else "special", event
    for department in DEPARTMENTS:
        yield known.orgs[department.name], "department", "general"
        yield known.orgs[department.name], "department", "fire"
    for town in TOWNS:
        for event in TOWN_EVENTS:
            kind = "overall" if event == "general" else "special"
            yield known.orgs[town.name], kind, event
        # Nearly every village has a plan of its own; of the late town only one.
        for village in town.villages[: 1 if town.name == LATE_TOWN else -1]:
            yield known.orgs[f"{town.name}/{village.name}"], "village", "general"
    for unit in UNITS:
        for kind, event in UNIT_PLANS[unit.kind]:
            yield known.orgs[unit.name], kind, event


UNIT_PLANS = {
    "school": (("unit-overall", "general"), ("unit-special", "fire")),
    "kindergarten": (("unit-overall", "general"), ("unit-special", "fire")),
    "hospital": (("unit-overall", "general"), ("unit-special", "fire"), ("on-site", "health")),
    "enterprise": (
        ("unit-overall", "general"),
        ("unit-special", "production"),
        ("on-site", "fire"),
    ),
}


class _Clerk:
    """Takes plans through register, issue, revision and end, each act on a day of its own."""

    def __init__(self, known: Lookup) -> None:
        self.known = known
        self.random = Random("plan days")  # noqa: S311 - the same county every time
        self.numbers: Counter[tuple[int, int]] = Counter()
        self.by_event: dict[tuple[int, str], Plan] = {}
        self.kinds = {item.code: item for item in code_list("plan_kind")}
        self.events = {item.code: item for item in code_list("event_type")}

    def keep(self, given: Wanted) -> None:
        today = self.known.today
        issued = ago(today, self._days(given.fate))
        first = ago(issued, 1100) if given.fate in {"twice", "thread"} else issued
        begun = ago(today, LATE_DRAFT) if given.fate == "draft" else ago(first, 45)
        plan = self._register(given, begun)
        if given.fate == "draft":
            return
        self._issue(plan, given, first)
        if given.fate in {"twice", "thread"}:
            self._revise(plan, given, issued)
        self._finish(plan, given)

    def _days(self, fate: str) -> int:
        if fate == "thread":
            return 75
        low, high = {"late": (1110, 1300), "soon": (1010, 1080)}.get(fate, (40, 950))
        return self.random.randrange(low, high)

    def _register(self, given: Wanted, day: date) -> Plan:
        org, event = given.org, self.events[given.event_type]
        actor, now = self._actor(org), at(day, 10, self.random.randrange(60))
        title = suggested_title(org.name, event.label["zh"], event.code, given.kind)
        parent = self.by_event.get((org.parent_id or 0, given.event_type))
        plan = register_plan(
            org=org,
            kinds=[k for k, item in self.kinds.items() if org.kind in item.attributes["org_kinds"]],
            kind=given.kind,
            event_type=given.event_type,
            title=title,
            title_en=f"{org.name_en}: {event.label['en'].lower()} plan",
            parent_id=parent.id if parent else None,
            secrecy=Secrecy.INTERNAL if org.field == "public-security" else Secrecy.PUBLIC,
            papers=[self._paper(given, title, 1)],
            actor=actor,
            now=now,
        )
        write_text(plan, org, actor=actor, now=now)
        self.by_event[org.id, given.event_type] = plan
        return plan

    def _paper(self, given: Wanted, title: str, edition: int) -> tuple[str, bytes]:
        if given.fate == "thread":
            if edition == 2:
                return f"{title}（签发稿）.pdf", self.known.paper
            return f"{title}.docx", docx(title, thread_sections(edition))
        event = self.events[given.event_type].label["zh"]
        name = f"{title}.docx" if edition == 1 else f"{title}（第{edition}版）.docx"
        return name, docx(name.removesuffix(".docx"), plain_sections(given.org, event))

    def _issue(self, plan: Plan, given: Wanted, day: date) -> None:
        issue_version(
            plan=plan,
            number=self.number(given.org, day),
            issued_on=day,
            review_on=review_date(day),
            actor=self._actor(given.org),
            now=at(day, 15, self.random.randrange(60)),
            today=day,
        )

    def _revise(self, plan: Plan, given: Wanted, day: date) -> None:
        self._start(plan, given, ago(day, 60), given.fate)
        self._issue(plan, given, day)

    def _start(self, plan: Plan, given: Wanted, day: date, why: str) -> None:
        actor, now = self._actor(given.org), at(day, 9, 40)
        version = start_revision(plan=plan, reason=REASONS[why], actor=actor, now=now)
        add_paper(plan, self._paper(given, plan.title, version.number), actor, day)

    def _finish(self, plan: Plan, given: Wanted) -> None:
        actor, day = self._actor(given.org), ago(self.known.today, 20)
        if given.fate in {"revising", "withdrawn"}:
            self._start(plan, given, day, "revising")
        if given.fate == "withdrawn":
            reason, day = REASONS["withdrawn"], ago(self.known.today, 6)
            withdraw_draft(plan=plan, reason=reason, actor=actor, now=at(day, 11), today=day)
        if given.fate == "abolished":
            reason = REASONS["abolished"]
            abolish_plan(plan=plan, reason=reason, actor=actor, now=at(day, 11), today=day)

    def number(self, org: Org, day: date) -> str:
        """Return the next document number of an organisation, as its papers carry it."""
        self.numbers[org.id, day.year] += 1
        number = self.numbers[org.id, day.year]
        word = org.attributes.get("document_word")
        if org.kind == "county":
            return f"{word}府办发〔{day.year}〕{number + 10}号"
        if word:
            return f"{word}发〔{day.year}〕{number + 6}号"
        return f"{org.short_name or org.name}〔{day.year}〕{number}号"

    def _actor(self, org: Org) -> Actor:
        return clerk_of(org, self.known)


def add_paper(plan: Plan, paper: tuple[str, bytes], actor: Actor, day: date) -> None:
    """Attach a paper to the draft of a plan on a day."""
    add_papers(plan=plan, papers=[paper], actor=actor, now=at(day, 9, 45))


def clerk_of(org: Org, known: Lookup) -> Actor:
    """Return who acts for an organisation: its own people, else the town's, else the county's."""
    usernames: Mapping[int, str] = {
        known.orgs[sign.org].id: sign.username
        for sign in reversed(ACCOUNTS)
        if sign.role in {"county_staff", "dept_staff", "town_staff", "unit_liaison"}
    }
    line = [int(part) for part in reversed(org.path.rstrip("/").split("/"))]
    return known.actor(next(usernames[id_] for id_ in line if id_ in usernames))
