"""Parts of a version: shown as they stand today, kept as they were at issue, carried on."""

from datetime import date

import pytest

from drillreg.accounts.models import Person, Post
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.plans.models import Plan, PlanFile, PlanMember, PlanRoute, PlanVersion
from drillreg.plans.operations import issue_version, start_revision
from drillreg.plans.parts import parts_of
from drillreg.resources.models import RescueTeam, Shelter
from tests.conftest import NOW

TODAY = date(2026, 5, 12)
ACTOR = Actor(account_id=0, person_id=None, name="周敏")


@pytest.fixture
def make_post(keep):
    """Keep a person in a post since 2026, verified on a day."""

    def make(
        org, name="赵大山", *, title="镇长", verified_on=date(2026, 4, 1), kind="leader", **more
    ):
        return keep(
            Post(
                person=Person(name=name),
                org_id=org.id,
                kind=kind,
                title=title,
                phone=more.pop("phone", "13800000001"),
                from_on=more.pop("from_on", date(2026, 1, 1)),
                verified_on=verified_on,
                **more,
            )
        )

    return make


@pytest.fixture
def clerk(as_role, county):
    return as_role("town_staff", county.town)


@pytest.fixture
def draft(make_plan, county):
    return make_plan(county.town, issued_on=None)


def page(browser, plan, **args):
    return browser.page(f"/plans/{plan.id}/parts", query_string=args)


def row(found, section):
    return found.select_one(f"#{section} tbody tr").get_text(" ", strip=True)


def parts_now(app, plan, day=TODAY):
    with app.app_context():
        held = db.session.get(Plan, plan.id)
        return parts_of(held.draft or held.current, day)


def test_a_level_is_entered_changed_and_taken_out(clerk, draft):
    at = f"/plans/{draft.id}/parts/levels/2"
    typed = {"trigger": "24小时雨量100毫米", "decider": "镇长", "actions": "转移危险区群众"}
    assert clerk.post(at, data={**typed, "row_version": 0}).status_code == 303
    shown = page(clerk, draft).select("#levels tbody tr")[1].get_text(" ", strip=True)
    assert "Ⅱ级" in shown
    assert "24小时雨量100毫米" in shown
    assert clerk.page(at).select_one("[name=row_version]")["value"] == "1"
    stale = clerk.post(at, data={**typed, "decider": "书记", "row_version": 0})
    assert stale.status_code == 409
    assert "书记" in stale.text
    emptied = {"trigger": "", "decider": "", "actions": "", "row_version": 1}
    assert clerk.post(at, data=emptied).status_code == 303
    assert "24小时" not in page(clerk, draft).get_text()


def test_a_level_without_a_limit_is_refused_with_what_was_typed(clerk, draft):
    answer = clerk.post(f"/plans/{draft.id}/parts/levels/1", data={"actions": "全镇动员"})
    assert answer.status_code == 422
    assert "请写明这一级的启动条件" in answer.text
    assert "全镇动员" in answer.text


def test_classified_marks_are_refused(clerk, draft):
    answer = clerk.post(f"/plans/{draft.id}/parts/levels/1", data={"trigger": "机密★1年"})
    assert answer.status_code == 422


def test_a_member_is_chosen_from_the_contact_book(clerk, draft, county, make_post):
    post = make_post(county.town)
    choice = clerk.page(f"/plans/{draft.id}/parts/members/new", query_string={"words": "赵"})
    assert "赵大山" in choice.get_text()
    sent = {"post": post.id, "role": "commander"}
    assert clerk.post(f"/plans/{draft.id}/parts/members/new", data=sent).status_code == 303
    shown = row(page(clerk, draft), "members")
    assert "指挥长 赵大山 镇长 白岩镇 13800000001" in shown
    assert "2026-04-01核对" in shown


def test_the_number_is_hidden_from_those_who_only_read(as_role, county, clerk, draft, make_post):
    sent = {"post": make_post(county.town).id, "role": "commander"}
    clerk.post(f"/plans/{draft.id}/parts/members/new", data=sent)
    shown = row(page(as_role("leader"), draft), "members")
    assert "138****0001" in shown


def test_an_organisation_above_can_be_named_with_its_duty_phone(clerk, draft, county):
    at = f"/plans/{draft.id}/parts/members/new"
    assert "县教育局" in clerk.page(at, query_string={"words": "教育"}).get_text()
    sent = {"org": county.bureau.id, "role": "member", "duty": "学校转移"}
    assert clerk.post(at, data=sent).status_code == 303
    assert "县教育局" in row(page(clerk, draft), "members")


def test_a_foreign_organisation_cannot_be_named(clerk, draft, county):
    sent = {"org": county.other_county.id, "role": "member"}
    assert clerk.post(f"/plans/{draft.id}/parts/members/new", data=sent).status_code == 404


def test_somebody_else_is_typed(clerk, draft):
    at = f"/plans/{draft.id}/parts/members/new"
    refused = clerk.post(at, data={"role": "rescue", "name": "钱二"})
    assert refused.status_code == 422
    assert "钱二" in refused.text
    sent = {"role": "rescue", "org_name": "蓝天救援队", "name": "钱二", "phone": "13900000002"}
    assert clerk.post(at, data=sent).status_code == 303
    assert "不在通讯录中" in row(page(clerk, draft), "members")


