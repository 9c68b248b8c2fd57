"""The demo county, loaded smaller: everything it promises is there, and twice changes nothing.

Tests that load in another way stand in test_loading.py: they would replace the database here.
"""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from drillreg.accounts.models import RoleAssignment
from drillreg.accounts.passwords import password_fits
from drillreg.accounts.queries import account_or_none
from drillreg.accounts.rules import roles
from drillreg.core.db import Base, db
from drillreg.demo import load as loading
from drillreg.demo.people import PASSWORD
from drillreg.demo.places import ACCOUNTS
from drillreg.demo.sample import write_sample
from drillreg.drills.models import Drill, DrillPhoto
from drillreg.drills.rules import DrillStatus
from drillreg.evidence.choosing import kinds_by_hand
from drillreg.evidence.models import Evidence
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.hazards.rules import CheckResult, Freshness, RiskLevel, freshness
from drillreg.notices.models import Notice
from drillreg.orgs.models import Division, Org, Oversight
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import VersionState
from drillreg.reports.models import CorrectiveAction, Finding, Report
from drillreg.reports.rules import ActionState, ReportState
from tests.conftest import NOW

SCALE = 0.05


@pytest.fixture(scope="module")
def demo(worker_app):
    """The application with the demo in it, loaded once for the tests that only read."""
    app, database = worker_app
    database.refresh(app)
    with app.app_context():
        done = list(loading.load_demo(NOW.date(), NOW, scale=SCALE))
        assert [stage.name for stage in done] == [stage.name for stage in loading.STAGES]
    return app


@pytest.fixture
def seeing(demo, frozen):
    """A session on the loaded demo."""
    with demo.app_context():
        yield db.session
        db.session.rollback()


def count(session, model, *conditions):
    return session.scalar(select(func.count()).select_from(model).where(*conditions))


def test_the_county_is_as_large_as_it_says(seeing):
    standing = select(Org.kind, func.count()).where(Org.closed_on.is_(None)).group_by(Org.kind)
    kinds = dict(seeing.execute(standing).all())
    assert kinds["town"] == 7
    assert kinds["department"] == 12
    assert kinds["village"] == 61
    assert kinds["school"] + kinds["kindergarten"] == 24
    assert kinds["hospital"] == 6
    assert kinds["enterprise"] == 30
    assert kinds["grid"] == 4
    assert count(seeing, Oversight) >= 60
    assert count(seeing, HazardSite, HazardSite.voided_at.is_(None)) == 200
    assert 240 <= count(seeing, Plan) <= 320


def test_everything_on_a_page_has_an_english_name(seeing):
    for column in (Org.name_en, Division.name_en, HazardSite.name_en, Plan.title_en):
        assert count(seeing, column.class_, column.is_(None)) == 0
    assert count(seeing, Drill, Drill.title_en.is_(None)) == 0


def test_every_role_can_sign_in(seeing):
    held = set(seeing.scalars(select(RoleAssignment.role)))
    assert held == set(roles())
    for sign in ACCOUNTS:
        account = account_or_none(sign.username)
        assert account is not None
        assert password_fits(account.password_hash, PASSWORD)


def test_every_state_occurs(seeing, today):
    assert set(seeing.scalars(select(PlanVersion.state))) == set(VersionState)
    assert set(seeing.scalars(select(Report.state))) == set(ReportState)
    assert set(seeing.scalars(select(Drill.status))) == set(DrillStatus)
    assert set(seeing.scalars(select(CorrectiveAction.state))) == set(ActionState)
    assert set(seeing.scalars(select(HazardSite.level))) == set(RiskLevel)
    assert set(seeing.scalars(select(HazardCheck.result))) == set(CheckResult)
    sites = seeing.scalars(select(HazardSite).order_by(HazardSite.id)).all()
    assert {freshness(s.level, s.last_check_on, today) for s in sites} == set(Freshness)
    assert count(seeing, PlanVersion, PlanVersion.review_on < today) > 0
    assert count(seeing, Report, Report.state == ReportState.SUBMITTED) == 2


def test_nothing_lies_in_the_future_that_has_happened(seeing, today):
    assert count(seeing, HazardCheck, HazardCheck.checked_at > NOW) == 0
    assert count(seeing, Drill, Drill.held_on > today) == 0
    assert count(seeing, PlanVersion, PlanVersion.issued_on > today) == 0
    assert count(seeing, Report, Report.created_at > NOW) == 0


