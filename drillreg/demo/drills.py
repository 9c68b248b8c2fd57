"""Fifth stage: programmes, and what became of their drills in the past thirteen months."""

import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from drillreg.core.db import db
from drillreg.demo.lookup import Lookup
from drillreg.demo.pictures import PICTURES
from drillreg.demo.places import DEPARTMENTS, TOWNS, UNITS, Unit
from drillreg.demo.plans import clerk_of
from drillreg.demo.sites import THREAD_SITE
from drillreg.demo.times import ago, at, months_before
from drillreg.drills.facts import Group, Held, Moment, Outline, Rhythm
from drillreg.drills.models import Drill
from drillreg.drills.operations.drills import cancel_drill, plan_drill, postpone_drill
from drillreg.drills.operations.programmes import create_programme
from drillreg.drills.operations.records import record_drill
from drillreg.drills.rules import DrillMode, DrillStatus, Rating
from drillreg.drills.sweeps import plan_due_drills, remind
from drillreg.files.photos import clean_photo
from drillreg.office.calendars import planning_calendar
from drillreg.orgs.models import Org
from drillreg.workdays.recurrence import Freq, Recurrence

FILE = Path(__file__).parent / "data" / "qingling_drills.toml"
_words = tomllib.loads(FILE.read_text(encoding="utf-8"))

# The first day of programmes; they plan 400 days ahead from there, the sweep goes on.
BEGUN = 395
THREAD_DRILL = 50
SCHOOL_MONTHS = (3, 4, 5, 6, 9, 10, 11, 12)
LATE_UNITS = ("竹源镇", "竹源镇中心小学", "下坝小学", "县第二人民医院", "高排采石场")
# How many of their newest drills found something and have a report in the demo.
REPORTED = {
    "白岩镇": 2,
    "城关镇": 1,
    "枫树坪镇": 1,
    "云溪镇": 1,
    "石桥镇": 1,
    "柳塘镇": 2,
    "县人民医院": 1,
    "县第一中学": 3,
    "青岭燃气公司": 1,
}
# These found something more than a month ago and wrote no report: broken threads.
BROKEN = ("枫树坪镇中心小学", "白岩中学", "桐木电子厂", "县中医院")
# What everybody holds besides; nothing is found there and no thread told of it.
FIRE_DRILL = "灭火和应急疏散演练"
A_MONTH = timedelta(days=31)
# Days ago on which half-yearly drills of units named here were due.
DUE_AGO = {"县人民医院": 12, "县第二人民医院": 9, "高排采石场": 30, "青岭燃气公司": 6}
LAST_DAYS = timedelta(days=2)

# organisation, Chinese title, English title, event, days ago (or ahead) of the yearly drill
TOWN_DRILLS = (
    ("城关镇", "汛前防汛转移演练", "Flood evacuation drill", "flood", None),
    ("枫树坪镇", "汛前山洪转移演练", "Flash-flood evacuation drill", "flood", None),
    ("竹源镇", "地质灾害避险演练", "Landslide evacuation drill", "geological", 12),
    ("柳塘镇", "烟花爆竹事故应急演练", "Fireworks accident drill", "production", 20),
    ("云溪镇", "地质灾害转移避险演练", "Landslide evacuation drill", "geological", 26),
    ("石桥镇", "森林火灾扑救演练", "Forest fire drill", "forest-fire", 16),
    ("青岭县", "森林火灾综合演练", "Forest fire exercise", "forest-fire", -3),
    ("青岭县", "危险化学品事故桌面推演", "Hazardous chemicals table-top", "chemical", -10),
)

