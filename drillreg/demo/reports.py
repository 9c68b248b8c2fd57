"""Last stage: reports in every state, and the thread closed from the drill to the revised plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, select

from drillreg.config import settings
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.demo.drills import FIRE_DRILL, remedy_for
from drillreg.demo.lookup import Lookup
from drillreg.demo.papers import docx
from drillreg.demo.plans import THREAD_EVENT, THREAD_TOWN, add_paper, clerk_of, thread_sections
from drillreg.demo.sites import THREAD_SITE
from drillreg.demo.times import ago, at
from drillreg.drills.models import Drill
from drillreg.drills.queries import drill_record
from drillreg.drills.rules import DrillStatus
from drillreg.orgs.models import Org
from drillreg.orgs.queries import ancestors_of
from drillreg.plans.models import Plan
from drillreg.plans.operations import issue_version, start_revision
from drillreg.plans.rules import review_date
from drillreg.reports.actions import get_action
from drillreg.reports.facts import ActionText, FindingText, ReportText
from drillreg.reports.models import CorrectiveAction, Finding, Report
from drillreg.reports.operations.actions import close_action
from drillreg.reports.operations.freezing import approve_report
from drillreg.reports.operations.signing import return_report, submit_report
from drillreg.reports.operations.writing import save_report, write_report
from drillreg.reports.printing import print_report
from drillreg.reports.queries import findings_of
from drillreg.reports.rules import ReportState
from drillreg.reports.sources import for_paper, sources_of
from drillreg.reports.wording import formal_name, report_title

LEADER = "fangmingyuan"
# Days after which the charged person has to be done, counted from the day of the drill.
DAYS_TO_ACT = 30
# organisation, state to reach, days ago it was handed in, days ago it was decided on
REPORTS = (
    ("县第一中学", ReportState.APPROVED, 4, 3),
    ("云溪镇", ReportState.APPROVED, 14, 11),
    ("石桥镇", ReportState.SUBMITTED, 2, 0),
    ("县人民医院", ReportState.SUBMITTED, 1, 0),
    ("柳塘镇", ReportState.RETURNED, 9, 6),
    ("青岭燃气公司", ReportState.DRAFT, 3, 0),
)
# Older drills whose report was approved and whose actions are all done: organisation, how many
# drills back. The drill before the thread's is one of them: what it found led to the re-drill.
CLOSED = (("白岩镇", 1), ("城关镇", 0), ("枫树坪镇", 0), ("县第一中学", 2), ("柳塘镇", 1))
SUBMITTED_AFTER, APPROVED_AFTER, DONE_AFTER = 4, 7, 25
# A report is handed in two days after its drill at the earliest.
WRITING = 2
RETURNED_BECAUSE = "第2条问题的措施没有说清由谁检查，请写明后再报。"
THREAD_REVISED = 10
WHY_REVISED = "演练发现停电后广播不响，预警改为三种方式；转移责任人逐户写明"


@dataclass(frozen=True)
class Charge:
    """A corrective action of the thread: who does what until when, and when it was done."""

    text: str
    cause: str
    org: str
    person: str
    username: str
    due: int
    done: int | None
    note: str = ""


THREAD_CHARGES = (
    Charge(
        "3处广播加备用电池，配手摇警报器4台",
        "广播只接市电，没有备用电源",
        "白岩镇",
        "曾雨晴",
        "zengyuqing",
        due=-17,
        done=None,
    ),
    Charge(
        "每户定1名转移责任人，写入明白卡",
        "外出务工户没有更新责任人",
        "白岩村",
        "钟福生",
        "liumeiyun",
        due=30,
        done=33,
        note="11户都已定人，明白卡重新发放并签收",
    ),
    Charge(
        "校门外划禁停线，上下学时派人值守",
        "校门外没有禁停标线",
        "白岩镇中心小学",
        "梁秀英",
        "liangxiuying",
        due=30,
        done=31,
        note="禁停线已划，值守排班已公布",
    ),
)


def load_reports(known: Lookup) -> dict[str, int]:
    """Write the reports and take each to its state; return how many."""
    desk = _Desk(known)
    for name, back in CLOSED:
        desk.close_older(name, back)
    desk.close_thread()
    for name, state, handed_in, decided in REPORTS:
        desk.write(name, state, handed_in, decided)
    return {"reports": desk.count}


def print_thread_report(known: Lookup) -> None:
    """Print the paper of the thread's report; the others are queued, the worker prints them."""
    report_id = db.session.scalar(
        select(Report.id)
        .join(Drill, Drill.id == Report.drill_id)
        .where(
            Drill.site_id == known.sites[THREAD_SITE].id,
            Report.state == ReportState.APPROVED,
        )
        .order_by(Drill.held_on.desc())
        .limit(1)
    )
    print_report({"report_id": report_id}, lambda *_: None)


