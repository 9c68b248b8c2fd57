"""Reach as a user meets it: supervision by field, grants that end, what an old territory sees."""

from datetime import UTC, date, datetime, timedelta

import pytest

from drillreg.core.codes import code_list
from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill
from drillreg.drills.scope import DRILL
from drillreg.files.models import StoredFile
from drillreg.files.operations import keep_bytes
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.orgs.models import Org, OrgVersion, Oversight
from drillreg.orgs.records import record_kinds
from drillreg.plans.indexing import index_plan
from drillreg.plans.models import Plan, PlanFile, PlanVersion
from drillreg.reports.models import Report
from tests.accounts.reach.conftest import NOW, grant_of

TODAY = date(2026, 5, 12)
MOVED = date(2026, 4, 1)


@pytest.fixture
def make_plan(app, keep):
    """Make a plan in force with a paper; return it with the key of the paper."""

    def make(org, title="防汛应急预案", number="府发〔2025〕1号", **columns):
        with app.app_context(), unit_of_work():
            paper = StoredFile(
                sha256=keep_bytes(b"%PDF-1.7 " + title.encode()),
                size=20,
                media_type="application/pdf",
                name="plan.pdf",
                created_at=NOW,
            )
            plan = Plan(
                org_id=org.id, kind="special", event_type="flood", title=title, created_at=NOW,
                **columns,
            )  # fmt: skip
            version = PlanVersion(
                plan=plan, number=1, state="current", document_number=number,
                issued_on=date(2025, 3, 1), review_on=date(2028, 3, 1), created_at=NOW,
            )  # fmt: skip
            db.session.add_all([paper, plan, version])
            db.session.flush()
            kept = PlanFile(version=version, file_id=paper.id)
            db.session.add(kept)
            db.session.flush()
            db.session.refresh(plan)
            index_plan(plan, now=NOW)
            plan.paper_id = kept.id
            db.session.refresh(plan)
            db.session.expunge_all()
        return plan

    return make


def drill_at(org, title, on=TODAY, **columns):
    return Drill(
        org_id=org.id, title=title, event_type="fire", due_on=on, changed_at=NOW, **columns
    )


def site_at(org, name, number, **columns):
    return HazardSite(
        org_id=org.id, number=number, name=name, kind="landslide", level="red", lon=113.9,
        lat=26.9, source_crs="WGS84", created_at=datetime(2025, 3, 1, tzinfo=UTC), **columns,
    )  # fmt: skip


# A department and its field


@pytest.fixture
def fields(county, make_org, keep):
    """Schools and an enterprise in two towns; the bureau supervises the schools alone."""
    second = make_org("竹源镇中心小学", "school", county.other_town)
    factory = make_org("白岩镇烟花厂", "enterprise", county.town)
    closed = make_org("旧校", "school", county.town)
    since, over = date(2020, 1, 1), date(2026, 5, 1)
    keep(
        Oversight(
            overseer_id=county.bureau.id, org_id=second.id, field="education", from_on=since
        ),
        Oversight(
            overseer_id=county.bureau.id, org_id=closed.id, field="education", from_on=since,
            to_on=over,
        ),
    )  # fmt: skip
    orgs = {"学校一": county.school, "学校二": second, "工厂": factory, "旧校": closed}
    keep(*(drill_at(org, f"{name}疏散演练") for name, org in orgs.items()))
    keep(*(site_at(org, f"{name}后山滑坡", name) for name, org in orgs.items()))
    return orgs


def shown(browser, address):
    response = browser.get(address)
    assert response.status_code == 200, address
    text = response.text
    return {name for name in ("学校一", "学校二", "工厂", "旧校") if name in text}


def test_the_bureau_sees_the_schools_of_its_field_and_nothing_else(
    app, county, fields, make_plan, as_role
):
    plans = {name: make_plan(org, f"{name}消防预案", name) for name, org in fields.items()}
    browser = as_role("dept_staff", county.bureau)
    both = {"学校一", "学校二"}
    for address in (
        "/plans/", "/plans/?words=消防", "/hazards/", "/hazards/map.geojson", "/drills/",
        "/drills/month", "/search?q=学校", "/search?q=疏散", "/search?q=后山", "/search?q=消防",
        "/map/data.geojson",
    ):  # fmt: skip
        assert shown(browser, address) <= both, address
    for address in ("/plans/", "/hazards/", "/drills/", "/search?q=后山", "/drills/month"):
        assert shown(browser, address) == both, address
    assert "共 2 条" in browser.page("/hazards/").select_one(".dr-foot").text
    for name, plan in plans.items():
        wanted = 200 if name in both else 404
        assert browser.get(f"/plans/{plan.id}").status_code == wanted
        paper = browser.get(f"/plans/{plan.id}/files/{plan.paper_id}")
        assert paper.status_code == wanted
        paper.close()


