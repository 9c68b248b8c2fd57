"""A drill that was held, and the people around its report."""

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime

import PIL.Image
import pytest
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import (
    Drill,
    DrillGroup,
    DrillMoment,
    DrillPhoto,
    Observation,
)
from drillreg.drills.rules import DrillMode, DrillStatus, Rating
from drillreg.evidence.models import Evidence, Grade
from drillreg.files.operations import store
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import RiskLevel
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import Secrecy, VersionState
from drillreg.reports.models import Finding, Report

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
START = datetime(2026, 5, 8, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai


def picture():
    stream = io.BytesIO()
    PIL.Image.new("RGB", (320, 240), (90, 140, 170)).save(stream, "JPEG")
    return stream.getvalue()


@pytest.fixture
def make_held(app, county, keep):
    """Record a drill of the town as held, with plan, site and everything that was seen."""

    def make(org=None, secrecy=Secrecy.PUBLIC, title="白岩镇地质灾害转移避险演练"):
        org = org or county.town
        plan = keep(
            Plan(
                org_id=org.id,
                kind="special",
                event_type="geological",
                title="白岩镇地质灾害应急预案",
                secrecy=secrecy,
                created_at=NOW,
            )
        )
        keep(
            PlanVersion(
                plan_id=plan.id,
                number=1,
                state=VersionState.CURRENT,
                document_number="白府发〔2026〕12号",
                issued_on=date(2026, 3, 1),
                created_at=NOW,
            )
        )
        site = keep(
            HazardSite(
                org_id=org.id,
                number=f"QL-{plan.id:03d}",
                name="中心小学后山滑坡",
                kind="landslide",
                level=RiskLevel.ORANGE,
                lon=114.951,
                lat=25.021,
                morton=0,
                source_crs="EPSG:4326",
                created_at=NOW,
            )
        )
        drill = keep(
            Drill(
                org_id=org.id,
                title=title,
                event_type="geological",
                mode=DrillMode.FULL,
                place="白岩镇中心小学",
                plan_id=plan.id,
                site_id=site.id,
                due_on=date(2026, 5, 8),
                status=DrillStatus.HELD,
                held_on=date(2026, 5, 8),
                started_at=START,
                evacuation_seconds=161,
                target_seconds=180,
                participants=436,
                expected_participants=440,
                rating=Rating.GOOD,
                summary="模拟连续降雨后滑坡变形加快。",
                recorded_at=NOW,
                changed_at=NOW,
            )
        )
        keep(
            DrillGroup(drill_id=drill.id, name="学生", people=400),
            DrillGroup(drill_id=drill.id, name="教师", people=36),
        )
        keep(
            DrillMoment(drill_id=drill.id, seconds=0, who="监测员", what="报告裂缝扩大"),
            DrillMoment(drill_id=drill.id, seconds=70, who="镇指挥部", what="启动响应"),
            DrillMoment(drill_id=drill.id, seconds=161, who="中心小学", what="清点完毕"),
        )
        keep(
            Observation(drill_id=drill.id, text="疏散有序，没有拥挤。", is_strength=True),
            Observation(drill_id=drill.id, text="停电后广播不响。", is_strength=False),
        )
        keep(
            Evidence(
                kind="drill-held",
                org_id=org.id,
                subject_kind="drill",
                subject_id=drill.id,
                on_date=date(2026, 5, 8),
                entered_at=NOW,
                attributes={},
                grade=Grade.EVIDENCED,
            )
        )
        with app.app_context(), unit_of_work():
            kept = store(picture(), name="a.jpg", org_id=org.id, actor=None, now=NOW)
            file_id = kept.id
        keep(DrillPhoto(drill_id=drill.id, file_id=file_id, caption="向广场疏散"))
        return drill

    return make


@dataclass
class Desk:
    """The three people of a sign-off, each at a browser, and the drill."""

    drill: Drill
    author: object
    leader: object
    county_leader: object
    county: object

    def write(self):
        """Start the report and return its address."""
        page = self.author.page(f"/reports/new/{self.drill.id}")
        fields = {
            "title": page.select_one("#f-title")["value"],
            "addressee": page.select_one("#f-addressee")["value"],
        }
        response = self.author.post(f"/reports/new/{self.drill.id}", data=fields)
        assert response.status_code == 303, response.text
        return response.location.removesuffix("/edit")

    def fields(self, address):
        """Return what the author's form holds."""
        return form_fields(self.author.page(f"{address}/edit"))

    def fill(self, address, **changes):
        """Give every finding an action and save."""
        fields = self.fields(address)
        fields |= {
            "action-0-0-id": fields.get("action-0-0-id", ""),
            "action-0-0-text": "广播加备用电池",
            "action-0-0-org": str(self.county.town.id),
            "action-0-0-person": "曾雨晴",
            "action-0-0-due": "2026-06-10",
            **changes,
        }
        return self.author.post(f"{address}/edit", data=fields)

    def submit(self):
        """Write, fill and submit a report; return its address."""
        address = self.write()
        assert self.fill(address).status_code == 303
        assert self.author.post(f"{address}/submit").status_code == 303
        return address

    def decide(self, address, decision, remark="", browser=None, version=None):
        """Decide as the town's leader."""
        browser = browser or self.leader
        if version is None:
            page = browser.page(f"{address}/decide")
            version = page.select_one("[name=version]")["value"]
        fields = {"decision": decision, "remark": remark, "version": version}
        return browser.post(f"{address}/decide", data=fields)


def form_fields(page):
    """Return the fields of the last form of a page as a browser would send them."""
    form = page.select("main form")[-1]
    fields = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        if field.name == "textarea":
            fields[field["name"]] = field.text.lstrip("\n")
        elif field.name == "select":
            chosen = field.select_one("option[selected]")
            fields[field["name"]] = chosen["value"] if chosen else ""
        else:
            fields[field["name"]] = field.get("value", "")
    return fields


@pytest.fixture
def desk(county, make_held, as_role):
    drill = make_held()
    return Desk(
        drill=drill,
        author=as_role("town_staff", county.town, name="周敏"),
        leader=as_role("leader", county.town, name="叶怀远"),
        county_leader=as_role("leader", county.county, name="方明远"),
        county=county,
    )


@pytest.fixture
def look(app):
    """Return what a select finds, in a context of its own: one left open would outlive requests."""

    def read(statement):
        with app.app_context():
            found = db.session.scalars(statement).all()
            db.session.expunge_all()
            return found

    return read


@pytest.fixture
def the_report(look):
    """Return the only report, fresh from the database."""
    return lambda: look(select(Report))[0]


@pytest.fixture
def the_findings(look):
    """Return all findings that stand."""
    return lambda: look(select(Finding).where(Finding.voided_at.is_(None)).order_by(Finding.id))
