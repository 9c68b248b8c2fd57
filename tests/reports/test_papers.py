"""What a report is handed out as, and the sign-off sheet that comes back signed."""

import io
import re

import PIL.Image
import pypdf
import pytest
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.documents.layouts import Wishes
from drillreg.documents.models import IssuedNumber, LayoutChange, PrintedSheet, SheetScan
from drillreg.evidence.models import Evidence, Grade
from drillreg.reports.document import layout_of_snapshot, render_report
from drillreg.reports.models import Report

JPEG_SIZE = (300, 420)


@pytest.fixture
def address(desk):
    return desk.submit()


def photo(colour="white"):
    stream = io.BytesIO()
    PIL.Image.new("RGB", JPEG_SIZE, colour).save(stream, "JPEG")
    return stream.getvalue()


def scanned_pdf(pages=2):
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def print_sheet(desk, address):
    response = desk.author.post(f"{address}/sign-off-sheet")
    assert response.status_code == 303, response.text
    return response.location


def send(browser, sheet, *files, **fields):
    given = {"signed_by": "叶怀远", "signed_on": "2026-05-12", **fields}
    given["scan"] = [(io.BytesIO(data), name) for name, data in files]
    return browser.post(sheet, data=given, content_type="multipart/form-data")


def test_the_sheet_carries_the_public_id_and_a_code_and_nothing_secret(app, desk, address, look):
    sheet = print_sheet(desk, address)
    (kept,) = look(select(PrintedSheet))
    page = desk.author.page(sheet)
    shown = f"{kept.short_code[:4]}-{kept.short_code[4:]}"
    assert shown in page.text
    assert "未回传" in page.text
    with desk.author.get(f"{sheet}/sheet.pdf") as response:
        text = pypdf.PdfReader(io.BytesIO(response.data)).pages[0].extract_text()
    assert "报告送审单" in text
    assert shown in text
    assert "签发人签名" in text
    assert re.fullmatch(r"[0-9a-f]{64}", kept.paper_sha256)


def test_a_signed_pdf_comes_back_as_evidence(desk, address, look):
    sheet = print_sheet(desk, address)
    assert send(desk.author, sheet, ("送审单.pdf", scanned_pdf())).status_code == 303
    page = desk.author.page(sheet)
    assert "已签字回传" in page.text
    (scan,) = look(select(SheetScan))
    pages = desk.author.page(f"/s/scan/{scan.id}").select(".dr-scan img")
    assert len(pages) == 2
    with desk.author.get(pages[0]["src"]) as response:
        assert response.mimetype == "image/jpeg"
    with desk.author.get(f"/s/scan/{scan.id}/0") as response:
        assert response.data.startswith(b"%PDF")
    (proof,) = look(select(Evidence).where(Evidence.kind == "report-signed"))
    assert (proof.grade, proof.subject_kind) == (Grade.EVIDENCED, "report")
    assert "叶怀远" in desk.author.page(address).text


def test_photos_come_back_too_and_a_second_sending_keeps_the_first(desk, address, look):
    sheet = print_sheet(desk, address)
    first = send(desk.author, sheet, ("1.jpg", photo()), ("2.jpg", photo("grey")))
    assert first.status_code == 303
    assert send(desk.author, sheet, ("3.jpg", photo())).status_code == 303
    assert look(select(SheetScan.version).order_by(SheetScan.id)) == [1, 2]
    assert desk.author.page(sheet).text.count("叶怀远") >= 2


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "请选择"),
        ([("x.txt", b"plain text")], "PDF或照片"),
        ([("x.pdf", b"%PDF-1.7 broken")], "打不开"),
        ([("a.pdf", b"%PDF-1.7"), ("b.jpg", photo())], "不要混在一起"),
        ([("x.jpg", b"\xff\xd8\xff broken")], "照片"),
        ([("x.pdf", scanned_pdf(31))], "1至30页"),
    ],
)
def test_a_wrong_file_is_refused_with_a_sentence(desk, address, look, files, sentence):
    sheet = print_sheet(desk, address)
    response = send(desk.author, sheet, *files)
    assert response.status_code == 422
    assert sentence in response.text
    assert look(select(SheetScan)) == []


@pytest.mark.parametrize(
    ("day", "sentence"), [("2026-05-11", "不能早于"), ("2026-05-13", "还没有到"), ("", "签字日期")]
)
def test_a_signature_lies_between_print_and_today(desk, address, day, sentence):
    sheet = print_sheet(desk, address)
    response = send(desk.author, sheet, ("1.jpg", photo()), signed_on=day)
    assert response.status_code == 422
    assert sentence in response.text


