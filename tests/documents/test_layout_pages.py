"""Layouts as the system administrator sees them: samples, and what an office wants otherwise."""

import io

import pypdf
import pytest

from drillreg.documents.queries.layouts import layout_for, wishes_for
from drillreg.orgs.models import Org


@pytest.fixture
def admin(as_role):
    return as_role("sysadmin")


def save(admin, name, org, **fields):
    return admin.post(f"/system/layouts/{name}?org={org.id}", data={"red_head": "1", **fields})


def test_every_layout_is_listed_with_its_source(admin):
    page = admin.page("/system/layouts/")
    assert "GB/T 9704-2012" in page.text
    assert len(page.select("tbody tr")) == 7
    assert "156 × 225 mm" in admin.page("/system/layouts/official").text


def test_a_sample_names_the_chosen_office(admin, county):
    with admin.get(f"/system/layouts/official/sample.pdf?org={county.county.id}") as response:
        text = pypdf.PdfReader(io.BytesIO(response.data)).pages[0].extract_text()
    assert "青岭县文件" in text
    with admin.get("/system/layouts/slips/sample.docx") as response:
        assert response.data.startswith(b"PK")
    assert admin.get("/system/layouts/official/sample.exe").status_code == 404
    assert admin.get("/system/layouts/none").status_code == 404


def test_the_nearest_office_decides_and_history_stays(app, admin, county):
    assert save(admin, "report", county.county, font_body="县仿宋").status_code == 303
    changed = {"red_head": "", "font_title": "镇小标宋"}
    assert save(admin, "report", county.town, **changed).status_code == 303
    with app.app_context():
        school, bureau = Org(path=county.school.path), Org(path=county.bureau.path)
        assert wishes_for("report", school).red_head is False
        assert layout_for("report", school).fonts["title"][0] == "镇小标宋"
        assert layout_for("report", bureau).fonts["body"][0] == "县仿宋"
        assert layout_for("official", school).fonts["body"][0] != "县仿宋"
    page = admin.page(f"/system/layouts/report?org={county.town.id}")
    assert page.select_one("#f-font_title")["value"] == "镇小标宋"
    assert "县仿宋" in page.text


def test_a_font_that_is_no_name_is_refused(admin, county):
    response = save(admin, "report", county.county, font_body='x"; color: red')
    assert response.status_code == 422
    assert "字体名称" in response.text


def test_only_system_administrators_and_only_their_own_offices(admin, county, as_role):
    assert as_role("county_staff").get("/system/layouts/").status_code == 403
    assert admin.get(f"/system/layouts/report?org={county.other_county.id}").status_code == 404
    assert save(admin, "report", county.other_county).status_code == 404
