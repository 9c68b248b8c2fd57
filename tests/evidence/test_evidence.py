import io
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill
from drillreg.evidence.models import Evidence, Grade
from drillreg.evidence.operations import add_evidence
from drillreg.evidence.queries import EvidenceFilter, all_evidence, counts_by_grade
from drillreg.orgs.scope import OrgScope


@pytest.fixture
def proof(app, keep, today, frozen):
    """Make a held drill of an organisation with its evidence; return (drill, evidence id)."""

    def make(org, days=0, grade=Grade.SELF_REPORTED, kind="drill-held"):
        day = today - timedelta(days=days)
        drill = keep(
            Drill(
                org_id=org.id,
                title="疏散演练",
                event_type="fire",
                due_on=day,
                held_on=day,
                status="held",
                participants=9,
                changed_at=frozen.now,
            )
        )
        with app.app_context(), unit_of_work():
            found = add_evidence(
                kind,
                org_id=org.id,
                subject_kind="drill",
                subject_id=drill.id,
                on_date=day,
                grade=grade,
                now=frozen.now,
            )
            db.session.flush()
            return drill, found.id

    return make


def grade_of(reading, evidence_id):
    return reading.scalar(select(Evidence.grade).where(Evidence.id == evidence_id))


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [
        ("county_staff", "county", 303),
        ("town_staff", "town", 303),
        ("dept_staff", "bureau", 303),  # supervises the school
        ("supervisor", "county", 303),
        ("unit_liaison", "school", 403),
        ("town_staff", "school", 403),  # the unit itself, whatever role it holds there
        ("town_staff", "other_town", 404),
    ],
)
def test_only_from_above_or_by_the_overseer_is_verified(
    as_role, county, proof, reading, role, place, status
):
    _, found = proof(county.school)
    browser = as_role(role, getattr(county, place))
    answer = browser.post(f"/evidence/{found}/verify", data={"note": "到校查看"})
    assert answer.status_code == status
    verified = grade_of(reading, found) is Grade.VERIFIED
    assert verified is (status == 303)


def test_the_page_of_the_drill_says_who_verified_and_how(as_role, county, proof):
    drill, _ = proof(county.school)
    town = as_role("town_staff", county.town, name="刘美云")
    panel = town.page(f"/drills/{drill.id}").select_one("#evidence")
    assert "自报" in panel.text
    verify = panel.select_one("a")["href"]
    assert "开展演练" in town.page(verify).text
    refused = town.post(verify, data={"note": ""})
    assert refused.status_code == 422
    assert town.post(verify, data={"note": "比对了照片"}).location == f"/drills/{drill.id}"
    panel = (
        as_role("unit_liaison", county.school).page(f"/drills/{drill.id}").select_one("#evidence")
    )
    assert "已核查" in panel.text
    assert "刘美云" in panel.text
    assert "比对了照片" in panel.text
    assert panel.select_one("a") is None
    again = town.post(verify, data={"note": "再看一次"})
    assert again.status_code == 422
    assert "已是该等级" in again.text


def test_what_does_not_count_stays_in_sight_with_its_reason(as_role, county, proof):
    drill, found = proof(county.school)
    proof(county.school)
    town = as_role("town_staff", county.town)
    assert town.post(f"/evidence/{found}/strike", data={"note": "桌面推演不算"}).status_code == 303
    assert "作废：桌面推演不算" in town.page(f"/drills/{drill.id}").select_one("#evidence").text
    assert len(town.page("/evidence/").select("main tbody tr")) == 1
    assert town.post(f"/evidence/{found}/verify", data={"note": "x"}).status_code == 422


def test_evidence_is_asked_for_by_organisation_kind_and_dates(app, county, proof, today):
    proof(county.school, 1)
    proof(county.village, 10, Grade.EVIDENCED)
    proof(county.other_town, 20, Grade.VERIFIED, kind="plan-issued")
    proof(county.other_county, 1)
    scope = OrgScope(today, frozenset({county.county.path}))
    with app.app_context():

        def count(**wanted):
            return len(all_evidence(scope, EvidenceFilter(**wanted)))

        assert count() == 3
        assert count(within=county.town) == 2
        assert count(kinds=("plan-issued",)) == 1
        assert count(since=today - timedelta(days=10)) == 2
        assert count(until=today - timedelta(days=10)) == 2
        assert count(grade="verified") == 1
        assert counts_by_grade(scope, EvidenceFilter(within=county.town)) == {
            Grade.SELF_REPORTED: 1,
            Grade.EVIDENCED: 1,
            Grade.VERIFIED: 0,
        }


def test_the_list_filters_and_exports(as_role, county, proof, today):
    drill, _ = proof(county.school, 1)
    proof(county.other_town, 20, Grade.EVIDENCED)
    clerk = as_role("county_staff")
    page = clerk.page(f"/evidence/?org={county.town.id}")
    assert [a["href"] for a in page.select("main td.two a")] == [f"/drills/{drill.id}"]
    assert "自报1条" in page.text
    since = today - timedelta(days=5)
    data = clerk.get(f"/evidence/export.xlsx?since={since.isoformat()}").data
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).active.values)
    assert [row[0] for row in rows[1:]] == ["白岩镇中心小学"]
