"""The network page: what is missing, counted and listed, the same by SQL and by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select

from drillreg.accounts.models import Person, Post
from drillreg.core.db import db, unit_of_work
from drillreg.network.models import ContactCheck
from drillreg.network.queries.gaps import GapFilter, all_gaps, gaps_count, matrix
from drillreg.network.rules import all_asked, asked_of, stale_before
from drillreg.network.sweeps import ask_to_verify
from drillreg.notices.models import Notice
from drillreg.orgs.models import Org, Oversight
from drillreg.orgs.scope import OrgScope, whole_installation
from tests.conftest import NOW

TODAY = date(2026, 5, 12)


@pytest.fixture
def complete(make_post, call_duty_phone):
    """Give an organisation everything that is asked of its kind, verified lately."""

    def make(org):
        for asked in all_asked():
            if asked.post and org.kind in asked.kinds:
                make_post(org, asked.post, f"{org.name}{asked.code}", verified_on=date(2026, 5, 1))
        call_duty_phone(org)

    return make


def lacking(page):
    rows = page.find(id="list").find("tbody")
    return {
        row.find("td").a.text: [tag.text for tag in row.find_all(class_="dr-tag")]
        for row in (rows.find_all("tr") if rows else ())
    }


def test_every_organisation_is_listed_with_what_it_lacks(
    as_role, county, complete, make_post, call_duty_phone
):
    complete(county.town)
    make_post(county.school, "leader", "校长", verified_on=date(2025, 10, 1))
    call_duty_phone(county.school, on=date(2026, 5, 1))
    page = as_role("town_staff", county.town).page("/network/")
    assert lacking(page) == {
        "岭下村": ["主要负责人", "应急联络员", "值班电话", "未核对"],
        "白岩镇中心小学": ["应急联络员", "未核对"],
    }


def test_a_verified_number_counts_six_months_and_only_for_that_number(
    app, as_role, county, complete, frozen, call_duty_phone
):
    complete(county.school)
    school = as_role("unit_liaison", county.school)
    assert lacking(school.page("/network/")) == {}
    call_duty_phone(county.school, phone="0797-9999999", on=None)
    assert lacking(school.page("/network/")) == {"白岩镇中心小学": ["未核对"]}
    call_duty_phone(county.school, phone="0797-1234567", on=None)
    assert lacking(school.page("/network/")) == {}
    with app.app_context():
        later = OrgScope(TODAY, frozenset({county.school.path}))
        assert gaps_count(GapFilter(), later, today=date(2026, 11, 2)) == 1


def test_counts_are_links_to_exactly_the_rows_behind_them(as_role, county, complete):
    complete(county.town)
    clerk = as_role("county_staff")
    for by in ("town", "department"):
        page = clerk.page(f"/network/?by={by}")
        links = page.find("table", class_="nw-matrix").find("tbody").find_all("a")
        assert links
        for link in links:
            listed = clerk.page(link["href"])
            count = listed.find(id="list").find(class_="sum").text.split()[1]
            assert count == link.text, link["href"]


def test_the_reminder_names_what_is_missing(as_role, county):
    page = as_role("town_staff", county.town).page("/network/")
    text = page.find(attrs={"data-copy": True, "class": "dr-linkbtn"}).get("data-copy")
    assert "岭下村：应急网络缺少主要负责人、应急联络员、值班电话、半年内核对" in text
    assert "2026年5月27日" in text


def test_the_export_holds_the_filtered_rows(as_role, county, tmp_path):
    answer = as_role("county_staff").get(f"/network/export.xlsx?within={county.town.id}")
    book = tmp_path / "gaps.xlsx"
    book.write_bytes(answer.data)
    rows = list(load_workbook(book).active.values)
    assert [row[0] for row in rows[1:]] == ["白岩镇", "岭下村", "白岩镇中心小学"]
    assert rows[1][3:] == ("缺", "缺", "缺", "缺", "缺")


def test_the_network_page_takes_the_same_queries_however_many_there_are(
    as_role, county, make_org, count_queries
):
    clerk = as_role("county_staff")
    with count_queries() as few:
        clerk.page("/network/")
    for number in range(15):
        make_org(f"学校{number}", "school", county.town)
    with count_queries() as many:
        clerk.page("/network/")
    assert len(few) == len(many) <= 14


def test_a_department_sees_its_units_and_nobody_elses(as_role, county):
    page = as_role("dept_staff", county.bureau).page("/network/")
    assert set(lacking(page)) == {"县教育局", "白岩镇中心小学"}


days = st.none() | st.integers(0, 400).map(lambda back: TODAY - timedelta(back))
held = st.lists(st.tuples(st.sampled_from(["leader", "liaison", "staff"]), days), max_size=4)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(posts=held, phone=st.booleans(), called=days, over=st.booleans())
def test_sql_and_plain_python_agree_on_what_is_missing(app, county, posts, phone, called, over):
    org_id = county.school.id
    with app.app_context():
        with unit_of_work():
            for model in (ContactCheck, Post, Person):
                for row in db.session.scalars(select(model)):
                    db.session.delete(row)
                db.session.flush()
            db.session.get(Org, org_id).duty_phone = "0797-1" if phone else None
            for number, (kind, verified_on) in enumerate(posts):
                person = Person(name=f"某{number}")
                db.session.add(person)
                db.session.flush()
                db.session.add(
                    Post(
                        person_id=person.id,
                        org_id=org_id,
                        kind=kind,
                        title="职务",
                        from_on=date(2020, 1, 1),
                        to_on=TODAY if over and number == 0 else None,
                        verified_on=verified_on,
                    )
                )
            if called:
                db.session.add(
                    ContactCheck(
                        org_id=org_id,
                        phone="0797-1",
                        checked_on=called,
                        checked_by="",
                        recorded_at=NOW,
                    )
                )
        found = all_gaps(GapFilter(kind="school"), whole_installation(TODAY), today=TODAY)
        missing = set(found[0].missing) if found else set()
        lines = matrix(whole_installation(TODAY), today=TODAY)
    now = [post for number, post in enumerate(posts) if not (over and number == 0)]
    assert missing == by_hand(now, phone, called)
    assert sum(line.total for line in lines) == 7


def by_hand(posts, phone, called):
    """Say what a school lacks, read once more from the rule."""
    first = stale_before(TODAY)
    fresh_phone = phone and called is not None and called >= first
    needed = [(kind, on) for kind, on in posts if kind in asked_of("school")]
    missing = {kind for kind in ("leader", "liaison") if kind not in dict(posts)}
    if not phone:
        missing.add("duty-phone")
    fresh = [on is not None and on >= first for _, on in needed]
    if not all(fresh) or (phone and not fresh_phone) or not (any(fresh) or fresh_phone):
        missing.add("verified")
    return missing


def test_keepers_are_asked_once_a_round_the_nearest_first(
    app, county, make_account, make_post, frozen, reading
):
    clerk = make_account("county_staff", county.county)
    liaison = make_account("unit_liaison", county.school)
    make_post(county.town, verified_on=date(2026, 3, 1))
    with app.app_context():
        assert ask_to_verify(NOW) == 2
        assert ask_to_verify(NOW) == 0
    told = {n.account_id: n for n in reading.scalars(select(Notice))}
    assert told[liaison].params == {"count": 1}
    assert told[liaison].url == f"/orgs/{county.school.id}/contacts"
    # County, other town, village, bureau; the town was verified in this round.
    assert told[clerk].params == {"count": 4}
    with app.app_context():
        assert ask_to_verify(NOW.replace(month=7)) == 2


def test_oversight_that_ended_counts_no_more(app, county, keep):
    keep(
        Oversight(
            overseer_id=county.bureau.id,
            org_id=county.village.id,
            field="education",
            from_on=date(2020, 1, 1),
            to_on=date(2026, 1, 1),
        )
    )
    with app.app_context():
        lines = matrix(whole_installation(TODAY), today=TODAY, by="department")
    assert {line.name: line.total for line in lines} == {"": 5, "县教育局": 2}


def test_who_was_asked_to_verify_has_it_as_a_to_do_until_it_is_done(app, as_role, county, complete):
    school = as_role("unit_liaison", county.school)
    address = f"/orgs/{county.school.id}/contacts"
    assert school.page("/").find("a", href=address) is None
    with app.app_context():
        ask_to_verify(NOW)
    assert "补齐并核对本单位通讯录" in school.page("/").find("a", href=address).text
    complete(county.school)
    assert school.page("/").find("a", href=address) is None
