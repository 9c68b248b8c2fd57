"""Finding plans by the words of their text."""

from datetime import date

import pytest
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.core.paging import encode_cursor
from drillreg.fulltext.operations import Part, bring_up_to_date
from drillreg.plans.finding import WINDOW
from drillreg.plans.indexing import index_plan, sweep_index
from drillreg.plans.models import Plan, PlanSection, PlanVersion
from drillreg.plans.rules import Secrecy, VersionState
from tests.plans.conftest import WRITTEN


@pytest.fixture
def write(app, keep):
    """Write a section of a version of a plan (the current one, or the draft) and index it."""

    def section(plan, heading, body, state=VersionState.CURRENT):
        with app.app_context(), unit_of_work():
            version = db.session.scalars(
                select(PlanVersion).where(
                    PlanVersion.plan_id == plan.id, PlanVersion.state == state
                )
            ).one()
            kept = PlanSection(
                version_id=version.id,
                key=heading,
                position=1,
                heading=heading,
                body=body,
                edited_at=WRITTEN,
            )
            db.session.add(kept)
            index_plan(db.session.get_one(Plan, plan.id), now=WRITTEN)

    return section


def hits(browser, address):
    page = browser.page(f"/plans/search?{address}")
    return [item.h2.a.get_text() for item in page.select(".dr-hits > li")], page


def test_a_word_of_a_section_leads_to_its_plan_with_the_word_marked(
    as_role, county, make_plan, write
):
    plan = make_plan(county.town, title="白岩镇防汛预案")
    write(plan, "预警信息", "发生**滑坡**险情时，村民组长鸣锣。| 滑坡 | 鸣锣 |")
    make_plan(county.town, "fire", title="白岩镇火灾预案")
    titles, page = hits(as_role("town_staff", county.town), "q=滑坡")
    assert titles == ["白岩镇防汛预案"]
    hit = page.select_one(".dr-hits > li")
    assert "预警信息" in hit.text
    assert {mark.text for mark in hit.select("mark")} == {"滑坡"}
    assert "**" not in hit.text
    assert hit.h2.a["href"] == f"/plans/{plan.id}"
    place = hit.find("a", string="预警信息")["href"]
    address, anchor = place.split("#")
    assert address == f"/plans/{plan.id}/versions/1/text"
    read = as_role("town_staff", county.town, username="reader").page(address)
    assert read.find(id=anchor).text == "一、预警信息"


def test_a_title_comes_before_a_section_and_all_words_must_stand_in_the_plan(
    as_role, county, make_plan, write
):
    town = county.town
    write(make_plan(town, "flood", title="甲预案"), "一", "滑坡" * 9 + "，设转移路线")
    write(make_plan(town, "fire", title="滑坡预案"), "二", "无")
    write(make_plan(town, "general", title="丙预案"), "三", "转移")
    browser = as_role("town_staff", town)
    assert hits(browser, "q=滑坡")[0] == ["滑坡预案", "甲预案"]
    assert hits(browser, "q=滑坡+转移")[0] == ["甲预案"]
    titles, page = hits(browser, "q=没有这样的")
    assert titles == []
    assert "没有预案含有这些词" in page.main.text


def test_text_is_shown_safely(as_role, county, make_plan, write):
    write(make_plan(county.town), "<b>险情</b>", "<script>alert(1)</script>险情")
    response = as_role("town_staff", county.town).get("/plans/search?q=险情")
    assert "<script>alert" not in response.text
    assert "&lt;b&gt;<mark>险情</mark>" in response.text


def test_nobody_finds_what_lies_out_of_reach(as_role, county, make_plan, write):
    write(make_plan(county.other_town, title="竹源镇预案"), "一", "滑坡")
    write(make_plan(county.town, title="内部预案", secrecy=Secrecy.INTERNAL), "一", "滑坡")
    assert hits(as_role("town_staff", county.town), "q=滑坡")[0] == ["内部预案"]
    assert len(hits(as_role("county_staff"), "q=滑坡")[0]) == 2
    assert hits(as_role("unit_liaison", county.school), "q=滑坡")[0] == []


