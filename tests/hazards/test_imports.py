import io
import json
import zipfile
from datetime import date
from io import BytesIO

import geopandas
import pytest
import shapely
from openpyxl import Workbook
from sqlalchemy import func, select

from drillreg.audit.models import AuditRow
from drillreg.core.db import db, unit_of_work
from drillreg.evidence.models import Evidence
from drillreg.geo.shift import ShiftedCrs, from_wgs84
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.hazards.rules import RiskLevel
from drillreg.imports import applying
from drillreg.notices.models import Notice
from drillreg.work import importers
from drillreg.work.models import ImportBatch, WorkItem
from drillreg.work.rules import ImportState, WorkState
from tests.hazards.conftest import problem_rows

HEADER = ["编号", "名称", "灾害类型", "风险等级", "经度", "纬度", "威胁人数", "发现日期", "备注"]
ROWS = [
    ["H-1", "老虎坳滑坡", "滑坡", "重大", "115.05", "24.05", "73人", "2026年5月1日", "雨后查"],
    ["H-2", "高排崩塌", "崩塌", "", "115.4", "24.2", "38", "5/13/2026", ""],
    ["H-3", "无名", "怪石", "较大", "115.2", "24.3", "", "", ""],
]
BAD = [
    ["H-1", "重复", "滑坡", "重大", "115.06", "24.06", "", "", ""],
    ["H-4", "境外", "滑坡", "重大", "100.0", "24.05", "", "", ""],
    ["H-5", "邻县", "滑坡", "重大", "116.2", "24.05", "", "", ""],
    ["H-6", "没坐标", "滑坡", "重大", "", "", "", "", ""],
    ["H-7", "写反", "滑坡", "重大", "24.05", "115.05", "", "", ""],
]


def csv(rows, encoding="utf-8", header=HEADER):
    return "\r\n".join(",".join(row) for row in [header, *rows]).encode(encoding)


def xlsx(rows, title=None):
    book, stream = Workbook(), io.BytesIO()
    for row in ([[title]] if title else []) + [HEADER, *rows]:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def geojson(rows):
    def feature(row):
        place = {"type": "Point", "coordinates": [float(row[4]), float(row[5])]}
        values = dict(zip(HEADER, row, strict=True))
        return {"type": "Feature", "geometry": place, "properties": values}

    return json.dumps(
        {"type": "FeatureCollection", "features": [feature(row) for row in rows]}
    ).encode()


def shapefile(rows, folder):
    frame = geopandas.GeoDataFrame(
        {"BH": ["9"] * len(rows), "MC": [row[1] for row in rows], "ZHLX": [row[2] for row in rows]},
        geometry=[shapely.Point(float(row[4]), float(row[5])) for row in rows],
        crs="EPSG:4490",
    )
    frame.to_crs("EPSG:4547").to_file(folder / "sites.shp", encoding="GBK")
    return [(BytesIO(path.read_bytes()), path.name) for path in sorted(folder.glob("sites.*"))]


def numbers(browser):
    return sorted(
        f["properties"]["lines"][0].split("　")[1]
        for f in browser.get("/hazards/map.geojson").json["features"]
    )


def test_a_ledger_comes_in_after_its_preview(places, county, office, send, work_off, reading):
    address = send(csv(ROWS + BAD))
    page = office.page(address)
    assert "共 8 行：3 行可导入，5 行有说明" in page.text
    assert numbers(office) == []
    assert office.post(f"{address}/apply").status_code == 303
    assert numbers(office) == []
    assert work_off() == 1
    reading.rollback()
    assert numbers(office) == ["H-1", "H-2", "H-3"]
    reading.rollback()
    first = reading.scalars(select(HazardSite).where(HazardSite.number == "H-1")).one()
    assert (first.org_id, first.division_id) == (county.village.id, places.village.id)
    assert (first.kind, first.level, first.threatened_people) == ("landslide", RiskLevel.RED, 73)
    assert first.found_on == date(2026, 5, 1)
    assert first.attributes == {"备注": "雨后查"}
    second = reading.scalars(select(HazardSite).where(HazardSite.number == "H-2")).one()
    assert (second.org_id, second.level) == (county.other_town.id, RiskLevel.YELLOW)
    assert second.found_on == date(2026, 5, 13)
    third = reading.scalars(select(HazardSite).where(HazardSite.number == "H-3")).one()
    assert (third.org_id, third.kind) == (county.town.id, "other")
    trail = reading.scalars(select(AuditRow).where(AuditRow.action == "import-applied")).all()
    assert [(row.detail["imported"], row.detail["explained"]) for row in trail] == [(3, 5)]
    assert len(trail[0].detail["digest"]) == 64
    assert reading.scalars(select(Notice.url)).all() == [address]
    assert "已导入 3 行，5 行有说明" in office.page(address).text