THREAD_HELD = Held(
    held_on=date.min,
    participants=553,
    evacuation_seconds=168,
    groups=(
        Group("白岩镇中心小学师生", 436),
        Group("住户（11户）", 43),
        Group("县、镇、村工作人员", 74),
    ),
    moments=(
        Moment(0, "监测员钟福生", "报告后山裂缝扩大，有小石块滚落"),
        Moment(70, "白岩镇", "接报，启动响应，下达转移指令"),
        Moment(75, "中心小学", "拉响警报，各班向操场西侧疏散"),
        Moment(168, "中心小学", "师生436人清点完毕"),
        Moment(360, "派出所、交警", "两处路口封控到位"),
        Moment(480, "白岩村", "模拟停电后广播中断，4户没有收到指令"),
        Moment(545, "白岩村", "鸣锣、上门通知，恢复转移"),
        Moment(875, "白岩村", "住户11户43人到达镇文化站"),
        Moment(1980, "白岩镇", "全部人员清点完毕，没有人受伤"),
        Moment(2700, "白岩镇", "解除警报，师生返回"),
    ),
    strengths=("险情1分10秒报到镇，指令下达及时", "学校2分48秒完成疏散，比目标快12秒"),
    improvements=(
        "模拟停电后村广播不响，4户没有收到转移指令",
        "这4户没有明确的转移责任人",
        "校门外停车占道，救护车绕行约2分钟",
    ),
    rating=Rating.GOOD,
    summary="演练模拟连续降雨后中心小学后山滑坡变形加快，师生和住户先后转移。",
)


def load_drills(known: Lookup) -> dict[str, int]:
    """Start the programmes and record the drills that lie in the past; return how many."""
    office = _Office(known)
    office.start_programmes()
    office.settle_past()
    office.plan_others()
    return {"programmes": office.programmes, "drills_held": office.held}


def prepare_drills(known: Lookup) -> None:
    """Draw and clean the pictures of the thread's drill; outside any transaction."""
    known.photos = [clean_photo(draw(), name) for name, draw in PICTURES]


def sweep(known: Lookup) -> None:
    """Plan ahead to the horizon and write the reminders, as the scheduler does."""
    plan_due_drills(today=known.today, now=known.now)
    remind(today=known.today, now=known.now)