class _Desk:
    """Writes reports and hands them from author to leader."""

    def __init__(self, known: Lookup) -> None:
        self.known = known
        self.today = known.today
        self.leader = known.actor(LEADER)
        self.count = 0

    def close_thread(self) -> None:
        """Take the thread from the drill to the approved report and the revised plan."""
        site = self.known.sites[THREAD_SITE]
        drill = self._newest(Drill.site_id == site.id)
        if drill is None:
            raise RuntimeError("the drill of the thread was not recorded")
        author = self.known.actor("liumeiyun")
        charges = iter(THREAD_CHARGES)
        report = self._draft(drill, author, lambda seen: self._charged(seen, next(charges)))
        report.copies_to = "县自然资源局，县教育局，白岩镇中心小学"
        since = self._days_since(drill)
        self._submit(report, author, since - SUBMITTED_AFTER)
        self._approve(
            report, since - APPROVED_AFTER, "同意。停电后的预警要在汛前解决，县应急局复查。"
        )
        self._settle_charges(report, drill)
        self._revise_plan()

    def close_older(self, name: str, back: int) -> None:
        """Take an older drill of an organisation to an approved report with nothing left open."""
        org = self.known.orgs[name]
        drill = self._newest(Drill.org_id == org.id, back=back)
        if drill is None or self._days_since(drill) < DONE_AFTER:
            return
        author = clerk_of(org, self.known)
        report = self._draft(drill, author, lambda seen: self._usual(seen, org, drill))
        since = self._days_since(drill)
        self._submit(report, author, since - SUBMITTED_AFTER)
        self._approve(report, since - APPROVED_AFTER, "同意，按期整改。")
        for finding in findings_of(report):
            for action in finding.actions:
                self._note_done(
                    action, drill, author, since - DONE_AFTER, "已完成，有照片和签收记录"
                )

    def write(self, name: str, state: ReportState, handed_in: int, decided: int) -> None:
        """Take the newest drill of an organisation to a report in a state."""
        org = self.known.orgs[name]
        written = Drill.held_on <= ago(self.today, handed_in + WRITING)
        drill = self._newest(and_(Drill.org_id == org.id, written))
        if drill is None:
            return
        author = clerk_of(org, self.known)
        report = self._draft(drill, author, lambda seen: self._usual(seen, org, drill))
        if state is ReportState.DRAFT:
            return
        self._submit(report, author, handed_in)
        if state is ReportState.APPROVED:
            self._approve(report, decided, "同意，按期整改。")
        elif state is ReportState.RETURNED:
            return_report(
                report,
                drill=drill,
                remark=RETURNED_BECAUSE,
                url=f"/reports/{report.id}",
                actor=self.leader,
                now=at(ago(self.today, decided), 15, 10),
            )

    def _days_since(self, drill: Drill) -> int:
        return (self.today - (drill.held_on or drill.due_on)).days

    def _newest(self, condition: ColumnElement[bool], *, back: int = 0) -> Drill | None:
        has_report = exists().where(Report.drill_id == Drill.id)
        return db.session.scalar(
            select(Drill)
            .where(
                condition,
                Drill.status == DrillStatus.HELD,
                Drill.title != FIRE_DRILL,
                ~has_report,
            )
            .order_by(Drill.held_on.desc(), Drill.id)
            .offset(back)
            .limit(1)
        )

    def _draft(
        self, drill: Drill, author: Actor, finding: Callable[[Finding], FindingText]
    ) -> Report:
        held = drill_record(drill.id, self.known.scope)
        held_on = drill.held_on or drill.due_on
        written = min(at(ago(held_on, -1), 10), self.known.now)
        org = held.drill.org
        above = ancestors_of(org)[-1]
        report = write_report(
            held,
            title=report_title(f"{org.name}{drill.title}"),
            addressee=formal_name(above.name, above.kind),
            actor=author,
            now=written,
        )
        db.session.flush()
        findings = findings_of(report)
        text = ReportText(
            title=report.title,
            addressee=report.addressee or "",
            copies_to=report.copies_to or "",
            summary=report.summary,
            strengths=report.strengths,
            findings=[finding(each) for each in findings],
        )
        save_report(report, findings, text, held_on=held_on, actor=author, now=written)
        db.session.flush()
        db.session.expire_all()
        self.count += 1
        return report

    def _charged(self, seen: Finding, charge: Charge) -> FindingText:
        org = self.known.orgs[charge.org]
        action = ActionText(None, charge.text, org.id, charge.person, ago(self.today, charge.due))
        return FindingText(seen.id, seen.text, cause=charge.cause, actions=[action])

    def _usual(self, seen: Finding, org: Org, drill: Drill) -> FindingText:
        held_on = drill.held_on or drill.due_on
        person = clerk_of(org, self.known).name
        # The action of one town is past its date: a broken thread.
        due = ago(self.today, 4) if org.name == "云溪镇" else ago(held_on, -DAYS_TO_ACT)
        action = ActionText(None, remedy_for(seen.text), org.id, person, due)
        return FindingText(seen.id, seen.text, actions=[action])

    def _submit(self, report: Report, author: Actor, days: int) -> None:
        sources = sources_of(report, on=ago(self.today, days))
        submit_report(
            report,
            sources.findings,
            drill=sources.held.drill,
            url=f"/reports/{report.id}/decide",
            actor=author,
            today=ago(self.today, days),
            now=at(ago(self.today, days), 9, 20),
        )
        db.session.flush()

    def _approve(self, report: Report, days: int, remark: str) -> None:
        day = ago(self.today, days)
        approve_report(
            for_paper(sources_of(report, on=day)),
            remark=remark,
            url=f"/reports/{report.id}",
            check_url=f"{settings().public_url.rstrip('/')}/r/{report.public_id}",
            actor=self.leader,
            today=day,
            now=at(day, 16, 40),
        )
        db.session.flush()

    def _settle_charges(self, report: Report, drill: Drill) -> None:
        actions = [action for finding in findings_of(report) for action in finding.actions]
        for action, charge in zip(actions, THREAD_CHARGES, strict=True):
            if charge.done is not None:
                actor = self.known.actor(charge.username)
                self._note_done(action, drill, actor, charge.done, charge.note)

    def _note_done(
        self, action: CorrectiveAction, drill: Drill, actor: Actor, days: int, note: str
    ) -> None:
        day = ago(self.today, days)
        close_action(
            get_action(action.id, self.known.scope, day),
            done_on=day,
            note=note,
            held_on=drill.held_on or drill.due_on,
            actor=actor,
            today=day,
            now=at(day, 17),
        )

    def _revise_plan(self) -> None:
        town = self.known.orgs[THREAD_TOWN]
        plan: Plan = self.known.plans[town.id, THREAD_EVENT]
        actor, begun = self.known.actor("liumeiyun"), ago(self.today, 30)
        start_revision(plan=plan, reason=WHY_REVISED, actor=actor, now=at(begun, 9))
        paper = (f"{plan.title}（第3版）.docx", docx(plan.title, thread_sections(3)))
        add_paper(plan, paper, actor, begun)
        issued: date = ago(self.today, THREAD_REVISED)
        issue_version(
            plan=plan,
            number=f"白府发〔{issued.year}〕{self._next_number(town, issued)}号",
            issued_on=issued,
            review_on=review_date(issued),
            actor=actor,
            now=at(issued, 15),
            today=issued,
        )

    def _next_number(self, org: Org, day: date) -> int:
        """Return a number behind those the town has given to its plans in a year."""
        plans: Sequence[Plan] = [p for p in self.known.plans.values() if p.org_id == org.id]
        numbers = [v.document_number or "" for plan in plans for v in plan.versions]
        same_year = [text for text in numbers if f"〔{day.year}〕" in text]
        taken = [int(text.split("〕")[1].removesuffix("号")) for text in same_year]
        return max(taken, default=11) + 1