@pytest.mark.parametrize(
    ("verified_on", "said"),
    [
        (date(2025, 11, 1), "超过6个月未核对"),
        (date(2025, 5, 1), "超过12个月未核对"),
        (None, "12个月"),
    ],
)
def test_a_contact_that_was_not_verified_is_shown_as_stale(
    clerk, draft, county, make_post, keep, verified_on, said
):
    post = make_post(county.town, verified_on=verified_on)
    keep(member_of(draft, post))
    assert said in row(page(clerk, draft), "members")


def member_of(plan, post, **columns):
    return PlanMember(
        version_id=plan.versions[0].id,
        position=1,
        role="commander",
        post_id=post.id,
        org_id=post.org_id,
        org_name="旧名",
        **columns,
    )


def end(app, post, on):
    with app.app_context(), unit_of_work():
        db.session.get(Post, post.id).to_on = on


def test_a_successor_takes_the_place_and_a_vacant_post_shows(app, draft, county, make_post, keep):
    post = make_post(county.town)
    keep(member_of(draft, post))
    end(app, post, date(2026, 5, 1))
    (member,) = parts_now(app, draft).members
    assert (member.name, member.standing, member.before) == ("", "vacant", "赵大山")
    make_post(county.town, "孙新任", phone="13800000009", from_on=date(2026, 5, 1))
    (member,) = parts_now(app, draft).members
    assert (member.name, member.phone) == ("孙新任", "13800000009")
    assert (member.standing, member.before) == ("changed", "赵大山")


def issue(app, plan):
    with app.app_context(), unit_of_work():
        held = db.session.get(Plan, plan.id)
        issue_version(
            plan=held,
            number="白府发〔2026〕1号",
            issued_on=TODAY,
            review_on=None,
            actor=ACTOR,
            now=NOW,
            today=TODAY,
        )


def test_an_issued_version_says_what_it_said_and_who_it_is_today(
    app, clerk, draft, county, make_post, keep
):
    post = make_post(county.town)
    keep(member_of(draft, post))
    issue(app, draft)
    end(app, post, date(2026, 5, 12))
    make_post(county.town, "孙新任", phone="13800000009", from_on=date(2026, 5, 12))
    (member,) = parts_now(app, draft).members
    assert (member.org_name, member.name, member.phone) == ("白岩镇", "赵大山", "13800000001")
    assert (member.standing, member.now, member.now_phone) == ("changed", "孙新任", "13800000009")
    assert "现为孙新任" in row(page(clerk, draft), "members")


def test_a_revision_takes_the_parts_along_with_todays_contacts(app, draft, county, make_post, keep):
    post = make_post(county.town)
    keep(member_of(draft, post), route_of(draft))
    issue(app, draft)
    end(app, post, date(2026, 5, 12))
    make_post(county.town, "孙新任", from_on=date(2026, 5, 12))
    with app.app_context(), unit_of_work():
        start_revision(plan=db.session.get(Plan, draft.id), reason="x", actor=ACTOR, now=NOW)
    parts = parts_now(app, draft)
    assert parts.members[0].name == "孙新任"
    assert parts.routes[0].name == "后山路线"


def route_of(plan):
    return PlanRoute(
        version_id=plan.versions[0].id,
        position=1,
        name="后山路线",
        start="后山",
        destination="文化站",
        points="",
    )


def test_a_locked_draft_is_not_changed(app, clerk, draft):
    with app.app_context(), unit_of_work():
        db.session.get(PlanVersion, draft.versions[0].id).locked_at = NOW
    answer = clerk.post(f"/plans/{draft.id}/parts/levels/1", data={"trigger": "红色预警"})
    assert answer.status_code == 422
    assert "草稿正在审签" in answer.text
    assert page(clerk, draft).select("#levels a[href*=levels]") == []


def test_resources_above_are_offered_without_the_number_of_a_person(clerk, draft, county, keep):
    own = keep(team(county.town, "镇抢险队"))
    above = keep(team(county.county, "县抢险队"))
    keep(team(county.other_county, "外县抢险队"))
    at = f"/plans/{draft.id}/parts/resources/new"
    offered = [tr.get_text(" ", strip=True) for tr in clerk.page(at).select("tbody tr")]
    assert len(offered) == 2
    assert offered[0].startswith("镇抢险队")
    assert "13700000000" in offered[0]
    assert "13700000000" not in offered[1]
    for each in (own, above):
        sent = {"noun": "team", "resource": each.id, "use": "道路抢通"}
        assert clerk.post(at, data=sent).status_code == 303
    assert clerk.post(at, data={"noun": "team", "resource": own.id}).status_code == 422
    assert "镇抢险队 白岩镇 20 人" in row(page(clerk, draft), "resources")


def team(org, name):
    return RescueTeam(
        org_id=org.id,
        name=name,
        kind="flood",
        members=20,
        contact_name="李队长",
        contact_phone="13700000000",
        created_at=NOW,
    )