def test_an_old_print_still_leads_to_the_same_report(desk, address):
    old, new = print_sheet(desk, address), print_sheet(desk, address)
    assert old != new
    page = desk.author.page(old)
    assert "后来又打印过" in page.text
    assert page.select_one(f"a[href='{address}']")
    assert send(desk.author, old, ("1.jpg", photo())).status_code == 303
    assert "已签字回传" in desk.author.page(new).text


def test_only_those_who_may_write_the_report_send_it_back(desk, address, as_role, county):
    sheet = print_sheet(desk, address)
    assert as_role("town_staff", county.other_town).get(sheet).status_code == 404
    assert send(desk.leader, sheet, ("1.jpg", photo())).status_code == 403
    assert desk.leader.page(sheet)


def test_a_code_is_typed_as_it_is_read(desk, address, look):
    sheet = print_sheet(desk, address)
    code = look(select(PrintedSheet.short_code))[0]
    typed = f" {code[:4].lower()}-{code[4:].lower()} "
    response = desk.author.get("/s/", query_string={"code": typed})
    assert response.location == sheet
    assert desk.author.get("/s/?code=2222-2222").status_code == 404


def test_a_scan_sent_by_mistake_is_struck_with_its_evidence(desk, address, look):
    sheet = print_sheet(desk, address)
    send(desk.author, sheet, ("1.jpg", photo()))
    (scan,) = look(select(SheetScan))
    fields = {"reason": "传错了"}
    assert desk.author.post(f"/s/scan/{scan.id}/void", data=fields).status_code == 303
    assert "未回传" in desk.author.page(sheet).text
    (proof,) = look(select(Evidence).where(Evidence.kind == "report-signed"))
    assert proof.voided_at is not None
    assert desk.author.post(f"/s/scan/{scan.id}/void", data=fields).status_code == 422


def test_the_list_of_sheets_can_be_narrowed(desk, address):
    back, waiting = print_sheet(desk, address), print_sheet(desk, address)
    page = desk.author.page("/s/")
    assert len(page.select("tbody tr")) == 2
    send(desk.author, back, ("1.jpg", photo()))
    rows = desk.author.page("/s/?state=back").select("tbody tr a")
    assert [row["href"] for row in rows] == [back]
    rows = desk.author.page("/s/?state=waiting").select("tbody tr a")
    assert [row["href"] for row in rows] == [waiting]


def test_a_report_is_there_as_word_in_every_state(desk, address, the_report):
    for state in ("draft", "approved"):
        with desk.author.get(f"{address}/report.docx") as response:
            assert response.data.startswith(b"PK")
            assert "wordprocessingml" in response.mimetype
        if state == "draft":
            desk.decide(address, "approve")
    assert the_report().number


def test_a_snapshot_from_before_layouts_were_kept_still_prints(app, desk, address, the_report):
    desk.decide(address, "approve")
    old = {**the_report().snapshot, "schema": 1}
    del old["layout"]
    with app.app_context():
        assert layout_of_snapshot(old).version == 1
        assert render_report(old).pages >= 2


def test_a_frozen_report_keeps_the_layout_it_was_approved_with(
    app, desk, address, the_report, county, keep, frozen
):
    def change(**wishes):
        keep(
            LayoutChange(
                layout="report",
                org_id=county.county.id,
                wishes=Wishes(**wishes).as_data(),
                made_at=frozen.now,
                actor_name="x",
            )
        )

    change(head_word="")
    change(red_head=False)
    desk.decide(address, "approve")
    change(head_word="公报")
    assert layout_of_snapshot(the_report().snapshot).red_head is None


def test_the_number_leads_to_the_report(app, desk, address, the_report, look):
    desk.decide(address, "approve")
    report = the_report()
    (number,) = look(select(IssuedNumber))
    assert (number.title, number.dated_on.isoformat()) == (report.title, "2026-05-12")
    page = desk.author.page(f"/numbers/number/{number.id}")
    assert page.select_one(f"a[href='{address}']")
    refused = desk.author.post(f"/numbers/number/{number.id}/void", data={"reason": "x"})
    assert "撤销该文件" in refused.text
    with app.app_context(), unit_of_work():
        db.session.get_one(Report, report.id).title = "改过的标题"
    assert "改过的标题" in desk.author.page(f"/numbers/{number.series_id}").text