def test_exports_of_the_bureau_hold_its_field_alone(app, county, fields, make_plan, as_role):
    browser = as_role("dept_staff", county.bureau)
    text = browser.get("/hazards/export.geojson").text
    assert "学校一后山滑坡" in text
    assert "学校二后山滑坡" in text
    assert "工厂" not in text
    assert "旧校" not in text


def test_the_feed_of_the_bureau_asks_again_at_each_read(app, county, fields, as_role, keep):
    browser = as_role("dept_staff", county.bureau)
    browser.post("/drills/feed")
    address = None
    page = browser.post("/drills/feed", follow_redirects=True)
    for word in page.text.split('"'):
        if word.endswith(".ics"):
            address = word[word.index("/drills/") :]
    assert address, "no feed address on the page"
    text = browser.get(address).text.replace("\r\n ", "")
    assert "学校一" in text
    assert "工厂" not in text
    with app.app_context(), unit_of_work():
        for row in db.session.query(Oversight).filter_by(org_id=county.school.id):
            row.to_on = TODAY
    again = browser.get(address).text.replace("\r\n ", "")
    assert "学校一" not in again
    assert "学校二" in again


# One plan, to the neighbour


ENDS = date(2026, 5, 31)


@pytest.fixture
def consulted(county, make_plan, give):
    """A plan of a town that its neighbour may read until the end of May."""
    plan = make_plan(county.town, "界溪水库防汛预案", "白府发〔2025〕7号")
    other = make_plan(county.town, "白岩镇消防预案", "白府发〔2025〕8号")
    grant = give("plan", plan, county.town, org_id=county.other_town.id, until_on=ENDS)
    return plan, other, grant


def statuses(browser, plan):
    found = {}
    for address in (f"/plans/{plan.id}", f"/plans/{plan.id}/files/{plan.paper_id}"):
        response = browser.get(address)
        found[address] = response.status_code
        response.close()
    return set(found.values())


def test_a_neighbour_sees_the_consulted_plan_everywhere_and_no_other(county, consulted, as_role):
    plan, other, _ = consulted
    browser = as_role("town_staff", county.other_town)
    assert statuses(browser, plan) == {200}
    assert statuses(browser, other) == {404}
    listed = browser.page("/plans/")
    assert [a.text for a in listed.select("td.two a")] == ["界溪水库防汛预案"]
    assert listed.select_one(".sum").text.strip() == "共 1 条"
    for address in ("/search?q=界溪", "/search?q=白府发"):
        text = browser.get(address).text
        assert "界溪水库防汛预案" in text
        assert "白岩镇消防预案" not in text
    assert "白岩镇" not in browser.get("/duties/matrix").text
    assert browser.get(f"/orgs/{county.town.id}").status_code == 404


def test_the_neighbour_may_not_change_what_it_may_read(county, consulted, as_role):
    plan = consulted[0]
    browser = as_role("town_staff", county.other_town)
    assert browser.get(f"/plans/{plan.id}/edit").status_code == 403
    assert browser.post(f"/plans/{plan.id}/issue").status_code == 403
    assert f"/plans/{plan.id}/edit" not in browser.get(f"/plans/{plan.id}").text


@pytest.mark.parametrize("by", ["end", "revoking"])
def test_after_the_grant_nothing_is_found_any_more(
    app, county, consulted, as_role, sign_in, make_account, frozen, by
):
    plan, _, grant = consulted
    account = make_account("town_staff", county.other_town)
    if by == "end":
        frozen.now = datetime(2026, 5, 31, 15, 0, tzinfo=UTC)  # 23:00 of the last day
        assert statuses(sign_in(account), plan) == {200}
        frozen.now = datetime(2026, 5, 31, 16, 30, tzinfo=UTC)  # half past midnight
    else:
        giver = as_role("town_staff", county.town, username="giver")
        refused = giver.post(f"/reach/grants/{grant.id}/revoke", data={"reason": ""})
        assert refused.status_code == 422
        assert statuses(sign_in(account), plan) == {200}
        done = giver.post(f"/reach/grants/{grant.id}/revoke", data={"reason": "会商结束"})
        assert done.status_code == 303
    browser = sign_in(account)
    assert statuses(browser, plan) == {404}
    missing = browser.get("/plans/999999999").text.split("<main")[1]
    assert browser.get(f"/plans/{plan.id}").text.split("<main")[1] == missing
    for address in ("/plans/", "/search?q=界溪", "/duties/matrix"):
        assert "界溪水库" not in browser.get(address).text, address
    assert "白岩镇" not in browser.get("/duties/matrix").text


