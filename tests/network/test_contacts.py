"""The contact book and an organisation's own contacts, as people use them."""

from datetime import date
from io import BytesIO

from pypdf import PdfReader
from sqlalchemy import select

from drillreg.accounts.models import Account, Post
from drillreg.audit.models import AuditRow
from drillreg.core.db import db, unit_of_work
from drillreg.network.models import ContactCheck, Duty
from drillreg.network.queries.contacts import holder_on
from drillreg.orgs.models import Org

FORM = {
    "name": "李建国",
    "kind": "leader",
    "title": "镇长",
    "phone": "13900005678",
    "from_on": "2026-05-12",
    "verified": "1",
    "position": "0",
}


def acts(reading):
    return list(reading.scalars(select(AuditRow.action).order_by(AuditRow.id)))


def test_a_town_names_its_head_and_verifies_at_once(as_role, county, reading):
    town = as_role("town_staff", county.town)
    town.post(f"/orgs/{county.town.id}/contacts/new", data=FORM)
    post = reading.scalar(select(Post).where(Post.kind == "leader"))
    assert (post.person.name, post.verified_on) == ("李建国", date(2026, 5, 12))
    assert acts(reading)[-2:] == ["post-given", "contact-verified"]
    page = town.page(f"/orgs/{county.town.id}/contacts")
    assert page.find("a", href="tel:13900005678")


def test_a_post_of_one_holder_is_not_given_twice(as_role, county, make_post):
    make_post(county.town, "leader", "肖建中")
    town = as_role("town_staff", county.town)
    answer = town.post(f"/orgs/{county.town.id}/contacts/new", data=FORM)
    assert answer.status_code == 422
    assert "该岗位现由肖建中担任" in answer.text


def test_the_head_changes_and_papers_of_each_date_print_right(app, as_role, county, make_post):
    post_id = make_post(county.town, "leader", "肖建中")
    town = as_role("town_staff", county.town)
    town.post(f"/contacts/{post_id}/replace", data={**FORM, "from_on": "2026-05-10"})
    with app.app_context():
        org = app.extensions["sqlalchemy"].session.get(Org, county.town.id)
        names = [
            holder_on(org, "leader", day).person.name
            for day in (date(2026, 5, 9), date(2026, 5, 10))
        ]
    assert names == ["肖建中", "李建国"]
    earlier = town.page(f"/orgs/{county.town.id}/contacts?on=2026-05-09")
    assert "肖建中" in earlier.find("table").text
    assert "李建国" not in earlier.find("table").text


def test_a_successor_cannot_begin_before_the_one_followed(as_role, county, make_post, reading):
    post_id = make_post(county.town, "leader", "肖建中", from_on=date(2026, 3, 1))
    town = as_role("town_staff", county.town)
    answer = town.post(f"/contacts/{post_id}/replace", data={**FORM, "from_on": "2026-02-01"})
    assert answer.status_code == 422
    assert reading.scalar(select(Post.to_on).where(Post.id == post_id)) is None


def test_a_changed_number_is_not_verified_any_more(as_role, county, make_post, reading):
    post_id = make_post(county.town, verified_on=date(2026, 5, 1), verified_by="周敏")
    town = as_role("town_staff", county.town)
    data = {**FORM, "name": "王小红", "kind": "liaison", "verified": "", "row_version": "1"}
    town.post(f"/contacts/{post_id}/edit", data=data)
    assert reading.scalar(select(Post.verified_on).where(Post.id == post_id)) is None


def test_a_stale_edit_shows_both_texts(as_role, county, make_post):
    post_id = make_post(county.town)
    town = as_role("town_staff", county.town)
    data = {**FORM, "kind": "liaison", "row_version": "1"}
    town.post(f"/contacts/{post_id}/edit", data=data)
    answer = town.post(f"/contacts/{post_id}/edit", data={**data, "name": "别人"})
    assert answer.status_code == 409
    assert "别人" in answer.text


def test_nobody_renames_who_signs_with_the_name(
    app, as_role, county, make_post, make_account, reading
):
    """The leader of the county also has a post at a school, whose liaison keeps its contacts."""
    leader = make_account("leader", county.county, name="肖建中")
    post_id = make_post(county.school)
    with app.app_context(), unit_of_work():
        account = db.session.get_one(Account, leader)
        db.session.get_one(Post, post_id).person_id = account.person_id
    data = {**FORM, "kind": "liaison", "name": "别人", "row_version": "2"}
    keeper = as_role("unit_liaison", county.school)
    answer = keeper.post(f"/contacts/{post_id}/edit", data=data)
    assert answer.status_code == 422
    assert "姓名由本人在账号中更正" in answer.text
    assert reading.get_one(Account, leader).person.name == "肖建中"