def test_every_bad_row_comes_back_with_its_reason(places, office, send):
    address = send(csv(ROWS + BAD))
    rows = problem_rows(office, address)
    assert rows[0] == ["文件中的行号", *HEADER, "说明"]
    assert [(int(row[0]), row[2]) for row in rows[1:]] == [
        (5, "重复"),
        (6, "境外"),
        (7, "邻县"),
        (8, "没坐标"),
        (9, "写反"),
    ]
    reasons = [row[-1] for row in rows[1:]]
    words = ("重复", "任何边界", "云川县，不属于青岭县", "没有坐标", "写反")
    for reason, word in zip(reasons, words, strict=True):
        assert word in reason
    remarks = problem_rows(office, address, sheet=1)
    assert {row[2] for row in remarks[1:]} == {"高排崩塌", "无名"}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (csv(ROWS, "gb18030"), "gbk.csv"),
        (csv(ROWS, "utf-8-sig"), "bom.csv"),
        (csv(ROWS, "utf-16"), "utf16.txt"),
        (xlsx(ROWS, "青岭县地质灾害隐患点台账"), "台账.xlsx"),
        (geojson(ROWS), "点.geojson"),
    ],
)
def test_every_format_gives_the_same_sites(places, office, bring_in, reading, data, name):
    bring_in(data, name)
    found = reading.execute(
        select(
            HazardSite.number, HazardSite.name, HazardSite.threatened_people, HazardSite.found_on
        ).order_by(HazardSite.number)
    ).all()
    assert [tuple(row) for row in found] == [
        ("H-1", "老虎坳滑坡", 73, date(2026, 5, 1)),
        ("H-2", "高排崩塌", 38, date(2026, 5, 13)),
        ("H-3", "无名", None, None),
    ]


def test_a_shapefile_in_another_system_and_gbk_comes_in(
    places, county, office, bring_in, reading, tmp_path
):
    bring_in(shapefile(ROWS, tmp_path))
    found = reading.scalars(select(HazardSite).order_by(HazardSite.id)).all()
    assert [site.name for site in found] == ["老虎坳滑坡", "高排崩塌", "无名"]
    assert [site.number for site in found] == ["001", "001", "001"]
    assert found[0].lon == pytest.approx(115.05, abs=1e-5)
    assert [site.org_id for site in found] == [
        county.village.id,
        county.other_town.id,
        county.town.id,
    ]


def test_lines_keep_their_shape(places, office, bring_in, reading):
    line = {"type": "LineString", "coordinates": [[115.05, 24.05], [115.06, 24.06]]}
    feature = {"type": "Feature", "geometry": line, "properties": {"name": "河堤"}}
    bring_in(json.dumps(feature).encode(), "line.geojson")
    site = reading.scalars(select(HazardSite)).one()
    assert shapely.from_wkb(site.wkb).geom_type == "LineString"
    assert 115.05 <= site.lon <= 115.06


def test_positions_of_phone_maps_are_converted_when_said(places, bring_in, reading):
    lon, lat = from_wgs84([115.05], [24.05], ShiftedCrs.GCJ02)
    row = ["H-1", "点", "滑坡", "红", f"{lon[0]:.7f}", f"{lat[0]:.7f}", "", "", ""]
    bring_in(csv([row]), shift="gcj02")
    site = reading.scalars(select(HazardSite)).one()
    assert site.lon == pytest.approx(115.05, abs=1e-6)
    assert site.source_crs == "gcj02"