def test_a_route_is_drawn_measured_and_shown_on_the_map(clerk, draft, county, keep):
    shelter = keep(
        Shelter(
            org_id=county.town.id,
            name="镇文化站",
            kind="indoor",
            place="indoor",
            capacity=30,
            created_at=NOW,
        )
    )
    sent = {
        "start": "中心小学后山",
        "shelter": shelter.id,
        "people": "43",
        "minutes": "15",
        "points": "学校后门 113.900000,26.900000\n113.910000,26.900000",
        "shift": "wgs84",
    }
    assert clerk.post(f"/plans/{draft.id}/parts/routes/new", data=sent).status_code == 303
    shown = row(page(clerk, draft), "routes")
    assert "中心小学后山 → 镇文化站 只能容纳30人 43 15 993米 学校后门" in shown
    (feature,) = clerk.get(f"/plans/{draft.id}/routes.geojson").get_json(force=True)["features"]
    assert feature["geometry"]["coordinates"] == [[113.9, 26.9], [113.91, 26.9]]


def test_a_route_by_names_alone_has_no_length(clerk, draft):
    sent = {"start": "上屋组", "destination": "村部", "points": "水井\n石桥"}
    assert clerk.post(f"/plans/{draft.id}/parts/routes/new", data=sent).status_code == 303
    assert "水井 → 石桥" in row(page(clerk, draft), "routes")


def test_a_route_with_a_wrong_point_names_the_line(clerk, draft):
    sent = {"start": "上屋组", "destination": "村部", "points": "水井\n石桥 213.9,26.9"}
    answer = clerk.post(f"/plans/{draft.id}/parts/routes/new", data=sent)
    assert answer.status_code == 422
    assert "第2行" in answer.text
    assert "石桥 213.9,26.9" in answer.text


def test_parts_are_moved_up_and_taken_out(clerk, draft, keep):
    members = [
        PlanMember(version_id=draft.versions[0].id, position=n, role="member", org_name=name)
        for n, name in enumerate(("甲站", "乙站"), 1)
    ]
    keep(*members)
    base = f"/plans/{draft.id}/parts/members"
    assert clerk.post(f"{base}/{members[1].id}/up").status_code == 303
    assert "乙站" in row(page(clerk, draft), "members")
    assert clerk.post(f"{base}/{members[1].id}/remove").status_code == 303
    assert "甲站" in row(page(clerk, draft), "members")


def test_papers_named_as_annexes_are_listed_and_are_not_the_text(app, clerk, draft):
    with app.app_context():
        paper = db.session.get(PlanVersion, draft.versions[0].id).files[0]
    sent = {f"annex_{paper.id}": "风险点一览表"}
    assert clerk.post(f"/plans/{draft.id}/parts/annexes", data=sent).status_code == 303
    assert "附件1 风险点一览表" in page(clerk, draft).select_one("#annexes li").get_text(
        " ", strip=True
    ).replace("\u3000", " ")


def test_annexes_are_put_in_their_order_and_a_revision_keeps_it(app, clerk, draft, keep):
    with app.app_context(), unit_of_work():
        version = db.session.get(PlanVersion, draft.versions[0].id)
        first = version.files[0]
        version.files.append(PlanFile(file_id=first.file_id))
        db.session.flush()
        second = version.files[1]
        titles = {f"annex_{first.id}": "通讯录", f"annex_{second.id}": "风险图"}
        ids = (first.id, second.id)
    base = f"/plans/{draft.id}/parts/annexes"
    clerk.post(base, data=titles)
    shown = page(clerk, draft).select_one("#annexes")
    assert [a.text for a in shown.select("li a")] == ["通讯录", "风险图"]
    assert [b.text for b in shown.select("li button")] == ["下移", "上移"]
    assert clerk.post(f"{base}/{ids[1]}/up").status_code == 303
    assert clerk.post(f"{base}/{ids[1]}/up").status_code == 303  # at the end nothing changes
    assert clerk.post(f"{base}/999999/up").status_code == 404
    shown = page(clerk, draft).select_one("#annexes")
    assert [a.text for a in shown.select("li a")] == ["风险图", "通讯录"]


def test_the_page_takes_a_fixed_number_of_queries(
    clerk, draft, county, make_post, keep, count_queries
):
    def measure():
        with count_queries() as seen:
            page(clerk, draft)
        return len(seen)

    posts = [make_post(county.town, f"人{n}", kind="staff") for n in range(2)]
    keep(*(member_of(draft, post) for post in posts), route_of(draft))
    measure()  # what a process reads once is read before it counts
    few = measure()
    more = [make_post(county.village, f"多{n}", kind="staff") for n in range(6)]
    keep(*(member_of(draft, post) for post in more))
    assert measure() == few


def test_the_page_reads_in_english(as_role, county, draft, keep):
    keep(route_of(draft))
    shown = page(as_role("town_staff", county.town, "en"), draft).get_text(" ", strip=True)
    assert "Evacuation routes 1" in shown
