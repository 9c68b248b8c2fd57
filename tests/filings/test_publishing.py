"""Making plans known, exemption of internal ones, training and publicity."""

import uuid
from datetime import UTC, date, datetime

import pytest

from drillreg.books.models import PlanAbridged
from drillreg.core.db import db, unit_of_work
from drillreg.evidence.models import Evidence, Grade
from drillreg.filings.models import Publication, Training
from drillreg.plans.models import PlanFile, PlanVersion
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


def abridge(app, plan_id, version_id, body):
    with app.app_context(), unit_of_work():
        db.session.add(
            PlanAbridged(
                plan_id=plan_id,
                version_id=version_id,
                body=body,
                edited_at=datetime(2026, 5, 11, tzinfo=UTC),
                edited_by_name="x",
            )
        )


def test_everybody_reads_what_was_made_known_to_the_public(app, as_role, county, office, issued):
    anybody = app.test_client()
    plan_id = issued(county.town)
    assert anybody.get(f"/public/plans/{plan_id}").status_code == 404
    town = as_role("town_staff", county.town)
    town.post(f"/filings/plans/{plan_id}/publish", data=SAID)
    panel = town.page(f"/plans/{plan_id}").select_one("#filing")
    address = panel.find("a", string="公开页面")["href"]
    shown = anybody.page(address)
    for words in ("滑坡预案", "白府发〔2026〕12号", "白岩镇", "正文.pdf"):
        assert words in shown.text
    with anybody.get(shown.find("a", string="正文.pdf")["href"]) as paper_:
        assert paper_.data.startswith(b"%PDF")
    first = anybody.get(address)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in first.headers
    again = anybody.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    listed = anybody.page("/public/plans/")
    assert listed.find("a", href=address) is not None
    town.post("/filings/publications/1/strike", data={"reason": "链接错"})
    assert anybody.get(address).status_code == 404
    assert "滑坡预案" not in anybody.page("/public/plans/").text


def test_of_an_abridged_publication_the_public_reads_no_more(
    app, as_role, county, office, issued, kept
):
    anybody, town = app.test_client(), as_role("town_staff", county.town)
    plan_id = issued(county.town)
    (version,) = kept(PlanVersion, plan_id=plan_id)
    abridge(app, plan_id, version.id, "敲锣之后往高处走")
    town.post(f"/filings/plans/{plan_id}/publish", data={**SAID, "is_abridged": "1"})
    shown = anybody.page(f"/public/plans/{plan_id}")
    assert "敲锣之后往高处走" in shown.text
    assert "正文.pdf" not in shown.text
    (paper_,) = kept(PlanFile, version_id=version.id)
    assert anybody.get(f"/public/plans/{plan_id}/papers/{paper_.id}").status_code == 404


@pytest.mark.parametrize(("secrecy", "status"), [(Secrecy.INTERNAL, 404), (Secrecy.LINE, 200)])
def test_an_internal_plan_is_never_public_the_line_of_a_classified_one_may_be(
    app, as_role, county, office, issued, kept, secrecy, status
):
    anybody, town = app.test_client(), as_role("town_staff", county.town)
    plan_id = issued(county.town, secrecy=secrecy)
    (version,) = kept(PlanVersion, plan_id=plan_id)
    abridge(app, plan_id, version.id, "敲锣之后往高处走")
    assert town.post(f"/filings/plans/{plan_id}/publish", data=SAID).status_code == 422
    made = town.post(f"/filings/plans/{plan_id}/publish", data={**SAID, "is_abridged": "1"})
    assert made.status_code == 303
    assert anybody.get(f"/public/plans/{plan_id}").status_code == status
    assert ("滑坡预案" in anybody.page("/public/plans/").text) == (status == 200)


def test_what_only_neighbours_were_told_is_not_for_everybody(app, as_role, county, office, issued):
    plan_id = issued(county.village, "village")
    village = as_role("unit_liaison", county.village)
    village.post(f"/filings/plans/{plan_id}/publish", data={**SAID, "channel": "board"})
    assert app.test_client().get(f"/public/plans/{plan_id}").status_code == 404