def test_columns_can_be_mapped_by_hand(places, office, send, work_off, reading):
    header = ["甲", "乙", "丙", "丁"]
    address = send(csv([["A-1", "坡", "115.05", "24.05"]], header=header), default_level="blue")
    assert office.get(address).location == f"{address}/columns"
    assert "没有找到这些列：经度、纬度" in office.page(f"{address}/columns").text
    mapping = {"field_0": "number", "field_1": "name", "field_2": "lon", "field_3": "lat"}
    assert office.post(f"{address}/columns", data=mapping).status_code == 303
    assert "共 1 行：1 行可导入" in office.page(address).text
    office.post(f"{address}/apply")
    work_off()
    site = reading.scalars(select(HazardSite)).one()
    assert (site.number, site.name, site.level) == ("A-1", "坡", RiskLevel.BLUE)


def test_the_same_file_again_creates_nothing(places, office, bring_in, send, reading):
    bring_in(csv(ROWS))
    again = send(csv(ROWS), "别名.csv")
    page = office.page(again)
    assert "不能重复导入" in page.text
    assert not page.select_one(f'form[action="{again}/apply"]')
    refused = office.post(f"{again}/apply")
    assert refused.status_code == 422
    assert reading.scalar(select(func.count()).select_from(HazardSite)) == 3


def test_numbers_that_stand_already_are_explained(places, county, make_site, office, send):
    make_site(county.village, "H-1")
    address = send(csv(ROWS))
    assert "共 3 行：2 行可导入，1 行有说明" in office.page(address).text
    assert "岭下村已有编号为 H-1 的风险点" in problem_rows(office, address)[1][-1]


def test_undo_hides_all_and_lets_the_file_in_again(places, office, bring_in, reading):
    address = bring_in(csv(ROWS))
    assert office.post(f"{address}/undo").status_code == 303
    assert numbers(office) == []
    assert "已撤回" in office.page(address).text
    assert office.post(f"{address}/undo").status_code == 422
    bring_in(csv(ROWS))
    assert numbers(office) == ["H-1", "H-2", "H-3"]
    reading.rollback()
    acts = reading.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
    assert acts[-3:] == ["import-applied", "import-undone", "import-applied"]


def test_undo_is_refused_once_somebody_has_checked(app, places, office, bring_in, frozen):
    address = bring_in(csv(ROWS))
    with app.app_context(), unit_of_work():
        site = db.session.scalars(select(HazardSite)).first()
        db.session.add(
            HazardCheck(
                client_id="x",
                body_hash="x",
                site_id=site.id,
                result="normal",
                checked_on=date(2026, 5, 12),
                checked_at=frozen.now,
                entered_at=frozen.now,
                account_id=1,
                checker_name="钟福生",
            )
        )
    assert office.post(f"{address}/undo").status_code == 422
    assert len(numbers(office)) == 3