def test_reports_follow_their_drills(seeing):
    for report in seeing.scalars(select(Report).order_by(Report.id)):
        held_on = seeing.get_one(Drill, report.drill_id).held_on
        assert held_on < report.created_at.date()
        if report.submitted_at:
            assert report.created_at < report.submitted_at
        if report.approved_at:
            assert report.submitted_at < report.approved_at


def test_drills_are_planned_ahead_and_one_town_is_late(seeing, today):
    ahead = seeing.scalar(select(func.max(Drill.due_on)))
    assert ahead > today + timedelta(days=350)
    overdue = seeing.scalars(
        select(Org.name)
        .join(Drill, Drill.org_id == Org.id)
        .where(Drill.status == DrillStatus.PLANNED, Drill.due_on < today)
    ).all()
    assert "竹源镇" in overdue
    assert count(seeing, Notice, Notice.kind == "overdue") > 0


def test_the_thread_is_joined_from_site_to_next_drill(seeing, today):
    site = seeing.scalar(select(HazardSite).where(HazardSite.number == "QL-BY-017"))
    report = seeing.scalar(
        select(Report)
        .join(Drill, Drill.id == Report.drill_id)
        .where(Drill.site_id == site.id)
        .order_by(Drill.held_on.desc())
    )
    drill = seeing.get_one(Drill, report.drill_id)
    plan = seeing.get_one(Plan, drill.plan_id)
    assert report.state is ReportState.APPROVED
    assert report.pdf_file_id is not None
    assert report.number.startswith("白府应急报〔")
    assert count(seeing, DrillPhoto, DrillPhoto.drill_id == drill.id) == 2

    actions = seeing.scalars(
        select(CorrectiveAction)
        .join(Finding, Finding.id == CorrectiveAction.finding_id)
        .where(Finding.report_id == report.id)
    ).all()
    assert sorted(action.state for action in actions) == ["done", "done", "open"]

    current = next(v for v in plan.versions if v.state is VersionState.CURRENT)
    assert current.number == 3
    assert current.issued_on > drill.held_on
    following = seeing.scalars(
        select(Drill.due_on).where(Drill.site_id == site.id, Drill.status == DrillStatus.PLANNED)
    ).all()
    assert following
    assert min(following) > today


def test_the_sample_report_is_a_pdf(demo, frozen):
    with demo.app_context():
        path = write_sample()
    assert path.read_bytes().startswith(b"%PDF-")
    assert path.name == "sample-report.pdf"


def test_the_clerk_finds_no_empty_page(demo, frozen, monkeypatch):
    monkeypatch.setitem(demo.config, "WTF_CSRF_ENABLED", False)
    browser = demo.test_client()
    entered = browser.post("/sign-in", data={"username": "zhoumin", "password": PASSWORD})
    assert entered.status_code == 303
    pages = menu_of(browser)
    assert len(pages) >= 10
    bare = [
        address
        for address in pages
        if browser.page(address, headers={"Accept-Language": "zh-CN"}).select("main .dr-empty")
    ]
    # A county reaches all that is below it: nobody has anything to grant to it.
    assert bare == ["/reach/received/"]


def menu_of(browser):
    """Return the addresses of the menu, with those that open below its entries."""

    def links(address):
        return [a["href"] for a in browser.page(address).select("#menu a")]

    tops = [link for link in links("/") if link.startswith("/")]
    return sorted({link for top in tops for link in links(top) if link.startswith("/")})


def rows_of_all_tables():
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table))
        for table in Base.metadata.sorted_tables
    }


def test_loading_twice_changes_nothing(demo, frozen):
    with demo.app_context():
        before = rows_of_all_tables()
        assert list(loading.load_demo(NOW.date(), NOW)) == []
        assert rows_of_all_tables() == before


def test_what_is_proved_by_hand_is_there_in_every_kind_and_never_ahead(seeing, today):
    kinds = {kind.code for kind in kinds_by_hand()}
    entered = set(seeing.scalars(select(Evidence.kind).distinct()))
    # An acceptance waits for somebody to enter it.
    assert kinds - entered == {"danger-accepted"}
    assert count(seeing, Evidence, Evidence.on_date > today) == 0
    assert count(seeing, Evidence, Evidence.entered_at > NOW) == 0
    assert count(seeing, Evidence, Evidence.subject_id == 0) == 0
    standing = (Evidence.kind == "site-registered", Evidence.until_on.is_(None))
    assert count(seeing, Evidence, *standing) == 200
