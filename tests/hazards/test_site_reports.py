"""Reporting sites to the county: chosen, sent, filed under a number, returned, taken back."""

from sqlalchemy import select

from drillreg.hazards.models import HazardSite, SiteReport
from drillreg.notices.models import Notice


def send(browser, *sites, note=""):
    ids = [site.id for site in sites]
    return browser.post("/hazards/reports/new", data={"site": ids, "note": note})


def test_what_a_town_reports_gets_a_number_of_the_county(county, make_site, as_role, reading):
    site, other = make_site(county.town, "A-1"), make_site(county.village, "A-2")
    far = make_site(county.other_town, "Z-1")
    town, clerk = as_role("town_staff", county.town), as_role("county_staff")
    page = town.page(f"/hazards/reports/new?site={site.id}")
    assert page.select_one(f"#s-{site.id}").has_attr("checked")
    assert "Z-1" not in page.text
    assert send(town).status_code == 422
    assert send(town, far).status_code == 422
    done = send(town, site, other, note="汛前排查")
    assert done.status_code == 303
    assert send(town, site).status_code == 422  # it lies with the county already
    report = reading.scalars(select(SiteReport)).one()
    assert (report.org_id, report.desk_id) == (county.town.id, county.county.id)
    assert "白岩镇报送的风险点" in clerk.page("/todo").text
    assert "A-1" in town.page("/hazards/?filed=no").text
    answer = f"/hazards/reports/{report.id}/answer"
    assert town.post(answer, data={"answer": "file"}).status_code in {403, 404}
    assert clerk.post(answer, data={}).status_code == 422
    assert clerk.post(answer, data={"answer": "file"}).status_code == 303
    reading.rollback()
    number = reading.scalars(select(SiteReport.number)).one()
    assert number == "青岭县风险备〔2026〕1号"
    assert all(reading.scalars(select(HazardSite.filed_on).where(HazardSite.id != far.id)))
    assert number in town.page(f"/hazards/{site.id}").text
    assert "A-1" not in town.page("/hazards/?filed=no").text
    assert "A-1" in town.page("/hazards/?filed=yes").text
    assert reading.scalars(select(Notice.kind)).all() == ["site-report-answered"]
    assert clerk.post(answer, data={"answer": "file"}).status_code == 422
    receipt = town.get(f"/hazards/reports/{report.id}/receipt.pdf")
    assert receipt.data.startswith(b"%PDF")
    assert "白岩镇报送的风险点" not in clerk.page("/todo").text
    export = town.get("/hazards/reports.csv").text
    assert number in export


def test_what_is_returned_or_taken_back_can_be_reported_again(county, make_site, as_role, reading):
    site = make_site(county.town, "A-1")
    town, clerk = as_role("town_staff", county.town), as_role("county_staff")
    first = send(town, site).location
    assert clerk.post(f"{first}/answer", data={"answer": "return"}).status_code == 422
    given = {"answer": "return", "reason": "缺照片"}
    assert clerk.post(f"{first}/answer", data=given).status_code == 303
    assert "缺照片" in town.page(first).text
    assert town.get(f"{first}/receipt.pdf").status_code == 404
    second = send(town, site).location
    assert clerk.post(f"{second}/take-back").status_code == 303
    assert town.post(f"{second}/take-back").status_code == 422
    assert send(town, site).status_code == 303
    assert "已退回" in town.page("/hazards/reports?state=returned").text


def test_a_stranger_sees_no_report(county, make_site, as_role):
    page = send(as_role("town_staff", county.town), make_site(county.town)).location
    stranger = as_role("town_staff", county.other_town)
    assert stranger.get(page).status_code == 404
    assert stranger.post(f"{page}/answer", data={"answer": "file"}).status_code == 404
    assert page not in str(stranger.page("/hazards/reports"))


def test_the_list_of_reports_takes_a_fixed_number_of_queries(
    county, make_site, as_role, count_queries
):
    town = as_role("town_staff", county.town)
    counts = []
    for _ in range(2):
        send(town, make_site(county.town), make_site(county.town))
        town.page("/hazards/reports")
        with count_queries() as seen:
            town.page("/hazards/reports")
        counts.append(len(seen))
    assert counts[0] == counts[1]