def test_a_killed_import_starts_over_and_doubles_nothing(
    app, places, office, send, work_off, reading, monkeypatch
):
    monkeypatch.setattr(importers.chunks, "__defaults__", (1,))
    address = send(csv(ROWS))
    office.post(f"{address}/apply")

    def die(batch_id, attempt):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        real, calls = applying.ensure_mine, []

        def dies_at_the_third(batch_id, attempt):
            calls.append(attempt)
            return die(batch_id, attempt) if len(calls) == 3 else real(batch_id, attempt)

        broken.setattr(applying, "ensure_mine", dies_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            work_off()
    assert reading.scalar(select(func.count()).select_from(HazardSite)) == 2
    assert numbers(office) == []
    reading.rollback()
    with unit_of_work():
        item = db.session.scalars(select(WorkItem)).one()
        item.state = WorkState.QUEUED
    assert work_off() == 1
    reading.rollback()
    assert numbers(office) == ["H-1", "H-2", "H-3"]
    assert reading.scalar(select(func.count()).select_from(HazardSite)) == 3


def test_a_cancelled_import_leaves_nothing(app, places, office, send, work_off, reading):
    address = send(csv(ROWS))
    office.post(f"{address}/apply")
    with unit_of_work():
        db.session.scalars(select(WorkItem)).one().cancel_asked = True
    work_off()
    assert reading.scalar(select(func.count()).select_from(HazardSite)) == 0
    assert reading.scalars(select(ImportBatch.state)).one() is ImportState.PREVIEW


def test_a_town_imports_into_itself_only(places, county, as_role, send, office):
    town = as_role("town_staff", county.town)
    address = send(csv(ROWS), org=county.town, browser=town)
    assert "共 3 行：2 行可导入，1 行有说明" in town.page(address).text
    form = {
        "kind": "hazards",
        "file": (BytesIO(csv(ROWS)), "a.csv"),
        "org_id": county.other_town.id,
    }
    answer = town.post("/imports/new", data=form, content_type="multipart/form-data")
    assert answer.status_code == 404
    other = as_role("town_staff", county.other_town)
    assert other.get(address).status_code == 404
    assert other.post(f"{address}/apply").status_code == 404
    liaison = as_role("unit_liaison", county.school)
    assert liaison.get("/imports/new?kind=hazards").status_code == 403


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7 nothing", "a.pdf"),
        (b"{not json", "a.geojson"),
        (b"<OGRVRTDataSource/>", "a.geojson"),
        (b"", "empty.csv"),
    ],
)
def test_what_is_no_ledger_is_refused_with_a_sentence(places, county, office, reading, data, name):
    form = {"kind": "hazards", "file": (BytesIO(data), name), "org_id": county.county.id}
    answer = office.post("/imports/new", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "dr-errsum" in answer.text
    assert reading.scalars(select(ImportBatch)).all() == []


def test_a_large_file_is_read_in_the_background(
    app, places, office, send, work_off, reading, monkeypatch
):
    monkeypatch.setattr("drillreg.imports.routes.start.READ_AT_ONCE", 10)
    assert send(csv(ROWS)).startswith("/work/")
    assert work_off() == 1
    batch = reading.scalars(select(ImportBatch)).one()
    page = office.page(f"/imports/{batch.public_id}")
    assert "共 3 行：3 行可导入" in page.text


def test_the_command_prints_counts_and_reasons(app, places, county, tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_bytes(csv(ROWS + BAD))
    runner = app.test_cli_runner()
    args = [
        "hazards",
        "import",
        str(path),
        "--org",
        "360999",
        "--explain",
        str(tmp_path / "x.xlsx"),
    ]
    first = runner.invoke(args=args)
    assert first.exit_code == 0, first.output
    assert first.output.startswith("8 rows: 3 in, 5 explained\n")
    assert "1 × 没有坐标。" in first.output
    assert "1 → 岭下村" in first.output
    assert zipfile.is_zipfile(tmp_path / "x.xlsx")
    again = runner.invoke(args=args)
    assert again.output.startswith("8 rows: 0 in, 5 explained, 3 stand already\n")
    assert "nothing to import" in again.output
    missing = runner.invoke(args=["hazards", "import", str(path), "--org", "9999"])
    assert missing.exit_code == 1


def test_an_import_registers_its_sites_at_once_and_its_undoing_takes_them_back(
    places, office, send, work_off, reading, today
):
    address = send(csv(ROWS))
    office.post(f"{address}/apply")
    registered = select(Evidence).where(Evidence.kind == "site-registered").order_by(Evidence.id)
    assert reading.scalars(registered).all() == []
    reading.rollback()
    work_off()
    found = reading.scalars(registered).all()
    assert [each.attributes["kind"] for each in found] == ["landslide", "collapse", "other"]
    assert {(each.on_date, each.voided_at) for each in found} == {(today, None)}
    reading.rollback()
    assert office.post(f"{address}/undo").status_code == 303
    assert None not in {each.voided_at for each in reading.scalars(registered)}
