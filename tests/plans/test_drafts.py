import io

import pytest
from sqlalchemy import select

from drillreg.audit.models import AuditRow
from drillreg.files.models import StoredFile
from drillreg.plans.models import Plan, PlanFile, PlanVersion
from drillreg.plans.rules import Secrecy, VersionState

PDF = b"%PDF-1.7\n%demo\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64


def upload(*names, data=PDF):
    return [(io.BytesIO(data), name) for name in names]


@pytest.fixture
def entry():
    """What a clerk types for the town's landslide plan."""
    return {
        "kind": "special",
        "event_type": "geological",
        "title": "",
        "title_en": "Baiyan landslide plan",
        "parent": "",
        "secrecy": "public",
    }


def send(browser, address, **fields):
    return browser.post(address, data=fields, content_type="multipart/form-data")


def test_registering_makes_a_draft_with_its_papers(as_role, county, entry, reading):
    town = as_role("town_staff", county.town)
    form = town.page("/plans/new?event_type=geological")
    assert form.find(id="f-title")["value"] == "白岩镇地质灾害应急预案"
    assert [radio["value"] for radio in form.find_all("input", {"name": "kind"})] == [
        "overall",
        "special",
        "joint",
        "event",
        "handbook",
        "action",
    ]
    response = send(town, "/plans/new", **entry, papers=upload("正文.pdf", "附件.docx.pdf"))
    assert response.status_code == 303
    plan = reading.scalar(select(Plan))
    assert response.location == f"/plans/{plan.id}"
    assert (plan.title, plan.org_id, plan.draft.number) == (
        "白岩镇地质灾害应急预案",
        county.town.id,
        1,
    )
    assert [paper.file.name for paper in plan.draft.papers] == ["正文.pdf", "附件.docx.pdf"]
    assert reading.scalars(
        select(AuditRow.action).where(AuditRow.subject_kind == "plan")
    ).all() == [
        "plan-registered",
        "plan-paper-added",
        "plan-paper-added",
    ]
    page = town.page(response.location)
    assert "已登记" in page.main.text
    assert "Baiyan" not in page.h1.text


def test_old_word_and_wps_files_are_taken(as_role, county, entry, reading):
    town = as_role("town_staff", county.town)
    send(town, "/plans/new", **entry, papers=upload("a.doc", "b.wps", data=OLE))
    assert len(reading.scalars(select(PlanFile)).all()) == 2


@pytest.mark.parametrize("name", ["a.xls", "a.exe", "a.msi"])
def test_other_files_are_refused_and_nothing_is_kept(as_role, county, entry, reading, name):
    town = as_role("town_staff", county.town)
    response = send(town, "/plans/new", **entry, papers=upload(name, data=OLE))
    assert response.status_code == 422
    assert reading.scalar(select(Plan)) is None
    assert reading.scalar(select(StoredFile)) is None


def test_a_renamed_program_is_not_a_pdf(as_role, county, entry, reading):
    town = as_role("town_staff", county.town)
    response = send(town, "/plans/new", **entry, papers=upload("a.pdf", data=b"MZ\x90\0"))
    assert response.status_code == 422
    assert reading.scalar(select(Plan)) is None


