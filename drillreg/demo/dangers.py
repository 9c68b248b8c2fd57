"""Dangers in every state: on the spot, ordered, late and raised, returned, major, passed on.

They go through the same acts as in an office; nothing is written beside them.
"""

import io
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from PIL import Image, ImageDraw
from sqlalchemy import select

from drillreg.core.changes import announce
from drillreg.core.db import db
from drillreg.dangers.models import Danger
from drillreg.dangers.operations import deciding, major, registering, rounds
from drillreg.dangers.operations.registering import Entry
from drillreg.dangers.queries import get_danger, plan_of
from drillreg.dangers.rules import (
    DangerFacts,
    DangerLevel,
    Outcome,
    Review,
    RoundKind,
    Stage,
    Verifier,
)
from drillreg.dangers.sweeps import raise_late
from drillreg.demo.lookup import Lookup
from drillreg.demo.plans import clerk_of
from drillreg.demo.times import ago, at
from drillreg.files.photos import CleanPhoto, clean_photo
from drillreg.hazards.models import HazardCheck
from drillreg.hazards.rules import CheckResult
from drillreg.orgs.models import Org

COUNTY, OFFICE, VERIFIER = "青岭县", "县应急管理局", "zhoumin"


@dataclass(frozen=True)
class Story:
    """A danger: at whom, what, how many days ago, and how far it was brought.

    `days`: of the order; `fate`: what was done, in turn.
    """

    org: str
    what: str
    place: str
    category: str
    ago: int
    fate: Sequence[str] = ()
    level: DangerLevel = DangerLevel.GENERAL
    source: str = "own-check"
    days: int = 15
    measure: str = ""
    cost: int | None = None


def _stories() -> tuple[list[Story], dict[str, str]]:
    """Return the stories of the demo, and the plan of the one major danger."""
    path = Path(__file__).parent / "data" / "qingling_dangers.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return [_story([part.strip() for part in line.split("|")]) for line in data["stories"]], data[
        "plan"
    ]


def _story(parts: Sequence[str]) -> Story:
    org, what, place, category, since, fate, level, source, days, measure, cost = parts
    return Story(
        org,
        what,
        place,
        category,
        int(since),
        tuple(filter(None, fate.split(","))),
        DangerLevel(level),
        source,
        int(days),
        measure,
        int(cost) if cost else None,
    )


def _drawn(*, fixed: bool) -> bytes:
    """Return a drawn picture of an electric box, open or with its door (JPEG)."""
    image = Image.new("RGB", (900, 675), "#d9d4c7")
    draw = ImageDraw.Draw(image)
    draw.rectangle((290, 130, 610, 560), fill="#8f9aa5", outline="#4d5660", width=6)
    if fixed:
        draw.rectangle((305, 145, 595, 545), fill="#aeb9c4", outline="#4d5660", width=4)
        draw.polygon(
            [(450, 260), (400, 380), (445, 380), (430, 460), (500, 330), (455, 330)], fill="#e0b01f"
        )
    else:
        draw.rectangle((305, 145, 595, 545), fill="#3a4048")
        for row, colour in enumerate(("#c0392b", "#2d7dd2", "#e0b01f")):
            draw.line((330, 230 + row * 90, 480, 290 + row * 60, 690, 600), fill=colour, width=9)
    held = io.BytesIO()
    image.save(held, "JPEG", quality=80)
    return held.getvalue()


def prepare_dangers(known: Lookup) -> None:
    """Draw and clean a picture from before and one from after; outside any transaction."""
    known.photos = [
        clean_photo(_drawn(fixed=False), "整改前（示意）.jpg"),
        clean_photo(_drawn(fixed=True), "整改后（示意）.jpg"),
    ]


def load_dangers(known: Lookup) -> Mapping[str, int]:
    """Take every danger through its story; return how many there are."""
    stories, plan = _stories()
    teller = _Teller(known, plan)
    for story in stories:
        teller.tell(story)
    drafts = _drafts(known)
    # Each level takes its days: swept as the clock would have done it.
    for back in (20, 15, 10, 5, 0):
        raise_late(ago(known.today, back), at(ago(known.today, back), 7))
    return {"dangers": len(stories), "danger_drafts": drafts}


def _drafts(known: Lookup) -> int:
    """Let the newest checks that found something draft their dangers."""
    found = db.session.scalars(
        select(HazardCheck)
        .where(HazardCheck.result == CheckResult.ABNORMAL, HazardCheck.note.is_not(None))
        .order_by(HazardCheck.checked_on.desc(), HazardCheck.id.desc())
        .limit(3)
    ).all()
    for check in found:
        failed = [{"item": "abnormal", "words": check.note or ""}]
        facts = {"check_id": check.id, "site_id": check.site_id, "failed": failed}
        announce("check", what="recorded", now=check.checked_at, today=check.checked_on, **facts)
    return len(found)


