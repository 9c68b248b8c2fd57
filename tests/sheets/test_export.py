"""One declaration of columns makes the workbook and the CSV, with everything kept what it is."""

from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from drillreg.core.errors import DomainError
from drillreg.sheets import export
from drillreg.sheets.export import Column, send_download, send_table

pytestmark = pytest.mark.one_database

COLUMNS = [
    Column("编号", lambda row: row[0]),
    Column("日期", lambda row: row[1]),
    Column("人数", lambda row: row[2]),
]
ROWS = [("007", date(2026, 5, 12), 3), ("=1+1", None, None)]


def test_a_workbook_keeps_text_text_and_dates_dates(app):
    with app.test_request_context():
        answer = send_table("台账", COLUMNS, ROWS, "xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows == [["编号", "日期", "人数"], ["007", date(2026, 5, 12), 3.0], ["=1+1", "", ""]]
    assert "%E5%8F%B0%E8%B4%A6-2026-05-12.xlsx" in answer.headers["Content-Disposition"]


def test_csv_opens_rightly_and_runs_nothing(app):
    with app.test_request_context():
        answer = send_table("台账", COLUMNS, ROWS, "csv")
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines == ["编号,日期,人数", "007,2026-05-12,3", "'=1+1,,"]


def test_too_many_rows_are_refused_with_a_sentence(app, monkeypatch):
    monkeypatch.setattr(export, "MOST_ROWS", 1)
    with app.test_request_context(), pytest.raises(DomainError):
        send_table("台账", COLUMNS, ROWS, "xlsx")


def test_names_hold_nothing_a_system_refuses(app):
    with app.test_request_context():
        answer = send_download(b"x", "text/csv", 'a/b\\c:"d"\n.csv')
    assert answer.headers["Content-Disposition"].endswith("filename*=UTF-8''a%20b%20c%20d%20.csv")


@pytest.mark.parametrize("fmt", ["xlsx", "csv"])
@pytest.mark.parametrize(
    "address",
    [
        "/orgs/export",
        "/hazards/export",
        "/plans/export",
        "/duties/matrix",
        "/drills/export",
        "/reports/export",
        "/reports/actions",
        "/contacts/export",
        "/network/export",
        "/teams/export",
        "/tasks/export",
        "/todo",
        "/chasing",
        "/evidence/export",
    ],
)
def test_every_list_hands_itself_out_both_ways(as_role, address, fmt):
    answer = as_role("county_staff").get(f"{address}.{fmt}")
    assert (answer.status_code, answer.mimetype) == (200, export.FORMATS[fmt])