@pytest.mark.parametrize("change", [{"secrecy": "classified"}, {"title": "机密★长期 防空袭预案"}])
def test_a_state_secret_never_enters(as_role, county, entry, reading, change):
    town = as_role("town_staff", county.town)
    response = send(town, "/plans/new", **{**entry, **change}, papers=upload("a.pdf"))
    assert response.status_code == 422
    assert "国家秘密不得录入本系统" in response.text
    assert "简本" in response.text
    assert reading.scalar(select(Plan)) is None
    assert reading.scalar(select(StoredFile)) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "village"}, "kind"),
        ({"kind": "overall"}, "event_type"),
        ({"event_type": "war"}, "event_type"),
        ({"secrecy": ""}, "secrecy"),
        ({"parent": "999"}, "parent"),
        ({"title_en": "x" * 201}, "title_en"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(as_role, county, entry, reading, change, field):
    town = as_role("town_staff", county.town)
    response = send(town, "/plans/new", **{**entry, **change})
    assert response.status_code == 422
    assert f'href="#f-{field}"' in response.text
    assert "Baiyan" in response.text or "xxx" in response.text
    assert reading.scalar(select(Plan)) is None


def test_registering_twice_leads_to_the_first(as_role, county, entry, reading):
    town = as_role("town_staff", county.town)
    send(town, "/plans/new", **entry)
    again = send(town, "/plans/new", **entry)
    assert again.status_code == 422
    assert "已登记《白岩镇地质灾害应急预案》" in again.text
    assert len(reading.scalars(select(Plan)).all()) == 1


def test_one_registers_for_those_one_looks_after_and_nobody_else(as_role, county, entry):
    town = as_role("town_staff", county.town)
    page = town.page("/plans/new/where")
    assert [cell.a.text for cell in page.select("td.two")] == [
        "白岩镇",
        "岭下村",
        "白岩镇中心小学",
    ]
    assert send(town, f"/plans/new?org={county.other_town.id}", **entry).status_code == 404
    bureau = as_role("dept_staff", county.bureau)
    assert send(bureau, f"/plans/new?org={county.school.id}", **entry).status_code == 403
    assert as_role("leader", county.town).get("/plans/new").status_code == 403


def test_plans_above_are_offered_as_parents_when_public_or_in_scope(as_role, county, make_plan):
    make_plan(county.county, title="县公开预案")
    make_plan(county.county, "flood", title="县内部预案", secrecy=Secrecy.INTERNAL)
    make_plan(county.other_town, title="竹源镇预案")
    make_plan(county.town, "general", title="镇总体预案", secrecy=Secrecy.INTERNAL)
    page = as_role("town_staff", county.town).page("/plans/new")
    offered = [option.text for option in page.find(id="f-parent").find_all("option")]
    assert offered == ["（无）", "县公开预案（青岭县）", "镇总体预案（白岩镇）"]


def test_the_higher_plan_for_the_same_event_is_proposed(as_role, county, make_plan):
    make_plan(county.county, "flood", title="县防汛预案")
    above = make_plan(county.county, title="县地灾预案")
    page = as_role("town_staff", county.town).page("/plans/new?event_type=geological")
    assert page.find(id="f-parent").find("option", selected=True)["value"] == str(above.id)


def test_a_parent_that_one_may_not_see_stays_and_stays_unnamed(
    as_role, county, entry, make_plan, reading
):
    above = make_plan(county.county, title="县内部预案", secrecy=Secrecy.INTERNAL)
    plan = make_plan(county.town, issued_on=None, parent=above)
    town = as_role("town_staff", county.town)
    page = town.page(f"/plans/{plan.id}/edit")
    chosen = page.find(id="f-parent").find("option", selected=True)
    assert chosen.text == "上级的内部预案"
    fields = {**entry, "parent": chosen["value"], "row_version": plan.row_version}
    assert send(town, f"/plans/{plan.id}/edit", **fields).status_code == 303
    assert reading.get(Plan, plan.id).parent_plan_id == above.id


def test_an_entry_is_corrected_and_the_change_is_on_the_record(
    as_role, county, entry, make_plan, reading
):
    plan = make_plan(county.town, issued_on=None)
    town = as_role("town_staff", county.town)
    fields = {**entry, "title": "新名称", "row_version": plan.row_version}
    assert send(town, f"/plans/{plan.id}/edit", **fields).status_code == 303
    assert reading.get(Plan, plan.id).title == "新名称"
    assert "更正登记" in town.page(f"/plans/{plan.id}").text


def test_two_who_edit_at_once_see_both_texts(as_role, county, entry, make_plan, reading):
    plan = make_plan(county.town, issued_on=None)
    first, second = as_role("town_staff", county.town), as_role("county_staff")
    version = {"row_version": plan.row_version}
    send(first, f"/plans/{plan.id}/edit", **{**entry, "title": "甲的名称"}, **version)
    late = send(second, f"/plans/{plan.id}/edit", **{**entry, "title": "乙的名称"}, **version)
    assert late.status_code == 409
    assert "甲的名称" in late.text
    assert "乙的名称" in late.text
    assert reading.get(Plan, plan.id).title == "甲的名称"


def test_kind_event_and_title_stay_once_issued(as_role, county, entry, make_plan, reading):
    plan = make_plan(county.town, title="白岩镇预案")
    town = as_role("town_staff", county.town)
    page = town.page(f"/plans/{plan.id}/edit")
    assert page.find(id="f-title") is None
    fields = {**entry, "title": "别的", "event_type": "fire", "secrecy": "internal"}
    send(town, f"/plans/{plan.id}/edit", **fields, row_version=plan.row_version)
    kept = reading.get(Plan, plan.id)
    assert (kept.title, kept.event_type, kept.secrecy) == (
        "白岩镇预案",
        "geological",
        Secrecy.INTERNAL,
    )


def test_a_paper_of_the_draft_is_struck_out_with_a_reason(as_role, county, make_plan, reading):
    plan = make_plan(county.town, issued_on=None, papers=2)
    town = as_role("town_staff", county.town)
    wrong = reading.scalars(select(PlanFile.id).order_by(PlanFile.id)).first()
    reading.rollback()
    address = town.page(f"/plans/{plan.id}/papers").select_one(".dr-list li a.ms-2")["href"]
    assert address == f"/plans/{plan.id}/papers/{wrong}/void"
    assert town.post(address, data={"reason": ""}).status_code == 422
    assert town.post(address, data={"reason": "传错了"}).status_code == 303
    page = town.page(f"/plans/{plan.id}/papers")
    assert page.s.text == "正文0.pdf"
    assert "传错了" in page.text
    assert town.get(f"/plans/{plan.id}/files/{wrong}").status_code == 404


def test_a_paper_of_an_issued_version_stays(as_role, county, make_plan, app, reading):
    plan = make_plan(county.town, issued_on=None)
    paper_id = reading.scalar(select(PlanFile.id))
    reading.rollback()
    town = as_role("town_staff", county.town)
    issue = {"number": "白府发〔2026〕12号", "issued_on": "2026-05-12", "papers": str(paper_id)}
    issued = town.post(f"/plans/{plan.id}/issue", data={**issue, "row_version": "1"})
    assert issued.status_code == 303
    refused = town.post(f"/plans/{plan.id}/papers/{paper_id}/void", data={"reason": "x"})
    assert refused.status_code == 422


def test_papers_are_handed_out_within_the_scope_only(as_role, county, entry):
    town = as_role("town_staff", county.town)
    plan = send(town, "/plans/new", **entry, papers=upload("正文.pdf")).location
    address = town.page(plan).find("a", string="正文.pdf")["href"]
    assert address.startswith(f"{plan}/files/")
    with as_role("county_staff").get(address) as answer:
        assert (answer.status_code, answer.data) == (200, PDF)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert as_role("town_staff", county.other_town).get(address).status_code == 404
    assert as_role("county_staff", county.other_county).get(address).status_code == 404


def test_a_paper_is_not_found_under_another_plan(as_role, county, make_plan, reading):
    make_plan(county.other_town, issued_on=None)
    mine = make_plan(county.town, title="自己的")
    foreign = reading.scalar(select(PlanFile.id))
    reading.rollback()
    town = as_role("town_staff", county.town)
    assert town.get(f"/plans/{mine.id}/files/{foreign}").status_code == 404


def test_a_revision_opens_one_draft_and_leaves_the_present_version(
    as_role, county, make_plan, reading
):
    plan = make_plan(county.town)
    town = as_role("town_staff", county.town)
    assert town.post(f"/plans/{plan.id}/revise", data={"reason": "演练发现"}).status_code == 303
    kept = reading.get(Plan, plan.id)
    assert (kept.current.number, kept.draft.number, kept.draft.summary) == (1, 2, "演练发现")
    reading.rollback()
    again = town.post(f"/plans/{plan.id}/revise", data={"reason": "再来"})
    assert again.status_code == 422
    assert "已有草稿" in again.text


def test_a_draft_given_up_leaves_the_version_in_force(as_role, county, make_plan, reading):
    plan = make_plan(county.town, draft=True)
    town = as_role("town_staff", county.town)
    assert town.post(f"/plans/{plan.id}/withdraw", data={"reason": "不改了"}).status_code == 303
    states = [version.state for version in reading.get(Plan, plan.id).versions]
    assert states == [VersionState.WITHDRAWN, VersionState.CURRENT]


def test_a_first_draft_given_up_strikes_the_entry_out(as_role, county, make_plan, entry, reading):
    plan = make_plan(county.town, issued_on=None, title="白岩镇地质灾害应急预案")
    town = as_role("town_staff", county.town)
    town.post(f"/plans/{plan.id}/withdraw", data={"reason": "登记错了"})
    assert "已作废" in town.page(f"/plans/{plan.id}").h1.parent.text
    assert town.page("/plans/").select("tbody tr") == []
    assert send(town, f"/plans/{plan.id}/papers", papers=upload("a.pdf")).status_code == 422
    assert send(town, "/plans/new", **entry).status_code == 303
    assert len(reading.scalars(select(PlanVersion)).all()) == 2