class _Teller:
    """Acts for everybody in the stories."""

    def __init__(self, known: Lookup, plan: Mapping[str, str]) -> None:
        self.known, self.plan = known, plan
        before, after = known.photos
        self.before: list[CleanPhoto] = [before]
        self.after: list[CleanPhoto] = [after]

    def tell(self, story: Story) -> None:
        """Register a danger and do with it what its story says, some days after one another."""
        known, org = self.known, self.known.orgs[story.org]
        doer, spot, day = clerk_of(org, known), "spot" in story.fate, ago(known.today, story.ago)
        facts = DangerFacts(
            what=story.what,
            place=story.place,
            category=story.category,
            level=story.level,
            source=story.source,
            finder=doer.name,
            found_on=day,
            basis=None,
        )
        entry = Entry(
            f"demo-danger-{story.org}-{story.ago}",
            "",
            facts,
            self.before,
            self.after if spot else (),
            spot,
            story.measure,
            story.cost,
        )
        danger, _ = registering.register(entry, org=org, actor=doer, now=at(day, 10), today=day)
        for step, name in enumerate(story.fate, start=1):
            if name != "spot":
                then = min(day + timedelta(days=step), known.today)
                getattr(self, f"_{name}")(self._read(danger), story, then)

    def _read(self, danger: Danger) -> Danger:
        db.session.flush()
        db.session.expire_all()
        return get_danger(danger.id, self.known.scope)

    def _order(self, danger: Danger, story: Story, day: date) -> None:
        is_major = danger.level is DangerLevel.MAJOR
        kind = RoundKind.NOTICE if is_major or story.source == "joint" else RoundKind.ORDER
        asked = f"请立即整改：{story.what}。整改期间落实防范措施。"
        given = rounds.Order(kind, danger.org, asked, story.days)
        # A town orders what it found itself; what it does not get done rises to the county.
        by_town = story.source == "town-check"
        actor = clerk_of(danger.org, self.known) if by_town else self.known.actor(VERIFIER)
        issuer = db.session.get_one(Org, actor.org_id)
        rounds.give_order(danger, given, issuer=issuer, actor=actor, now=at(day, 15), today=day)

    def _answer(self, danger: Danger, story: Story, day: date) -> None:
        then = min(day + timedelta(days=5), self.known.today)
        rounds.answer(
            danger,
            text=story.measure,
            fixed_on=then,
            photos=self.after,
            cost_yuan=story.cost,
            actor=clerk_of(danger.org, self.known),
            now=at(then, 16),
            today=then,
        )

    def _review(self, danger: Danger, found: Review, day: date) -> None:
        actor, county = self.known.actor(VERIFIER), self.known.orgs[COUNTY]
        rounds.review(
            danger,
            plan_of(danger),
            found,
            who=Verifier(actor.account_ids, may_assign=True, may_report=True),
            issuer=county,
            photos=(),
            actor=actor,
            now=at(day, 11),
            today=day,
        )

    def _pass(self, danger: Danger, story: Story, day: date) -> None:
        then = min(day + timedelta(days=7), self.known.today)
        self._review(danger, Review(Outcome.PASSED, then, "现场查看，已整改到位。"), then)

    def _return(self, danger: Danger, story: Story, day: date) -> None:
        then = ago(self.known.today, 6)
        said = "裂缝仍在发展，抹面不能恢复强度，须拆除重砌。"
        self._review(danger, Review(Outcome.RETURNED, then, said, days=20), then)

    def _ask(self, danger: Danger, story: Story, day: date) -> None:
        deciding.ask_extension(
            danger,
            wanted_on=self.known.today + timedelta(days=40),
            reason="占道货架需与商户协商拆除，协商尚未完成。",
            actor=clerk_of(danger.org, self.known),
            now=at(self.known.today, 9),
            today=self.known.today,
        )

    def _transfer(self, danger: Danger, story: Story, day: date) -> None:
        deciding.transfer(
            danger,
            sender=self.known.orgs[COUNTY],
            to=self.known.orgs["县交通运输局"],
            reason="涵洞属县道附属设施，由交通运输部门管养。",
            actor=self.known.actor(VERIFIER),
            now=at(day, 10),
            today=day,
        )

    def _law(self, danger: Danger, story: Story, day: date) -> None:
        deciding.hand_over(
            danger,
            to="县住房和城乡建设局",
            number=f"青建责改〔{day.year}〕17号",
            on=day,
            actor=self.known.actor(VERIFIER),
            now=at(day, 17),
        )

    def _tell(self, danger: Danger, story: Story, day: date) -> None:
        major.tell_authority(
            danger,
            authority=self.known.orgs[OFFICE],
            text="涵管两处环向开裂，渗水带砂；继续发展可能堵塞排洪，威胁下游村庄。需降水位后加固，工期约九十日。",
            on=day,
            actor=clerk_of(danger.org, self.known),
            now=at(day, 11),
        )

    def _plan(self, danger: Danger, story: Story, day: date) -> None:
        text = major.PlanText(self.plan, day, ("duty", "measures", "funds", "plan"), 480000)
        actor = clerk_of(danger.org, self.known)
        major.keep_plan(danger, None, text, row_version=0, actor=actor, now=at(day, 14))

    def _list(self, danger: Danger, story: Story, day: date) -> None:
        major.put_up(
            danger,
            issuer=self.known.orgs[OFFICE],
            due_on=day + timedelta(days=story.days),
            is_public=True,
            note="每周报送治理进度，治理完成后申请验收、摘牌。",
            actor=self.known.actor(VERIFIER),
            now=at(day, 15),
            today=day,
        )

    def _discard(self, danger: Danger, story: Story, day: date) -> None:
        if danger.stage is Stage.REGISTERED:
            actor = self.known.actor(VERIFIER)
            registering.discard(danger, reason="与已登记的隐患重复。", actor=actor, now=at(day, 9))