def test_grants_cost_no_query_per_row(county, make_plan, give, as_role, count_queries):
    browser = as_role("town_staff", county.other_town)
    give("plan", make_plan(county.town, "一"), county.town, org_id=county.other_town.id)
    browser.page("/plans/")
    with count_queries() as few:
        browser.page("/plans/")
    for number in range(12):
        plan = make_plan(county.town, f"预案{number}", f"{number}号")
        give("plan", plan, county.town, org_id=county.other_town.id)
    with count_queries() as many:
        browser.page("/plans/")
    assert len(many) == len(few)


def test_very_many_grants_are_looked_up_not_listed(app, county, make_plan, give, as_role, keep):
    plans = [
        Plan(org_id=county.town.id, kind="special", event_type="fire", title=f"预案{n}",
             created_at=NOW)
        for n in range(230)
    ]  # fmt: skip
    keep(*plans)
    keep(*(grant_of("plan", p.id, county.town.id, org_id=county.other_town.id) for p in plans))
    hidden = make_plan(county.town, "不开放")
    browser = as_role("town_staff", county.other_town)
    assert browser.page("/plans/").select_one(".sum").text.strip() == "共 230 条"
    assert statuses(browser, hidden) == {404}


# An evaluator lives by grants alone


def test_an_evaluator_reaches_the_drill_that_was_granted(
    app, county, keep, give, make_account, sign_in
):
    drill, other = drill_at(county.school, "消防演练"), drill_at(county.school, "防震演练")
    keep(drill, other)
    account = make_account("evaluator", county.county)
    browser = sign_in(account)
    assert browser.get("/").status_code == 200
    assert browser.get(f"/drills/{drill.id}").status_code == 403
    give("drill", drill, county.school, account_id=account, permission="record-drills")
    assert browser.get(f"/drills/{drill.id}").status_code == 200
    assert browser.get(f"/drills/{drill.id}/record").status_code == 200
    assert browser.get(f"/drills/{other.id}").status_code == 404
    assert "防震演练" not in browser.get("/drills/").text
    assert "消防演练" in browser.get("/drills/").text
    assert browser.get("/drills/month").status_code == 200
    refused = browser.post("/drills/record", data={"org": county.school.id, "title": "x",
                                                   "event_type": "fire", "held_on": "2026-05-12",
                                                   "participants": "3"})  # fmt: skip
    assert refused.status_code == 404


def test_the_to_do_list_of_an_evaluator_holds_only_what_was_granted(
    app, county, keep, give, make_account, sign_in
):
    mine, other = drill_at(county.county, "消防演练"), drill_at(county.county, "防震演练")
    keep(mine, other)
    account = make_account("evaluator", county.county)
    give("drill", mine, county.county, account_id=account, permission="record-drills")
    home = sign_in(account).get("/").text
    assert "消防演练" in home
    assert "防震演练" not in home


def test_a_grant_gives_an_administrator_nothing(county, make_plan, give, make_account, sign_in):
    plan = make_plan(county.town)
    account = make_account("secadmin", county.county)
    give("plan", plan, county.town, account_id=account)
    assert sign_in(account).get(f"/plans/{plan.id}").status_code == 403


# A unit that has moved to another town


@pytest.fixture
def moved(app, county, keep, make_plan, move):
    """The school has moved to the other town on 1 April; records lie before and after it."""
    before, after = MOVED - timedelta(days=1), MOVED
    site = site_at(county.school, "校后滑坡", "S-1", responsible_phone="13800000000",
                   last_check_on=after)  # fmt: skip
    late = site_at(county.school, "新滑坡", "S-2")
    late.created_at = datetime(2026, 4, 2, tzinfo=UTC)
    old = drill_at(county.school, "三月演练", on=before, held_on=before, status="held")
    new = drill_at(county.school, "四月演练", on=before, held_on=after, status="held")
    keep(site, late, old, new)
    keep(*(
        HazardCheck(
            client_id=f"c{day}", body_hash="-", site_id=site.id, result="normal", note=f"记{day}",
            checked_on=day, checked_at=NOW, entered_at=NOW, account_id=0, checker_name="监测员",
        )
        for day in (before, after)
    ))  # fmt: skip
    plan = make_plan(county.school, "学校消防预案", "校〔2025〕1号")
    report = Report(
        drill_id=old.id, org_id=county.school.id, title="三月总结", state="approved", number="1",
        created_at=NOW, approved_at=datetime(2026, 3, 31, 15, 59, tzinfo=UTC),
        snapshot={"title": "三月总结"},
    )  # fmt: skip
    draft = Report(drill_id=new.id, org_id=county.school.id, title="四月总结", created_at=NOW)
    keep(report, draft)
    move(county.school, county.other_town, MOVED)
    with app.app_context(), unit_of_work():
        db.session.get_one(PlanVersion, plan_version(plan)).state = "superseded"
        db.session.add(
            PlanVersion(
                plan_id=plan.id, number=2, state="current", document_number="校〔2026〕9号",
                issued_on=date(2026, 4, 20), created_at=NOW,
            )
        )  # fmt: skip
    return {"site": site, "late": late, "old": old, "new": new, "plan": plan, "report": report,
            "draft": draft}  # fmt: skip


