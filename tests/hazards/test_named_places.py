"""Ledgers without positions, or with names beside them: each row is in or is explained."""

import zipfile
from io import BytesIO

import pytest
from sqlalchemy import select

from drillreg.hazards.models import HazardSite
from drillreg.orgs.models import OrgAlias
from tests.hazards.conftest import problem_rows

HEADER = ["编号", "隐患点名称", "所在乡镇", "行政村", "经度", "纬度", "威胁人数", "发现时间"]


def ledger(*rows, header=HEADER):
    return "\r\n".join(",".join(row) for row in [header, *rows]).encode()


def sites(reading):
    reading.rollback()
    return {site.number: site for site in reading.scalars(select(HazardSite))}


def test_rows_without_position_go_to_the_middle_of_their_village(
    places, county, bring_in, office, reading
):
    address = bring_in(
        ledger(
            ["A-1", "屋后滑坡", "白岩镇", "岭下村", "", "", "１２人", "2025.3.1"],
            ["A-2", "路边崩塌", "竹源镇", "", "", "", "", "45717"],
            ["A-3", "桥头", "", "岭下村", "115.05", "24.05", "", ""],
        )
    )
    found = sites(reading)
    assert sorted(found) == ["A-1", "A-2", "A-3"]
    first = found["A-1"]
    assert (first.org_id, first.division_id) == (county.village.id, places.village.id)
    assert first.accuracy_m > 1000
    assert first.threatened_people == 12
    assert found["A-2"].org_id == county.other_town.id
    assert found["A-2"].found_on.isoformat() == "2025-03-01"
    assert found["A-3"].accuracy_m is None
    remarks = {row[1]: row[-1] for row in problem_rows(office, address, sheet=1)[1:]}
    assert "岭下村" in remarks["A-1"]
    assert "中心" in remarks["A-1"]
    assert "未测定" in office.page(f"/hazards/{first.id}").text


@pytest.mark.parametrize(
    ("town", "village"),
    [("白石乡", "岭下村"), ("360999101000", ""), ("白岩镇", "白岩镇岭下村"), ("白石乡", "")],
)
def test_towns_by_old_names_and_codes(places, county, keep, bring_in, reading, town, village):
    keep(OrgAlias(org_id=county.town.id, alias="白石乡"))
    bring_in(ledger(["B-1", "滑坡", town, village, "", "", "", ""]))
    owner = county.village if village else county.town
    assert sites(reading)["B-1"].org_id == owner.id


def test_a_name_that_stands_for_nothing_is_explained(places, office, send):
    address = send(
        ledger(
            ["C-1", "滑坡", "乌有镇", "", "", "", "", ""],
            ["C-2", "滑坡", "", "", "", "", "", ""],
        )
    )
    reasons = [row[-1] for row in problem_rows(office, address)[1:]]
    assert "乌有镇" in reasons[0]
    assert "没有坐标" in reasons[1]


def test_a_position_elsewhere_than_the_named_town_is_said(places, county, bring_in, office):
    address = bring_in(ledger(["D-1", "滑坡", "竹源镇", "", "115.05", "24.05", "", ""]))
    (remark,) = [
        row[-1] for row in problem_rows(office, address, sheet=1)[1:] if "竹源镇" in row[-1]
    ]
    assert "以坐标为准" in remark


def test_a_later_ledger_without_positions_moves_no_site(
    places, office, bring_in, send, work_off, reading
):
    bring_in(ledger(["E-1", "滑坡", "白岩镇", "岭下村", "115.05", "24.05", "", ""]))
    address = send(ledger(["E-1", "滑坡", "白岩镇", "岭下村", "", "", "20", ""]), "下季度.csv")
    office.post(f"{address}/rows", data={"existing": "update"})
    office.post(f"{address}/apply")
    work_off()
    site = sites(reading)["E-1"]
    assert (site.lon, site.lat, site.threatened_people) == (115.05, 24.05, 20)


def test_without_positions_a_column_of_towns_is_needed(places, office, send):
    address = send(ledger(["F-1", "滑坡"], header=["编号", "名称"]))
    assert "经度" in office.page(f"{address}/columns").text


@pytest.mark.parametrize("fmt", ["gpkg", "kml", "shp"])
def test_what_map_programs_get_comes_back_as_the_same_sites(
    places, county, make_site, office, send, fmt
):
    make_site(county.town, "G-1", name="老虎坳滑坡", lon=115.2, lat=24.3)
    with office.get(f"/hazards/export.{fmt}") as answer:
        data = answer.data
    if fmt == "shp":
        archive = zipfile.ZipFile(BytesIO(data))
        files = [(BytesIO(archive.read(name)), name) for name in archive.namelist()]
    else:
        files = [(BytesIO(data), f"sites.{fmt}")]
    assert "1 行与已有记录相同" in office.page(send(files)).text
