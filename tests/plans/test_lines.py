"""The line that stands for a classified plan."""

import io

import docx
import pytest
from sqlalchemy import select

from drillreg.evidence.models import Evidence, Grade
from drillreg.plans.models import Plan, PlanFile
from drillreg.plans.rules import Secrecy

LINE = {"kind": "special", "event_type": "geological", "title": "白岩镇专项预案甲"}


def word(text):
    document, kept = docx.Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(kept)
    return io.BytesIO(kept.getvalue())


@pytest.fixture
def line(as_role, county):
    """Return a town's browser and the address of a line it has entered."""
    browser = as_role("town_staff", county.town)
    sent = browser.post("/plans/new/line", data={**LINE, "issued_on": "2025-03-01"})
    assert sent.status_code == 303
    return browser, sent.location


def test_a_line_says_that_the_plan_exists_and_that_it_is_not_here(line, reading):
    browser, address = line
    page = browser.page(address)
    assert "涉密预案：不在本系统" in page.main.text
    assert "修订" not in {link.text for link in page.select("a.btn")}
    row = browser.page("/plans/").select_one("tbody tr")
    assert "涉密预案：不在本系统" in row.text
    proof = reading.scalars(select(Evidence).where(Evidence.kind == "plan-issued")).one()
    assert proof.grade is Grade.SELF_REPORTED
    assert proof.on_date.isoformat() == "2025-03-01"


@pytest.mark.parametrize("part", ["papers", "revise"])
def test_a_line_takes_no_text(line, reading, part):
    browser, address = line
    files = {"papers": (io.BytesIO(b"%PDF-1.4"), "正文.pdf"), "reason": "修订"}
    assert browser.post(f"{address}/{part}", data=files).status_code == 422
    assert reading.scalars(select(PlanFile)).all() == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": "白岩镇机密预案"}, "请使用中性名称"),
        ({"number": "秘密〔2025〕1号"}, "请使用中性名称"),
        ({"issued_on": "2027-01-01"}, "印发日期不能晚于今天"),
    ],
)
def test_a_line_is_neutral_and_keeps_what_was_typed(as_role, county, typed, sentence):
    browser = as_role("town_staff", county.town)
    refused = browser.post("/plans/new/line", data={**LINE, **typed})
    assert refused.status_code == 422
    assert sentence in refused.text
    assert typed.get("title", LINE["title"]) in refused.text


def test_a_plan_with_a_text_does_not_become_a_line(as_role, county, make_plan, reading):
    plan = make_plan(county.town)
    browser = as_role("town_staff", county.town)
    assert 'value="line"' not in browser.get(f"/plans/{plan.id}/edit").text
    data = {"secrecy": "line", "row_version": "1"}
    assert browser.post(f"/plans/{plan.id}/edit", data=data).status_code == 422
    assert reading.get(Plan, plan.id).secrecy is Secrecy.PUBLIC


def test_the_title_of_a_line_is_corrected_but_stays_neutral(line):
    browser, address = line
    page = browser.page(f"{address}/edit")
    version = page.select_one("[name=row_version]")["value"]
    assert page.select_one("[name=secrecy]")["value"] == "line"
    data = {"secrecy": "line", "title_en": "机密", "row_version": version}
    assert browser.post(f"{address}/edit", data=data).status_code == 422
    data["title_en"] = "A plan"
    assert browser.post(f"{address}/edit", data=data).status_code == 303


@pytest.mark.parametrize(
    ("name", "text", "confirmed", "sentence"),
    [
        ("简本.docx", "秘密★1年", "1", "不得"),
        ("简本.docx", "公开的简本", "", "请确认此简本可以公开"),
        ("简本.doc", "公开的简本", "1", "此处只收"),
        ("简本.docx", "", "1", "读不出文字"),
    ],
)
def test_only_a_public_version_is_taken(line, reading, name, text, confirmed, sentence):
    browser, address = line
    refused = browser.post(
        f"{address}/abridged", data={"papers": (word(text), name), "is_public": confirmed}
    )
    assert refused.status_code == 422
    assert sentence in refused.text
    assert reading.scalars(select(PlanFile)).all() == []


def test_the_public_version_is_kept_and_can_be_struck_out(line, reading):
    browser, address = line
    sent = {"papers": (word("公开的简本"), "简本.docx"), "is_public": "1"}
    assert browser.post(f"{address}/abridged", data=sent).status_code == 303
    assert "简本.docx" in browser.page(address).main.text
    paper = reading.scalars(select(PlanFile)).one()
    done = browser.post(f"{address}/papers/{paper.id}/void", data={"reason": "传错"})
    assert done.status_code == 303
    assert "简本.docx" not in browser.page(address).select_one("#versions").text
