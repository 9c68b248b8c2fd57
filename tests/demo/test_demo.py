"""The demo county, loaded smaller: everything it promises is there, and twice changes nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from drillreg.accounts.models import Account, RoleAssignment
from drillreg.accounts.operations import password_fits
from drillreg.accounts.queries import account_or_none
from drillreg.accounts.rules import roles
from drillreg.core.db import Base, db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.demo import load as loading
from drillreg.demo.people import PASSWORD
from drillreg.demo.places import ACCOUNTS
from drillreg.demo.sample import write_sample
from drillreg.drills.models import Drill, DrillPhoto
from drillreg.drills.rules import DrillStatus
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


def load(today, *, stages):
    found = loading.load_demo(today, NOW, scale=SCALE)
    return [next(found) for _ in range(stages)]


@pytest.fixture(scope="module")
def demo(worker_app):
    """The application with the demo in it, loaded once for the tests that only read."""
    app, database = worker_app
    database.refresh(app)
    today = NOW.date()
    with app.app_context():
        loading_today = list(loading.load_demo(today, NOW, scale=SCALE))
        assert [stage.name for stage in loading_today] == [s.name for s in loading.STAGES]
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
    kinds = dict(seeing.execute(select(Org.kind, func.count()).group_by(Org.kind)).all())
    assert kinds["town"] == 7
    assert kinds["department"] == 12
    assert kinds["village"] == 61
    assert kinds["school"] + kinds["kindergarten"] == 24
    assert kinds["hospital"] == 6
    assert kinds["enterprise"] == 30
    assert count(seeing, Oversight) >= 60
    assert count(seeing, HazardSite) == 200
    assert 130 <= count(seeing, Plan) <= 180


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
    for endpoint in menu_of(demo):
        page = browser.page(endpoint, headers={"Accept-Language": "zh-CN"})
        assert not page.select("main .empty"), endpoint


def menu_of(app):
    """Return the addresses of the lists in the menu of the county's clerk."""
    lists = (
        "orgs.index",
        "plans.index",
        "plans.matrix",
        "hazards.index",
        "drills.index",
        "drills.month",
        "reports.index",
        "reports.actions",
    )
    with app.test_request_context():
        return [app.url_for(each) for each in lists]


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


def test_an_interrupted_load_goes_on_where_it_stopped(app, today):
    later = today + timedelta(days=3)
    with app.app_context():
        assert [stage.name for stage in load(today, stages=2)] == ["county", "people"]
        rest = loading.load_demo(later, NOW, scale=SCALE)
        assert next(rest).name == "sites"
        assert set(loading.stages_done().values()) == {today.isoformat()}


def test_a_stage_that_fails_leaves_nothing_half(app, today, monkeypatch):
    def fail(known):
        loading.load_people(known)
        raise RuntimeError("power cut")

    broken = [loading.STAGES[0], loading.Stage("people", fail)]
    monkeypatch.setattr(loading, "STAGES", broken)
    with app.app_context():
        with pytest.raises(RuntimeError):
            list(loading.load_demo(today, NOW))
        assert db.session.scalar(select(func.count()).select_from(Account)) == 0
        assert list(loading.stages_done()) == ["county"]


def test_the_demo_stays_out_of_an_office_in_use(app, county, today):
    with app.app_context(), pytest.raises(DomainError):
        list(loading.load_demo(today, NOW))


def test_load_if_empty_does_nothing_where_there_is_an_organisation(app, county):
    done = app.test_cli_runner().invoke(args=["demo", "load", "--if-empty"])
    assert done.exit_code == 0
    assert "the demo stays out" in done.output
    with app.app_context():
        assert loading.stages_done() == {}


def test_the_sign_ins_stand_in_columns(app):
    shown = app.test_cli_runner().invoke(args=["demo", "accounts"]).output
    assert "zhoumin" in shown
    assert "县应急办工作人员" in shown
    assert PASSWORD in shown


def test_a_day_can_be_chosen_for_the_load(app, today, monkeypatch):
    seen = []

    def note(day, now, scale=1.0):
        seen.append(day)
        return iter(())

    monkeypatch.setattr("drillreg.demo.cli.load_demo", note)
    with app.app_context(), unit_of_work():
        pass
    done = app.test_cli_runner().invoke(args=["demo", "load", "--today", "2025-07-31"])
    assert done.exit_code == 0
    assert seen[0].isoformat() == "2025-07-31"