def test_one_tap_verifies_and_all_of_an_organisation_at_once(
    as_role, county, make_post, call_duty_phone, reading
):
    post_id = make_post(county.school)
    make_post(county.school, "leader", "校长", phone=None)
    call_duty_phone(county.school, on=None)
    school = as_role("unit_liaison", county.school)
    school.post(f"/contacts/{post_id}/verify")
    assert reading.scalar(select(Post.verified_on).where(Post.id == post_id)) == date(2026, 5, 12)
    answer = school.post(f"/orgs/{county.school.id}/contacts/verify", follow_redirects=True)
    assert "已登记 2 个号码" in answer.text
    called = reading.scalars(select(ContactCheck.phone).order_by(ContactCheck.id)).all()
    assert called == ["13800001234", "13800001234", "0797-1234567"]


def test_the_duty_phone_is_changed_and_verified_in_one(as_role, county, reading):
    town = as_role("town_staff", county.town)
    address = f"/orgs/{county.town.id}/contacts/duty-phone"
    town.post(address, data={"duty_phone": "0797-7654321"})
    assert reading.scalar(select(Org.duty_phone).where(Org.id == county.town.id)) == "0797-7654321"
    refused = town.post(address, data={"duty_phone": "电话"})
    assert refused.status_code == 422
    assert "应为电话号码" in refused.text


def test_numbers_are_hidden_from_those_who_do_not_keep_them(as_role, county, make_post, reading):
    post_id = make_post(county.school)
    bureau = as_role("dept_staff", county.bureau)
    page = bureau.page(f"/orgs/{county.school.id}/contacts")
    assert "138****1234" in page.text
    assert "13800001234" not in page.text
    shown = bureau.post(f"/contacts/{post_id}/reveal")
    assert "13800001234" in shown.text
    assert acts(reading)[-1] == "contact-revealed"
    part = bureau.post(f"/contacts/{post_id}/reveal", headers={"HX-Request": "true"})
    assert "<html" not in part.text


def test_the_book_holds_ones_reach_and_is_narrowed(as_role, county, make_post):
    make_post(county.town, "leader", "肖建中", verified_on=date(2026, 5, 1))
    make_post(county.school, "liaison", "梁秀英")
    make_post(county.other_town, "leader", "何金水")
    make_post(county.other_county, "leader", "外县人")
    make_post(county.town, "staff", "离任者", to_on=date(2026, 5, 12))
    book = as_role("county_staff").page("/contacts")
    shown = [cell.b.text for cell in book.find_all("td", class_="two")]
    assert shown == ["肖建中", "梁秀英", "何金水"]
    town = as_role("town_staff", county.town)
    assert "何金水" not in town.page("/contacts").text
    for query, names in (
        ("post=leader", ["肖建中"]),
        ("kind=school", ["梁秀英"]),
        ("field=education", ["梁秀英"]),
        ("stale=1", ["梁秀英"]),
        ("q=秀英", ["梁秀英"]),
    ):
        page = town.page(f"/contacts?{query}")
        assert [cell.b.text for cell in page.find_all("td", class_="two")] == names, query


def test_the_book_takes_the_same_queries_however_long_it_is(
    as_role, county, make_post, count_queries
):
    clerk = as_role("county_staff")
    make_post(county.town)
    with count_queries() as few:
        clerk.page("/contacts")
    for number in range(12):
        make_post(county.other_town, "staff", f"某{number}")
    with count_queries() as many:
        clerk.page("/contacts")
    assert len(few) == len(many) <= 12


def test_what_the_old_holder_has_open_is_shown(as_role, county, make_post, keep):
    post_id = make_post(county.town, "leader", "肖建中")
    with_person = as_role("town_staff", county.town)
    keep(
        Duty(
            org_id=county.town.id,
            day=date(2026, 5, 20),
            position="lead",
            place=0,
            person_id=1,
            name="肖建中",
        )
    )
    page = with_person.page(f"/contacts/{post_id}/replace")
    assert "2026-05-20 值班" in page.text


def test_a_post_entered_by_mistake_is_struck_out_with_a_reason(as_role, county, make_post, reading):
    post_id = make_post(county.town)
    town = as_role("town_staff", county.town)
    bare = town.post(f"/contacts/{post_id}/end", data={"mistake": "1", "to_on": "2026-05-12"})
    assert bare.status_code == 422
    town.post(f"/contacts/{post_id}/end", data={"mistake": "1", "reason": "填错单位"})
    assert reading.scalar(select(Post.void_reason).where(Post.id == post_id)) == "填错单位"
    assert town.get(f"/contacts/{post_id}/edit").status_code == 404


def test_the_book_is_printed_with_numbers_as_far_as_one_may_see_them(as_role, county, make_post):
    make_post(county.school, "liaison", "梁秀英")

    def printed(browser):
        answer = browser.get("/contacts/print.pdf")
        assert answer.mimetype == "application/pdf"
        return "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)

    assert "13800001234" in printed(as_role("county_staff"))
    assert "138****1234" in printed(as_role("dept_staff", county.bureau))
