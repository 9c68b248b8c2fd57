"""The abridged plan and the action cards: proposed, edited, printed, never overwritten."""

import io
import re
from datetime import UTC, datetime

import pypdf
import pytest
from sqlalchemy import select

from drillreg.audit.models import AuditRow
from drillreg.books.models import ActionCard, PlanAbridged
from drillreg.books.rules import ensure_actions
from drillreg.core.errors import DomainError
from drillreg.plans.models import PlanSection

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
CARD = {"role": "村监测员", "actions": "敲锣\n喊人撤", "phones": "镇值班室 1", "place": "操场"}


@pytest.fixture
def plan(county, make_plan, keep):
    found = make_plan(county.town, title="白岩镇防汛预案")
    for at, (heading, body) in enumerate([("编制目的", "少死人。"), ("先期处置", "立即转移。")]):
        keep(PlanSection(version_id=found.versions[0].id, key=str(at), position=at,
                         heading=heading, body=body, edited_at=NOW))  # fmt: skip
    return found


def words_of(data):
    reader = pypdf.PdfReader(io.BytesIO(data))
    return len(reader.pages), re.sub(r"\s", "", "".join(p.extract_text() for p in reader.pages))


def test_a_text_is_put_together_then_edited_and_printed_on_one_page(as_role, county, plan, reading):
    town = as_role("town_staff", county.town)
    page = town.page(f"/books/plans/{plan.id}/abridged")
    assert "少死人。" in page.text
    assert "立即转移。" in page.text
    assert "自动摘编" in page.text
    body = "**先做什么**\n\n" + "转移群众。" * 300
    address = f"/books/plans/{plan.id}/abridged/edit"
    assert town.post(address, data={"body": body, "row_version": "0"}).status_code == 303
    assert reading.scalar(select(PlanAbridged.body)) == body
    pages, text = words_of(town.get(f"/books/plans/{plan.id}/abridged.pdf").data)
    assert pages == 1
    assert "简本" in text
    assert "先做什么" in text
    assert "plan-abridged" in reading.scalars(select(AuditRow.action)).all()
    assert "简本" in town.page(f"/plans/{plan.id}").text


def test_a_stale_or_wrong_text_is_answered_and_kept_in_the_form(as_role, county, plan, reading):
    town = as_role("town_staff", county.town)
    address = f"/books/plans/{plan.id}/abridged/edit"
    assert town.post(address, data={"body": "甲", "row_version": "0"}).status_code == 303
    stale = town.post(address, data={"body": "乙", "row_version": "0"})
    assert stale.status_code == 409
    assert "甲" in stale.text
    assert "乙" in stale.text
    long = town.post(address, data={"body": "长" * 1700, "row_version": "1"})
    assert long.status_code == 422
    assert "长" * 1700 in long.text
    secret = town.post(address, data={"body": "秘密★1年", "row_version": "1"})
    assert secret.status_code == 422
    assert reading.scalar(select(PlanAbridged.body)) == "甲"


def test_cards_are_written_changed_printed_and_taken_out_of_use(as_role, county, plan, reading):
    town = as_role("town_staff", county.town)
    new = town.page(f"/books/plans/{plan.id}/cards/new")
    assert "立即转移" in new.find("textarea", {"name": "actions"}).text
    assert town.get(f"/books/plans/{plan.id}/cards.pdf").status_code == 404
    assert town.post(f"/books/plans/{plan.id}/cards/new", data=CARD).status_code == 303
    card_id = reading.scalar(select(ActionCard.id))
    address = f"/books/plans/{plan.id}/cards/{card_id}"
    changed = {**CARD, "place": "文化站", "row_version": "1"}
    assert town.post(address, data=changed).status_code == 303
    assert town.post(address, data={**changed, "place": "别处"}).status_code == 409
    pages, text = words_of(town.get(f"/books/plans/{plan.id}/cards.pdf").data)
    assert pages == 1
    for word in ("村监测员", "敲锣", "文化站", "镇值班室1", "扫码查看现行预案"):
        assert word in text
    too_many = town.post(address, data={**changed, "actions": "一\n" * 6, "row_version": "2"})
    assert too_many.status_code == 422
    assert town.post(f"{address}/void").status_code == 303
    assert town.get(address).status_code == 404
    assert "还没有处置卡" in town.page(f"/books/plans/{plan.id}/cards").text


def test_others_read_but_do_not_write(as_role, county, plan):
    reader = as_role("supervisor", county.county)
    assert reader.get(f"/books/plans/{plan.id}/abridged").status_code == 200
    assert reader.get(f"/books/plans/{plan.id}/abridged/edit").status_code == 403
    far = as_role("town_staff", county.other_town)
    assert far.get(f"/books/plans/{plan.id}/abridged").status_code == 404
    assert far.get(f"/books/plans/{plan.id}/cards.pdf").status_code == 404


@pytest.mark.parametrize("text", ["", "  \n ", "一\n二\n三\n四\n五\n六", "长" * 61])
def test_actions_fit_on_a_card(text):
    with pytest.raises(DomainError):
        ensure_actions(text)
