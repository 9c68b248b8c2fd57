"""Making plans known, exemption of internal ones, training and publicity."""

import uuid
from datetime import date

import pytest

from drillreg.evidence.models import Evidence, Grade
from drillreg.filings.models import Publication, Training
from drillreg.plans.rules import Secrecy
from tests.filings.conftest import form_of, paper

SAID = {"channel": "website", "on_date": "2026-05-10", "place": "www.example.gov.cn/1.html"}


@pytest.fixture
def proofs(kept):
    return lambda kind: kept(Evidence, kind=kind)


def test_a_plan_is_made_known_with_proof_and_struck_out_again(
    as_role, county, office, issued, clocks, proofs, kept
):
    plan_id = issued(county.town)
    town = as_role("town_staff", county.town)
    page = town.page(f"/filings/plans/{plan_id}/publish")
    assert "向社会公开" in page.text
    assert "第二十八条" in page.text
    refused = town.post(f"/filings/plans/{plan_id}/publish", data={**SAID, "place": ""})
    assert refused.status_code == 422
    answer = town.post(
        f"/filings/plans/{plan_id}/publish",
        data={**SAID, "file": paper("截图.pdf")},
        content_type="multipart/form-data",
    )
    assert answer.location == f"/plans/{plan_id}#filing"
    assert clocks(plan_id)["publish"].done_on == date(2026, 5, 10)
    (proof,) = proofs("plan-published")
    assert (proof.grade, proof.attributes["channel"]) == (Grade.EVIDENCED, "website")
    panel = town.page(f"/plans/{plan_id}").select_one("#filing")
    assert "按期办理" in panel.text
    with town.get(panel.find("a", string="查看佐证")["href"]) as found:
        assert found.data.startswith(b"%PDF")
    (made,) = kept(Publication)
    struck = town.post(f"/filings/publications/{made.id}/strike", data={"reason": "链接错"})
    assert struck.status_code == 303
    assert clocks(plan_id)["publish"].done_on is None
    assert proofs("plan-published")[0].void_reason == "链接错"


def test_an_internal_plan_is_known_by_its_abridged_text_or_exempt(
    as_role, county, office, issued, clocks, proofs
):
    plan_id = issued(county.town, secrecy=Secrecy.INTERNAL)
    town = as_role("town_staff", county.town)
    whole = town.post(f"/filings/plans/{plan_id}/publish", data=SAID)
    assert whole.status_code == 422
    assert "只能公布简本" in whole.text
    link = town.page(f"/filings/plans/{plan_id}/publish").find("a", string="不予公开")
    assert town.post(link["href"], data={"reason": "涉及重要目标"}).status_code == 303
    closed = clocks(plan_id)["publish"]
    assert (closed.closing.value, closed.note) == ("exempt", "涉及重要目标")
    assert proofs("plan-published") == []
    abridged = town.post(f"/filings/plans/{plan_id}/publish", data={**SAID, "is_abridged": "1"})
    assert abridged.status_code == 303
    reopened = clocks(plan_id)["publish"]
    assert (reopened.done_on, reopened.closing) == (date(2026, 5, 10), None)


def test_a_public_plan_is_not_exempt(as_role, county, office, issued, clocks):
    plan_id = issued(county.town)
    town = as_role("town_staff", county.town)
    assert town.get(f"/filings/plans/{plan_id}/exempt").status_code == 422
    answer = town.post(f"/filings/plans/{plan_id}/exempt", data={"reason": "不想公开"})
    assert answer.status_code == 422
    assert clocks(plan_id)["publish"].closed_on is None


def test_a_unit_tells_its_own_people_and_its_neighbours(as_role, mine, issued):
    plan_id = issued(mine, "unit-overall")
    page = as_role("unit_liaison", mine).page(f"/filings/plans/{plan_id}/publish")
    assert "向本单位人员和可能受影响的单位、居民公开" in page.text


def training(browser, org, **more):
    page = browser.page(f"/filings/trainings/new?org={org.id}")
    return {
        **form_of(page),
        "place": "镇会议室",
        "content": "转移路线和预警信号",
        "trainer": "谭志勇",
        "participants": "42",
        "hours": "2",
        **more,
    }


def test_a_training_is_kept_once_with_what_article_31_asks(
    as_role, county, office, issued, proofs, kept
):
    plan_id = issued(county.town)
    town = as_role("town_staff", county.town)
    form = training(town, county.town, plan_id=str(plan_id), sheet=paper("签到表.pdf"))
    first = town.post("/filings/trainings/new", data=form, content_type="multipart/form-data")
    assert first.status_code == 303
    again = {**form, "sheet": paper("签到表.pdf")}
    second = town.post("/filings/trainings/new", data=again, content_type="multipart/form-data")
    assert second.location == first.location
    (proof,) = proofs("training-held")
    assert proof.grade is Grade.EVIDENCED
    assert proof.attributes == {
        "topic": "plan",
        "participants": 42,
        "hours": 2.0,
        "plan_id": plan_id,
    }
    page = town.page(first.location)
    for said in ("镇会议室", "谭志勇", "转移路线和预警信号", "42", "签到表.pdf", "有佐证"):
        assert said in page.text
    assert "滑坡预案" in town.page("/filings/trainings").text
    assert "镇会议室" in town.page(f"/plans/{plan_id}").text
    (held,) = kept(Training)
    struck = town.post(f"/filings/trainings/{held.id}/strike", data={"reason": "重复"})
    assert struck.status_code == 303
    assert proofs("training-held")[0].void_reason == "重复"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"trainer": ""}, "授课人"),
        ({"participants": "许多"}, "参加人数"),
        ({"held_on": "2026-05-13"}, "不能晚于今天"),
        ({"content": "秘密★1年"}, "不得录入"),
        ({"plan_id": "999"}, "预案"),
    ],
)
def test_a_refused_training_says_why_and_keeps_what_was_typed(as_role, county, kept, fault, said):
    town = as_role("town_staff", county.town)
    form = training(town, county.town, **fault)
    answer = town.post("/filings/trainings/new", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert "镇会议室" in answer.text
    assert kept(Training) == []


def test_publicity_needs_no_trainer(as_role, county, proofs):
    town = as_role("town_staff", county.town)
    page = town.page(f"/filings/trainings/new?org={county.town.id}&kind=publicity-held")
    assert page.select_one("input[value=publicity]").has_attr("checked")
    form = training(town, county.town, kind="publicity", trainer="", client_id=str(uuid.uuid4()))
    assert town.post("/filings/trainings/new", data=form).status_code == 303
    (proof,) = proofs("publicity-held")
    assert proof.grade is Grade.SELF_REPORTED