class _Office:
    """Starts programmes thirteen months ago and settles what has come due since."""

    def __init__(self, known: Lookup) -> None:
        self.known = known
        self.today = known.today
        self.random = Random("drills")  # noqa: S311 - the same county every time
        self.programmes = self.held = 0
        self.noted: set[int] = set()

    def start_programmes(self) -> None:
        self._start_thread()
        for name, title, title_en, event, days in TOWN_DRILLS:
            self._start_town(name, title, title_en, event, days)
        for unit in UNITS:
            self._start_unit(unit)
            if unit.kind == "enterprise":
                self._start_fire(unit.name, Recurrence(Freq.HALF_YEARLY))
        names = [town.name for town in TOWNS] + [each.name for each in DEPARTMENTS]
        for name in names:
            self._start_fire(name, Recurrence(Freq.YEARLY, months=(11,), nth=2, weekdays=(4,)))

    def _start(self, org: Org, outline: Outline, recurrence: Recurrence, starts_on: date) -> None:
        begun = min(starts_on, ago(self.today, BEGUN))
        create_programme(
            org=org,
            outline=outline,
            rhythm=Rhythm(recurrence, starts_on),
            calendar=planning_calendar(org, self.today),
            actor=clerk_of(org, self.known),
            today=begun,
            now=at(begun, 9, 30),
        )
        self.programmes += 1

    def _start_thread(self) -> None:
        town, site = self.known.orgs["白岩镇"], self.known.sites[THREAD_SITE]
        outline = Outline(
            title="地质灾害转移避险演练",
            title_en="Landslide evacuation drill",
            event_type="geological",
            place="白岩镇中心小学和白岩村",
            plan_id=self.known.plans[town.id, "geological"].id,
            site_id=site.id,
            expected_participants=553,
            target_seconds=180,
        )
        starts_on = months_before(ago(self.today, THREAD_DRILL), 12)
        self._start(town, outline, Recurrence(Freq.HALF_YEARLY), starts_on)

    def _start_town(
        self, name: str, title: str, title_en: str, event: str, days: int | None
    ) -> None:
        org = self.known.orgs[name]
        plan = self.known.plans.get((org.id, event))
        tabletop = title.endswith("推演")
        outline = Outline(
            title=title,
            title_en=title_en,
            event_type=event,
            mode=DrillMode.TABLETOP if tabletop else DrillMode.FULL,
            place="县应急指挥中心" if tabletop else None,
            plan_id=plan.id if plan else None,
            expected_participants=60 if tabletop else self.random.randrange(90, 320),
            target_seconds=None if tabletop else 1800,
        )
        if days is None:
            # The first Wednesday of April: before the flood season.
            rhythm = Recurrence(Freq.YEARLY, months=(4,), nth=1, weekdays=(2,))
            self._start(org, outline, rhythm, ago(self.today, BEGUN))
            return
        due = months_before(ago(self.today, days), 0)
        rhythm = Recurrence(Freq.YEARLY, months=(due.month,), day=due.day)
        self._start(org, outline, rhythm, months_before(due, 12))

    def _start_unit(self, unit: Unit) -> None:
        org = self.known.orgs[unit.name]
        title, title_en, event = self.random.choice(_words["titles"][unit.kind]).split(" | ")
        plan = self.known.plans.get((org.id, event)) or self.known.plans.get((org.id, "general"))
        outline = Outline(
            title=title,
            title_en=title_en,
            event_type=event,
            place=self.random.choice(_words["places"][unit.kind]),
            plan_id=plan.id if plan else None,
            expected_participants=unit.people,
            target_seconds=self.random.choice([120, 180, 240, 300]),
        )
        if unit.field == "education":
            weekday, nth = self.random.randrange(5), self.random.choice([1, 2, 3])
            monthly = Recurrence(Freq.MONTHLY, months=SCHOOL_MONTHS, nth=nth, weekdays=(weekday,))
            self._start(org, outline, monthly, ago(self.today, BEGUN))
            return
        days = DUE_AGO.get(unit.name, self.random.randrange(20, 170))
        starts_on = months_before(ago(self.today, days), 12)
        self._start(org, outline, Recurrence(Freq.HALF_YEARLY), starts_on)

    def _start_fire(self, name: str, rhythm: Recurrence) -> None:
        """Start the yearly fire drill, half-yearly where there is an on-site scheme."""
        org = self.known.orgs[name]
        plan = self.known.plans.get((org.id, "fire"))
        outline = Outline(
            title=FIRE_DRILL,
            title_en="Fire and evacuation drill",
            event_type="fire",
            place="办公楼、厂区",
            plan_id=plan.id if plan else None,
            expected_participants=self.random.randrange(18, 120),
            target_seconds=240,
        )
        begins = ago(self.today, self.random.randrange(20, 170))
        starts_on = months_before(begins, 12) if rhythm.freq is Freq.HALF_YEARLY else begins
        self._start(org, outline, rhythm, min(starts_on, ago(self.today, BEGUN)))

    def settle_past(self) -> None:
        """Record, cancel or leave open what was due; the late ones leave their newest open."""
        past = self._past()
        self.noted = _noted(past, self.today)
        newest = {drill.org_id: drill.id for drill in past if drill.title != FIRE_DRILL}
        at_site = {drill.site_id: drill.id for drill in past}
        late = {newest.get(self.known.orgs[name].id) for name in LATE_UNITS}
        for drill in past:
            if drill.site_id is not None and drill.id == at_site[drill.site_id]:
                self._record_thread(drill)
            elif drill.id not in late:
                self._settle(drill)

    def _past(self) -> Sequence[Drill]:
        return db.session.scalars(
            select(Drill)
            .options(joinedload(Drill.org))
            .where(Drill.status == DrillStatus.PLANNED, Drill.due_on < self.today)
            .order_by(Drill.due_on, Drill.id)
        ).all()

    def _settle(self, drill: Drill) -> None:
        recent = self.today - drill.due_on <= LAST_DAYS
        chance = self.random.random()
        if drill.org.name in REPORTED:
            self._record(drill, drill.due_on)
        elif chance < 0.03 and not recent:
            reason = self.random.choice(_words["cancelled"])
            day = ago(drill.due_on, 1)
            cancel_drill(
                drill, reason=reason, actor=clerk_of(drill.org, self.known), now=at(day, 16)
            )
        elif not (recent and chance < 0.3):
            late = self.random.choice([1, 2, 5]) if chance > 0.93 else 0
            self._record(drill, min(drill.due_on + timedelta(days=late), ago(self.today, 1)))

    def _record(self, drill: Drill, day: date) -> None:
        started = at(day, self.random.choice([9, 10, 15]), self.random.choice([0, 10, 30]))
        held = self._held(drill, day)
        self._keep(drill, replace(held, started_at=started))

    def _keep(self, drill: Drill, held: Held, **more: Any) -> None:
        record_drill(
            drill,
            held=held,
            actor=clerk_of(drill.org, self.known),
            today=held.held_on,
            now=at(held.held_on, 17, self.random.randrange(60)),
            **more,
        )
        self.held += 1

    def _held(self, drill: Drill, day: date) -> Held:
        expected = drill.expected_participants or 60
        people = expected - self.random.randrange(1 + expected // 25)
        target = drill.target_seconds
        seconds = round(target * self.random.uniform(0.7, 1.15)) if target else None
        good = seconds is None or target is None or seconds <= target
        return Held(
            held_on=day,
            participants=people,
            mode=drill.mode,
            evacuation_seconds=seconds,
            groups=_groups(drill.org.kind, people),
            moments=_moments(drill, seconds),
            strengths=tuple(self.random.sample(_of_kind("strengths", drill.org), 1)),
            improvements=self._improvements(drill),
            rating=Rating.GOOD if good else Rating.FAIR,
            summary=self.random.choice(_words["summaries"]),
        )

    def _improvements(self, drill: Drill) -> tuple[str, ...]:
        recent = self.today - drill.due_on < A_MONTH
        count = 2 if drill.id in self.noted else self.random.choice([0, 0, 1]) if recent else 0
        if drill.title == FIRE_DRILL:
            count = 0
        lines = self.random.sample(_of_kind("improvements", drill.org), count)
        return tuple(line.split(" | ")[0] for line in lines)

    def _record_thread(self, drill: Drill) -> None:
        day = drill.due_on
        self._keep(
            drill,
            replace(THREAD_HELD, held_on=day, started_at=at(day, 9, 30)),
            photos=self.known.photos,
        )

    def plan_others(self) -> None:
        """Plan a drill outside any programme, and postpone one by hand."""
        org = self.known.orgs["云溪镇"]
        outline = Outline(
            title="应急通信盲测",
            title_en="Unannounced communications test",
            event_type="general",
            expected_participants=24,
        )
        actor, now = clerk_of(org, self.known), min(at(ago(self.today, 4), 11), self.known.now)
        drill = plan_drill(
            org=org, outline=outline, due_on=ago(self.today, -6), actor=actor, now=now
        )
        postpone_drill(
            drill,
            row_version=drill.row_version,
            new_on=ago(self.today, -8),
            reason="与全县森林火灾演练错开",
            actor=actor,
            today=self.today,
            now=now,
        )


def _noted(past: Sequence[Drill], today: date) -> set[int]:
    """Return the drills that found something to improve, whose threads the demo tells."""
    found: set[int] = set()
    seen: Counter[str] = Counter()
    for drill in reversed(past):
        if drill.title == FIRE_DRILL:
            continue
        name = drill.org.name
        is_old = today - drill.due_on > A_MONTH
        if seen[name] < REPORTED.get(name, 0) or (name in BROKEN and is_old and not seen[name]):
            found.add(drill.id)
            seen[name] += 1
    return found


def _of_kind(list_name: str, org: Org) -> list[str]:
    kind = {"kindergarten": "school", "county": "town"}.get(org.kind, org.kind)
    found: list[str] = _words[list_name].get(kind) or _words[list_name]["other"]
    return found


def remedy_for(improvement: str) -> str:
    """Return what is done about something that did not go well."""
    lines = [line for kind in _words["improvements"].values() for line in kind]
    remedies: dict[str, str] = dict(line.split(" | ") for line in lines)
    return remedies.get(improvement, "限期改正，下次演练核对")


def _groups(kind: str, people: int) -> tuple[Group, ...]:
    names = _words["groups"].get(kind)
    if names is None or people < 20:
        return (Group("参演人员", people),)
    second = max(people // 14, 2)
    return (Group(names[0], people - second), Group(names[1], second))


def _moments(drill: Drill, seconds: int | None) -> tuple[Moment, ...]:
    if seconds is None:
        return ()
    who = "指挥员"
    return (
        Moment(0, who, "发出警报"),
        Moment(round(seconds * 0.2), "各组", "开始疏散"),
        Moment(seconds, who, "清点完毕"),
    )
