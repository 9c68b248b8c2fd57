"""Giving, listing and revoking access; the page that says who can see a record, and why."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from drillreg.accounts.reach.rules import GrantState, GrantText, ensure_fits, state_of
from drillreg.audit.models import AuditRow
from drillreg.core.access import Permission
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.drills.models import Drill
from drillreg.hazards.models import HazardSite
from drillreg.orgs.models import Grant
from drillreg.orgs.records import pass_grants
from drillreg.plans.models import Plan, PlanVersion
from tests.accounts.reach.conftest import NOW

TODAY = date(2026, 5, 12)
FORM = {
    "holder_org": "竹源镇",
    "permission": "view",
    "reason_kind": "consultation",
    "reason": "跨镇水库防汛会商",
    "until_on": "2026-06-30",
}


@pytest.fixture
def plan(county, keep):
    found = Plan(
        org_id=county.town.id, kind="special", event_type="flood", title="界溪水库防汛预案",
        created_at=NOW,
    )  # fmt: skip
    version = PlanVersion(
        plan=found, number=1, state="current", document_number="白府发〔2025〕7号",
        issued_on=date(2025, 3, 1), created_at=NOW,
    )  # fmt: skip
    return keep(found, version)


@pytest.fixture
def giver(as_role, county):
    return as_role("town_staff", county.town, name="刘美云")


def address(plan):
    return f"/reach/plan/{plan.id}/grant"


def refusal(response):
    assert response.status_code == 422
    return response.text


# Rules


def text(**changes):
    given = {
        "permission": Permission.VIEW, "reason_kind": "consultation", "reason": "会商",
        "from_on": TODAY, "until_on": date(2026, 6, 1), "open_reason": None,
    }  # fmt: skip
    return GrantText(**{**given, **changes})


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("plan", {"permission": Permission.EDIT_PLANS}),
        ("plan", {"permission": Permission.RECORD_DRILLS}),
        ("drill", {"reason_kind": "parent-plan"}),
        ("plan", {"until_on": None}),
        ("plan", {"until_on": date(2026, 5, 11)}),
        ("plan", {"from_on": date(2026, 7, 1)}),
        ("none", {}),
    ],
)
def test_what_does_not_fit_is_refused(kind, changes):
    with pytest.raises(DomainError):
        ensure_fits(kind, text(**changes), TODAY)


def test_a_grant_holds_to_the_end_of_its_last_day():
    def on(day, revoked=False):
        return state_of(
            from_on=date(2026, 5, 2), until_on=date(2026, 5, 4), revoked=revoked, today=day
        )

    assert [on(date(2026, 5, day)) for day in (1, 2, 4, 5)] == [
        GrantState.COMING, GrantState.LIVE, GrantState.LIVE, GrantState.ENDED,
    ]  # fmt: skip
    assert on(date(2026, 5, 3), revoked=True) is GrantState.REVOKED


# Giving


def test_a_town_opens_its_plan_to_the_neighbour(app, county, plan, giver, as_role):
    neighbour = as_role("town_staff", county.other_town)
    assert neighbour.get(f"/plans/{plan.id}").status_code == 404
    page = giver.page(address(plan))
    assert "竹源镇" in {each["value"] for each in page.select("datalist option")}
    done = giver.post(address(plan), data=FORM)
    assert done.status_code == 303
    assert neighbour.get(f"/plans/{plan.id}").status_code == 200
    panel = giver.page(f"/plans/{plan.id}").text
    assert "对外授权" in panel
    assert "至2026年6月30日" in panel
    with app.app_context():
        row = db.session.scalar(select(AuditRow).where(AuditRow.action == "access-granted"))
        assert row.detail["holder_org"] == county.other_town.id
        assert row.org_id == county.town.id


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"until_on": ""}, "请填写截止日期，或者说明不设截止日期的理由。"),
        ({"until_on": "2026-05-11"}, "截止日期早于起始日期"),
        ({"holder_org": "没有的单位"}, "没有可授权的同名单位。"),
        ({"holder_org": ""}, "单位和用户名请只填一项。"),
        ({"holder_account": "someone"}, "单位和用户名请只填一项。"),
        ({"holder_org": "青岭县"}, "本来就能看到"),
        ({"holder_org": "", "holder_account": "nobody"}, "没有这个用户名的账号。"),
        ({"holder_org": "", "holder_account": "guard"}, "不能接受这项授权"),
        ({"reason": ""}, "理由"),
        ({"permission": "edit-plans"}, "权限"),
    ],
)
def test_a_grant_that_does_not_fit_says_why(plan, giver, make_account, county, changes, sentence):
    make_account("secadmin", county.county, username="guard")
    assert sentence in refusal(giver.post(address(plan), data={**FORM, **changes}))


def test_the_same_is_not_granted_twice(plan, giver):
    assert giver.post(address(plan), data=FORM).status_code == 303
    assert "同样的授权已经存在" in refusal(giver.post(address(plan), data=FORM))


def test_without_an_end_it_holds_until_revoked(app, plan, giver):
    sent = {**FORM, "until_on": "", "open_reason": "水库长期共管"}
    assert giver.post(address(plan), data=sent).status_code == 303
    assert "至收回为止" in giver.page(f"/reach/plan/{plan.id}").text


def test_nobody_grants_out_of_sight_or_reach(county, plan, give, as_role):
    assert as_role("town_staff", county.other_town).get(address(plan)).status_code == 404
    assert as_role("unit_liaison", county.town).get(address(plan)).status_code == 403
    # What was granted to me is not mine to hand on.
    give("plan", plan, county.town, org_id=county.bureau.id)
    bureau = as_role("dept_staff", county.bureau)
    assert bureau.get(f"/plans/{plan.id}").status_code == 200
    assert bureau.get(address(plan)).status_code == 403
    assert bureau.post(address(plan), data=FORM).status_code == 403


def test_nobody_gives_more_than_they_hold(app, county, keep, as_role, make_account):
    drill = keep(
        Drill(
            org_id=county.bureau.id, title="演练", event_type="fire", due_on=TODAY, changed_at=NOW
        )
    )
    site_keeper = as_role("dept_staff", county.bureau)
    page = site_keeper.page(f"/reach/drill/{drill.id}/grant")
    offered = {each["value"] for each in page.select("input[name=permission]")}
    assert offered == {"view", "record-drills"}
    make_account("evaluator", county.town, username="expert")
    sent = {
        **FORM, "holder_org": "", "holder_account": "expert", "permission": "record-drills",
        "reason_kind": "evaluator",
    }  # fmt: skip
    assert site_keeper.post(f"/reach/drill/{drill.id}/grant", data=sent).status_code == 303


# Listing


def test_lists_of_grants_given_and_received(county, plan, give, giver, as_role, sign_in):
    give("plan", plan, county.town, org_id=county.other_town.id)
    give("plan", plan, county.town, org_id=county.bureau.id, from_on=date(2026, 1, 1),
         until_on=date(2026, 2, 1))  # fmt: skip
    page = giver.page("/reach/grants/")
    assert [row.select("td")[1].get_text("|", strip=True).split("|")[0]
            for row in page.select("tbody tr")] == ["县教育局", "竹源镇"]  # fmt: skip
    live = giver.page("/reach/grants/?state=live")
    assert live.select_one(".sum").text.strip() == "共 1 条"
    assert "已到期" in page.text
    received = as_role("town_staff", county.other_town).page("/reach/received/")
    assert received.select_one("tbody a")["href"] == f"/plans/{plan.id}"
    gone = as_role("dept_staff", county.bureau).page("/reach/received/")
    assert gone.select("tbody a") == []
    assert "界溪水库" not in gone.text
    elsewhere = as_role("county_staff", county.other_county).page("/reach/grants/")
    assert "没有对外授权" in elsewhere.text
    book = giver.get("/reach/grants/export.xlsx?state=live")
    assert book.mimetype.endswith("spreadsheetml.sheet")


# Who can see it


def reasons(page):
    return {
        row.td.get_text("|", strip=True).split("|")[0]: row.select("td")[2].get_text(strip=True)
        for row in page.select_one("table").select("tbody tr")
    }


def test_who_can_see_a_plan_and_why(app, county, keep, give, as_role, make_account):
    plan = keep(
        Plan(org_id=county.school.id, kind="special", event_type="fire", title="学校消防预案",
             created_at=NOW)
    )  # fmt: skip
    keep(
        PlanVersion(plan_id=plan.id, number=1, state="current", created_at=NOW,
                    issued_on=date(2025, 3, 1))
    )  # fmt: skip
    make_account("dept_staff", county.bureau, name="樊志华")
    make_account("unit_liaison", county.school, name="梁秀英")
    make_account("town_staff", county.other_town, name="何东")
    make_account("secadmin", county.county, name="彭霞")
    give("plan", plan, county.school, org_id=county.other_town.id, reason="联合演练准备",
         reason_kind="joint-drill")  # fmt: skip
    browser = as_role("county_staff", name="周敏")
    page = browser.page(f"/reach/plan/{plan.id}")
    found = reasons(page)
    assert set(found) == {"周敏", "樊志华", "梁秀英", "何东"}
    assert found["周敏"] == "在青岭县任县应急办工作人员，记录在其属地之内。"
    assert found["樊志华"] == "在县教育局任部门工作人员，该单位自2020年1月1日起在教育条线主管。"
    assert "联合演练（联合演练准备），至2026年5月31日" in found["何东"]
    editors = browser.page(f"/reach/plan/{plan.id}?right=issue-plans")
    assert set(reasons(editors)) == {"周敏"}
    book = browser.get(f"/reach/plan/{plan.id}/export.xlsx")
    assert book.mimetype.endswith("spreadsheetml.sheet")


def test_the_former_territory_is_named(app, county, keep, move, as_role, make_account):
    drill = keep(
        Drill(org_id=county.school.id, title="三月演练", event_type="fire", status="held",
              due_on=date(2026, 3, 1), held_on=date(2026, 3, 1), changed_at=NOW)
    )  # fmt: skip
    make_account("town_staff", county.town, name="刘美云")
    move(county.school, county.other_town, date(2026, 4, 1))
    found = reasons(as_role("county_staff", name="周敏").page(f"/reach/drill/{drill.id}"))
    assert found["刘美云"].endswith("2026年4月1日之前在其属地之内：可查看此日之前的内容。")


def test_the_security_administrator_sees_reach_but_no_content(county, plan, give, as_role):
    give("plan", plan, county.town, org_id=county.other_town.id)
    browser = as_role("secadmin")
    page = browser.page(f"/system/reach/plan/{plan.id}")
    assert "界溪水库" not in page.text
    assert "白府发〔2025〕7号" in page.text
    assert "您的角色可以查看谁能看到这条记录" in page.text
    assert browser.get(f"/reach/plan/{plan.id}").status_code == 403
    listed = browser.page("/system/reach/grants/")
    assert "界溪水库" not in listed.text
    assert listed.select_one("tbody a")["href"] == f"/system/reach/plan/{plan.id}"
    chosen = browser.page("/system/reach/?words=白岩")
    assert {a.text for a in chosen.select("tbody a")} == {"白岩镇", "白岩镇中心小学"}
    foreign = as_role("secadmin", county.other_county)
    assert foreign.get(f"/system/reach/plan/{plan.id}").status_code == 404
    assert foreign.get("/system/reach/plan/987654321").status_code == 404
    assert browser.get("/system/reach/nothing/1").status_code == 404


def test_a_record_page_leads_to_who_can_see_it(county, plan, giver, as_role):
    assert giver.page(f"/plans/{plan.id}").select_one(f"a[href='/reach/plan/{plan.id}']")
    assert giver.page(f"/orgs/{county.town.id}").select_one(
        f"a[href='/reach/org/{county.town.id}']"
    )
    leader = as_role("leader").page(f"/plans/{plan.id}")
    assert leader.select_one(f"a[href='/reach/plan/{plan.id}']") is None


def test_a_whole_organisation_is_opened_without_those_below(county, keep, giver, as_role):
    drills = [
        Drill(org_id=org.id, title=title, event_type="fire", due_on=TODAY, changed_at=NOW)
        for org, title in ((county.town, "镇演练"), (county.school, "校演练"))
    ]
    keep(*drills)
    sent = {**FORM, "reason_kind": "transfer"}
    assert giver.post(f"/reach/org/{county.town.id}/grant", data=sent).status_code == 303
    neighbour = as_role("town_staff", county.other_town)
    listed = neighbour.get("/drills/").text
    assert "镇演练" in listed
    assert "校演练" not in listed
    assert neighbour.get(f"/orgs/{county.town.id}").status_code == 200
    assert neighbour.get(f"/orgs/{county.school.id}").status_code == 404


def test_revoking_is_for_the_territory_and_only_once(app, county, plan, give, giver, as_role):
    grant = give("plan", plan, county.town, org_id=county.other_town.id)
    holder = as_role("town_staff", county.other_town)
    assert holder.post(f"/reach/grants/{grant.id}/revoke", data={"reason": "x"}).status_code == 404
    upper = as_role("county_staff")
    done = upper.post(f"/reach/grants/{grant.id}/revoke", data={"reason": "不再需要"})
    assert done.status_code == 303
    again = giver.post(f"/reach/grants/{grant.id}/revoke", data={"reason": "不再需要"})
    assert "这项授权已经结束" in refusal(again)
    with app.app_context():
        kept = db.session.get_one(Grant, grant.id)
        assert (kept.revoke_reason, isinstance(kept.revoked_at, datetime)) == ("不再需要", True)


def test_a_grant_goes_along_when_a_site_changes_hands(app, county, keep, give):
    site = keep(
        HazardSite(
            org_id=county.village.id, number="S-1", name="滑坡", kind="landslide", level="red",
            lon=113.9, lat=26.9, source_crs="WGS84", created_at=NOW,
        )
    )  # fmt: skip
    grant = give("site", site, county.village, org_id=county.bureau.id)
    with app.app_context():
        with unit_of_work():
            pass_grants("site", site.id, county.town)
        assert db.session.get_one(Grant, grant.id).owner_id == county.town.id