def test_a_draft_is_searched_by_those_who_edit_it_alone(as_role, county, make_plan, write):
    plan = make_plan(county.town, draft=True)
    write(plan, "草案", "滑坡", VersionState.DRAFT)
    titles, page = hits(as_role("town_staff", county.town), "q=滑坡")
    assert len(titles) == 1
    assert "草稿" in page.select_one(".dr-hits").text
    assert hits(as_role("leader"), "q=滑坡")[0] == []


def test_what_others_have_written_does_not_hide_the_readers_own(app, as_role, county, make_plan):
    make_plan(county.town, title="应急预案")
    with app.app_context(), unit_of_work():
        sweep = [Part("section", 1, 1, [("", "应急")], edition=1)]
        for number in range(WINDOW + 5):  # of records that nobody reaches
            bring_up_to_date("plan", 10_000 + number, sweep, now=WRITTEN)
    with app.app_context():
        sweep_index(WRITTEN)
    browser = as_role("town_staff", county.town)
    assert hits(browser, "q=应急")[0] == ["应急预案"]
    assert hits(browser, "q=应急+预案")[0] == ["应急预案"]


def test_a_plan_is_found_once_by_the_newest_text_the_reader_may_see(
    as_role, county, make_plan, write
):
    plan = make_plan(county.town, title="镇防汛预案")
    draft = make_plan(county.town, "fire", title="镇火灾预案", draft=True)
    write(plan, "现行", "滑坡" * 9)
    write(draft, "草案", "无")
    browser = as_role("town_staff", county.town)
    assert hits(browser, "q=预案")[0] == ["镇火灾预案", "镇防汛预案"]
    assert hits(browser, "q=预案+滑坡险情")[0] == []
    assert hits(as_role("leader"), "q=火灾")[0] == ["镇火灾预案"]


def test_a_cursor_of_somebody_else_is_refused_in_words(as_role, county):
    browser = as_role("town_staff", county.town)
    for values in (["a", 1], [1]):
        assert browser.get(f"/plans/search?q=滑坡&after={encode_cursor(values)}").status_code == 422


def test_an_older_version_is_searched_only_when_asked_for(app, as_role, county, make_plan, write):
    plan = make_plan(county.town)
    write(plan, "旧", "滑坡")
    with app.app_context(), unit_of_work():
        old = db.session.scalars(select(PlanVersion)).one()
        old.state = VersionState.SUPERSEDED
        db.session.flush()
        db.session.add(
            PlanVersion(
                plan_id=plan.id,
                number=2,
                state=VersionState.CURRENT,
                issued_on=date(2026, 5, 1),
                created_at=WRITTEN,
            )
        )
    browser = as_role("town_staff", county.town)
    assert hits(browser, "q=滑坡")[0] == []
    titles, page = hits(browser, "q=滑坡&older=1")
    assert len(titles) == 1
    assert "旧版" in page.select_one(".dr-hits").text


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        ("level=town", 1),
        ("level=village", 1),
        ("event_type=flood", 1),
        ("state=draft", 0),
        ("issued_from=2026-01-01", 1),
        ("issued_until=2025-12-31", 1),
        ("issued_from=nonsense", 2),
    ],
)
def test_hits_are_narrowed_like_the_register(as_role, county, make_plan, write, narrowed, count):
    write(make_plan(county.town, "flood"), "一", "滑坡")
    write(make_plan(county.village, kind="village", issued_on=date(2025, 6, 1)), "一", "滑坡")
    browser = as_role("county_staff")
    assert len(hits(browser, f"q=滑坡&{narrowed}")[0]) == count
    assert len(browser.page(f"/plans/?{narrowed}").select("tbody td.two")) == count


def test_many_hits_are_paged_with_a_fixed_number_of_queries(
    app, as_role, county, make_plan, keep, count_queries
):
    browser = as_role("county_staff")

    def asked():
        with count_queries() as seen:
            titles, page = hits(browser, "q=滑坡")
        return len(titles), len(seen), page

    make_plan(county.town, title="滑坡预案")
    with app.app_context():
        sweep_index(WRITTEN)
    few = asked()
    for number in range(24):
        make_plan(county.town, title=f"滑坡预案{number}")
    with app.app_context():
        assert sweep_index(WRITTEN) == 24
    many = asked()
    assert (few[0], many[0]) == (1, 20)
    assert few[1] == many[1]
    following = many[2].select_one("a[rel=next]")["href"]
    assert len(browser.page(following).select(".dr-hits > li")) == 5