def plan_version(plan):
    return db.session.query(PlanVersion).filter_by(plan_id=plan.id).one().id


def test_the_new_town_sees_everything(county, moved, as_role):
    browser = as_role("town_staff", county.other_town)
    for name in ("site", "late"):
        assert browser.get(f"/hazards/{moved[name].id}").status_code == 200
    for name in ("old", "new"):
        assert browser.get(f"/drills/{moved[name].id}").status_code == 200
    assert "校〔2026〕9号" in browser.get(f"/plans/{moved['plan'].id}").text
    assert browser.get(f"/orgs/{county.school.id}").status_code == 200


def test_the_old_town_sees_what_was_dated_before(county, moved, as_role):
    browser = as_role("town_staff", county.town)
    assert browser.get(f"/drills/{moved['old'].id}").status_code == 200
    assert browser.get(f"/drills/{moved['new'].id}").status_code == 404
    listed = browser.get("/drills/").text
    assert "三月演练" in listed
    assert "四月演练" not in listed
    assert browser.get(f"/hazards/{moved['late'].id}").status_code == 404
    site = browser.get(f"/hazards/{moved['site'].id}").text
    assert "记2026-03-31" in site
    assert "记2026-04-01" not in site
    assert "13800000000" not in site
    assert "13800000000" not in browser.get("/hazards/export.geojson").text
    assert browser.get(f"/reports/{moved['draft'].id}").status_code == 404
    found = browser.get("/search?q=总结").text
    assert "三月总结" in found
    assert "四月总结" not in found


def test_the_old_town_sees_the_plan_as_it_stood(county, moved, as_role):
    browser = as_role("town_staff", county.town)
    for address in (f"/plans/{moved['plan'].id}", "/plans/", "/search?q=学校消防"):
        text = browser.get(address).text
        assert "学校消防预案" in text, address
        assert "校〔2026〕9号" not in text, address
    assert "校〔2025〕1号" in browser.get("/plans/").text
    page = browser.page(f"/plans/{moved['plan'].id}")
    assert page.select_one(".dr-head .dr-tag").text.strip() == "现行"
    assert [row.td.text for row in page.select("#versions tbody tr")] == ["第1版"]
    assert browser.page("/plans/?state=current").select_one(".sum").text.strip() == "共 1 条"


def test_the_old_town_changes_nothing(county, moved, as_role):
    browser = as_role("town_staff", county.town)
    assert browser.get(f"/drills/{moved['old'].id}/record").status_code == 403
    assert browser.get(f"/plans/{moved['plan'].id}/edit").status_code == 403
    assert browser.get(f"/hazards/{moved['site'].id}/edit").status_code == 403
    assert browser.get(f"/orgs/{county.school.id}/edit").status_code == 404


def test_the_old_town_sees_of_the_school_what_it_was(app, county, moved, as_role):
    with app.app_context(), unit_of_work():
        school = db.session.get_one(Org, county.school.id)
        school.duty_phone, school.name = "0797-5550000", "新校名"
        newest = db.session.query(OrgVersion).filter_by(org_id=school.id, to_on=None).one()
        newest.name = "新校名"
    browser = as_role("town_staff", county.town)
    page = browser.page(f"/orgs/{county.school.id}")
    assert page.h1.text == "白岩镇中心小学"
    assert "0797-5550000" not in page.text
    assert "三月演练" in page.text
    assert "四月演练" not in page.text
    assert "白岩镇中心小学" not in browser.get("/orgs/").text.split("<main")[1]
    for link in page.select("main a[href^='/']"):
        response = browser.get(link["href"])
        assert response.status_code == 200, link["href"]
        response.close()


def test_figures_of_the_old_town_count_today_alone(county, moved, as_role):
    old, new = as_role("town_staff", county.town), as_role("town_staff", county.other_town)
    assert "校后滑坡" in old.get("/hazards/").text
    numbers = [
        [each.text.strip() for each in browser.page("/").select(".dr-figs .v")]
        for browser in (old, new)
    ]
    assert numbers[0][0].startswith("0")
    assert numbers[1][0].startswith("1")


def test_every_grantable_kind_says_which_date_counts(app):
    with app.app_context():
        kinds = record_kinds()
        assert set(kinds) == set(code_list("grant_kind").codes())
        for code, kind in kinds.items():
            assert (kind.dated(kind.model) is not None) is (code != "org"), code
        assert DRILL is kinds["drill"]
