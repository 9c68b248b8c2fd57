"""Filings in every state, publications, the training file.

What is older was filed on paper: it rests on the evidence that was entered by hand. What
enterprises and the town of the thread file goes through this system.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import contains_eager

from drillreg.core.db import db
from drillreg.demo.lookup import Lookup, insert_many
from drillreg.demo.papers import docx
from drillreg.demo.plans import THREAD_EVENT, THREAD_TOWN, clerk_of
from drillreg.demo.times import ago, at
from drillreg.evidence.models import Evidence, Grade
from drillreg.files.models import StoredFile
from drillreg.files.operations import store
from drillreg.filings.models import Filing, PlanClock, Publication, Training
from drillreg.filings.operations.filings import (
    Sending,
    record_filing,
    return_filing,
    send_filing,
)
from drillreg.filings.recipients import recipients_of
from drillreg.filings.routing import route_for, route_of
from drillreg.filings.rules import ClockKind, FilingState, TrainingKind
from drillreg.filings.sweeps import start_missing
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import Secrecy, VersionState

Row = dict[str, Any]

CLERK = "zhoumin"
# What becomes of what enterprises file, in turn.
FATES = ("recorded", "recorded", "waiting", "returned", "recorded", "deemed", "late")
PLACES = {"website": "www.qingling.example/yjya", "board": "单位公告栏"}
TOPICS = {
    "plan": "应急预案：职责分工、预警信号、响应程序和转移路线",
    "emergency": "应急知识、自救互救和避险逃生",
    "fire": "消防安全：火灾报警、初起火灾扑救和疏散",
    "enterprises": "生产经营单位主要负责人应急预案培训",
    "other": "应急管理业务",
}
TRAININGS = {"training-held": TrainingKind.TRAINING, "publicity-held": TrainingKind.PUBLICITY}


def is_filed_here(plan: Plan, org: Org) -> bool:
    """Say whether the demo files a plan through the system, not on paper."""
    if org.name == THREAD_TOWN and plan.event_type == THREAD_EVENT:
        return True
    route = route_for(plan.kind, org.kind, org.attributes)
    return route is not None and route.check_days is not None


def load_filings(known: Lookup) -> Mapping[str, int]:
    """Write filings, publications and trainings; return how many."""
    # What enterprises are was entered after their plans.
    start_missing()
    writer = _Writer(known)
    older = insert_many(Filing, list(writer.older(ClockKind.FILE, "plan-filed")))
    made = insert_many(Publication, list(writer.older(ClockKind.PUBLISH, "plan-published")))
    held = insert_many(Training, list(writer.trainings()))
    return {"filings": older + writer.file_here(), "publications": made, "trainings": held}


class _Writer:
    """Makes rows and acts; the same county gets the same ones every time."""

    def __init__(self, known: Lookup) -> None:
        self.known = known
        self.random = Random("filings")  # noqa: S311 - the same county every time
        self.clocks = db.session.scalars(
            select(PlanClock)
            .join(PlanClock.plan)
            .join(PlanClock.org)
            .join(PlanClock.version)
            .options(contains_eager(PlanClock.plan).raiseload(Plan.versions))
            .options(contains_eager(PlanClock.org), contains_eager(PlanClock.version))
            .where(PlanClock.done_on.is_(None), PlanClock.closed_on.is_(None))
            .order_by(PlanClock.issued_on, PlanClock.id)
        ).all()
        self.offices: dict[int, str] = {}

    def older(self, kind: ClockKind, evidence: str) -> Iterator[Row]:
        """Yield the records behind what was filed or made known on paper; stop their clocks."""
        proofs: dict[int, list[Evidence]] = {}
        for proof in db.session.scalars(
            select(Evidence).where(Evidence.kind == evidence).order_by(Evidence.on_date)
        ):
            proofs.setdefault(proof.attributes["plan_id"], []).append(proof)
        for clock in self.clocks:
            if clock.kind is not kind:
                continue
            since = [p for p in proofs.get(clock.plan_id, ()) if p.on_date >= clock.issued_on]
            if since:
                db.session.execute(
                    update(PlanClock)
                    .where(PlanClock.id == clock.id)
                    .values(done_on=since[0].on_date)
                    .execution_options(synchronize_session=False)
                )
                yield (
                    self._filed(clock, since[0])
                    if kind is ClockKind.FILE
                    else self._made(clock, since[0])
                )

    def _of(self, clock: PlanClock, proof: Evidence) -> Row:
        return {
            "clock_id": clock.id,
            "plan_id": clock.plan_id,
            "version_id": clock.version_id,
            "org_id": clock.org_id,
            "evidence_id": proof.id,
        }

    def _filed(self, clock: PlanClock, proof: Evidence) -> Row:
        org = clock.org
        if org.id not in self.offices:
            route = route_of(clock.route)
            self.offices[org.id] = recipients_of(route, org, self.known.today).name
        actor = clerk_of(org, self.known)
        known_number = proof.grade is not Grade.SELF_REPORTED
        return {
            **self._of(clock, proof),
            "attempt": 1,
            "route": clock.route,
            "state": FilingState.OUTSIDE,
            "recipient_name": self.offices[org.id],
            "sent_on": proof.on_date,
            "sent_at": proof.entered_at,
            "sent_by_id": actor.account_id,
            "sent_by_name": actor.name,
            "number": f"备〔{proof.on_date.year}〕{clock.id}号" if known_number else None,
            "missing": [],
            "row_version": 1,
        }

    def _made(self, clock: PlanClock, proof: Evidence) -> Row:
        actor, channel = clerk_of(clock.org, self.known), proof.attributes["channel"]
        return {
            **self._of(clock, proof),
            "channel": channel,
            "on_date": proof.on_date,
            "place": PLACES[channel],
            "is_abridged": clock.plan.secrecy is Secrecy.INTERNAL,
            "entered_at": proof.entered_at,
            "entered_by_id": actor.account_id,
            "entered_by_name": actor.name,
        }

    def file_here(self) -> int:
        """File through the system what enterprises and the town of the thread have to file."""
        fates = cycle(FATES)
        count = 0
        for clock in self.clocks:
            if clock.kind is ClockKind.FILE and is_filed_here(clock.plan, clock.org):
                is_thread = clock.org.name == THREAD_TOWN
                fate = "recorded" if is_thread else next(fates)
                if fate != "late":
                    self._file(clock, fate)
                    count += 1
        return count

    def _file(self, clock: PlanClock, fate: str) -> None:
        today = self.known.today
        days = {"waiting": 1, "returned": 12, "deemed": 30}
        sent_on = ago(today, days[fate]) if fate in days else clock.issued_on + timedelta(days=11)
        sent_on = min(max(sent_on, clock.issued_on), ago(today, 1))
        org, actor = clock.org, clerk_of(clock.org, self.known)
        route = route_of(clock.route)
        papers = [
            (item.code, self._paper(clock, item.label["zh"], sent_on))
            for item in route.papers_for(org.attributes)
            if not item.attributes.get("made")
        ]
        filing = send_filing(
            plan=clock.plan,
            version=clock.version,
            org=org,
            recipients=recipients_of(route, org, today),
            sending=Sending(
                papers=papers,
                outside=False,
                sent_on=sent_on,
                head="法定代表人" if route.check_days else "",
                contact_name=actor.name,
                contact_phone=org.duty_phone or "0000-000 0000",
            ),
            actor=actor,
            now=self._noon(sent_on),
            today=sent_on,
        )
        on = min(sent_on + timedelta(days=3), today)
        clerk = self.known.actor(CLERK)
        if fate == "recorded":
            record_filing(
                filing=filing, note="", actor=clerk, now=self._noon(on), today=on, is_outside=True
            )
        elif fate == "returned":
            return_filing(
                filing=filing,
                items=["应急资源调查清单", "风险评估结果缺少单位盖章"],
                note="请补齐后重新报送。",
                actor=clerk,
                now=self._noon(on),
                today=on,
            )

    def _noon(self, day: date) -> datetime:
        return min(at(day, 11, self.random.randrange(60)), self.known.now)

    def _paper(self, clock: PlanClock, label: str, day: date) -> StoredFile:
        title = f"{clock.plan.title}{label}"
        return store(
            docx(title, [(label, [f"{clock.org.name}{day.year}年报送。"])]),
            name=f"{title}.docx",
            org_id=clock.org_id,
            actor=clerk_of(clock.org, self.known),
            now=self._noon(day),
        )

    def trainings(self) -> Iterator[Row]:
        """Yield the training file behind the evidence of trainings and publicity."""
        plans: dict[int, int] = {}
        for plan_id, org_id in db.session.execute(
            select(Plan.id, Plan.org_id)
            .join(PlanVersion, PlanVersion.plan_id == Plan.id)
            .where(PlanVersion.state == VersionState.CURRENT, Plan.voided_at.is_(None))
            .order_by(Plan.id.desc())
        ):
            plans[org_id] = plan_id
        for proof, org in db.session.execute(
            select(Evidence, Org)
            .join(Org, Org.id == Evidence.org_id)
            .where(Evidence.kind.in_(sorted(TRAININGS)))
            .order_by(Evidence.id)
        ):
            kind, said = TRAININGS[proof.kind], proof.attributes
            is_training = kind is TrainingKind.TRAINING
            actor = clerk_of(org, self.known)
            yield {
                "client_id": f"demo-training-{proof.id}",
                "org_id": org.id,
                "plan_id": plans.get(org.id) if said["topic"] == "plan" else None,
                "kind": kind,
                "topic": said["topic"],
                "held_on": proof.on_date,
                "hours": said.get("hours"),
                "place": f"{org.name}会议室" if is_training else "文化广场",
                "content": TOPICS[said["topic"]],
                "trainer": "县应急管理局教员" if is_training else None,
                "participants": said.get("participants") or self.random.randrange(80, 600),
                "result": "考核合格" if is_training else None,
                "material": None if is_training else "避险明白卡、宣传折页",
                "entered_at": proof.entered_at,
                "entered_by_id": actor.account_id,
                "entered_by_name": actor.name,
                "evidence_id": proof.id,
            }
