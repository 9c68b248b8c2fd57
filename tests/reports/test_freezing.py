"""Freezing in two steps: nothing lost, nothing doubled, and the paper says what was approved."""

import hashlib
import io
import json
import subprocess
import threading
from datetime import timedelta

import pypdf
import pytest
from sqlalchemy import func, select, update

from drillreg.audit.models import AuditRow
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.documents.composing import paper_html
from drillreg.documents.models import IssuedNumber, NumberSeries
from drillreg.drills.models import Drill
from drillreg.evidence.models import Evidence
from drillreg.files.models import StoredFile
from drillreg.files.operations import bytes_of
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan
from drillreg.plans.rules import Secrecy
from drillreg.reports import printing
from drillreg.reports.document import layout_of_snapshot, render_report, report_paper
from drillreg.reports.models import Report
from drillreg.reports.operations import freezing
from drillreg.reports.printing import print_report
from drillreg.reports.rules import ReportState
from drillreg.reports.snapshot import canonical, digest
from drillreg.reports.sweeps import attach_missing_pdfs
from drillreg.steps.models import Step
from drillreg.work.models import WorkItem
from drillreg.work.rules import WorkState
from drillreg.work.worker import run_next


def go(*_):
    """Stand for the progress of a worker that nobody stops."""


@pytest.fixture
def approved(desk):
    address = desk.submit()
    assert desk.decide(address, "approve").status_code == 303
    return address


def text_of(pdf, folder):
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True
    ).stdout


def pictures_of(pdf, folder, name):
    path = folder / f"{name}.pdf"
    path.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "40", "-gray", path, folder / name], check=True)
    return [
        hashlib.sha256(page.read_bytes()).hexdigest() for page in sorted(folder.glob(f"{name}-*"))
    ]


def paper(app, look):
    with app.app_context():
        return bytes_of(look(select(StoredFile).where(StoredFile.media_type.contains("pdf")))[0])


def test_approval_freezes_before_anything_is_printed(approved, the_report, look):
    report = the_report()
    assert report.pdf_file_id is None
    assert digest(report.snapshot) == report.snapshot_sha256
    assert [item.kind for item in look(select(WorkItem))] == ["reports.pdf"]
    assert look(select(IssuedNumber.text)) == [report.number]


def test_the_worker_prints_and_attaches(app, desk, approved, the_report):
    assert "正在生成" in desk.author.page(approved).text
    assert run_next(app, "test")
    report = the_report()
    assert report.pdf_file_id is not None
    with desk.author.get(f"{approved}/report.pdf") as response:
        assert response.mimetype == "application/pdf"
        data = response.data
    assert data.startswith(b"%PDF")
    page = desk.author.page(approved)
    assert report.snapshot_sha256 in page.text
    assert hashlib.sha256(data).hexdigest() in page.text


def test_the_paper_says_what_the_page_says(app, approved, the_report, look, tmp_path):
    run_next(app, "test")
    report = the_report()
    pdf = paper(app, look)
    text = text_of(pdf, tmp_path)
    flat = "".join(text.split())
    for words in (
        *("白岩镇人民政府文件", report.number, "签发人：叶怀远", report.title, "青岭县人民政府："),
        *("一、基本情况", "二、过程和用时", "三、评估", "四、整改措施"),
        "实到436人，其中学生400人、教师36人",
        "按照《白岩镇地质灾害应急预案》（白府发〔2026〕12号）",
        *("疏散有序，没有拥挤。", "停电后广播不响。", "广播加备用电池", "曾雨晴"),
        *("启动响应", "向广场疏散", "中心小学后山滑坡", "2026年5月12日印发"),
        *(report.snapshot_sha256, f"/r/{report.public_id}"),
    ):
        assert "".join(words.split()) in flat, words
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert json.loads(reader.attachments["report.json"][0]) == report.snapshot
    assert hashlib.sha256(reader.attachments["report.json"][0]).hexdigest() == (
        report.snapshot_sha256
    )
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    numbers = [line for line in text.splitlines() if line.startswith("—")]
    assert numbers == [f"— {at} —" for at in range(1, len(reader.pages) + 1)]


def test_the_same_snapshot_prints_the_same_paper(app, approved, the_report, tmp_path):
    snapshot = the_report().snapshot
    with app.app_context():
        one, two = render_report(snapshot), render_report(snapshot)
    assert one.missing == one.refused == ()
    assert text_of(one.pdf, tmp_path) == text_of(two.pdf, tmp_path)
    first, second = pictures_of(one.pdf, tmp_path, "a"), pictures_of(two.pdf, tmp_path, "b")
    assert first == second
    assert len(first) == one.pages


def test_later_changes_do_not_reach_the_paper(app, approved, the_report, county):
    before = the_report()
    with app.app_context(), unit_of_work():
        db.session.execute(update(Org).where(Org.id == county.town.id).values(name="新名镇"))
        db.session.execute(update(Plan).values(title="新预案"))
        db.session.execute(update(Drill).values(title="新演练", participants=1))
    with app.app_context():
        snapshot = before.snapshot
        html = paper_html(report_paper(snapshot), layout_of_snapshot(snapshot))
    assert "新" not in html.replace("新的", "")
    after = the_report()
    assert canonical(after.snapshot) == canonical(before.snapshot)


def test_printing_twice_attaches_once(app, approved, the_report, look):
    run_next(app, "test")
    first = the_report().pdf_file_id
    with app.app_context():
        answer = print_report({"report_id": the_report().id}, go)
    assert answer["file_id"] == first == the_report().pdf_file_id
    acts = look(select(AuditRow.action).where(AuditRow.action == "report-pdf-attached"))
    assert len(acts) == 1


def test_killed_before_the_second_step_the_paper_is_printed_again(
    app, approved, the_report, look, monkeypatch
):
    def die(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(printing, "attach_pdf", die)
        with app.app_context(), pytest.raises(KeyboardInterrupt):
            print_report({"report_id": the_report().id}, go)
    assert the_report().pdf_file_id is None
    with app.app_context():
        print_report({"report_id": the_report().id}, go)
    assert the_report().pdf_file_id is not None
    assert len(look(select(IssuedNumber))) == 1


def test_killed_inside_the_second_step_nothing_half_is_left(
    app, approved, the_report, look, monkeypatch
):
    def die(*args, **kwargs):
        raise RuntimeError("no room on the disk")

    monkeypatch.setattr(freezing, "audit_report", die)
    with app.app_context(), pytest.raises(RuntimeError):
        print_report({"report_id": the_report().id}, go)
    assert the_report().pdf_file_id is None
    assert not look(select(StoredFile).where(StoredFile.media_type.contains("pdf")))


def test_killed_inside_the_first_step_the_number_is_free_again(desk, the_report, look, monkeypatch):
    address = desk.submit()

    def die(*args, **kwargs):
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(freezing, "queue_pdf", die)
        with pytest.raises(RuntimeError):
            desk.decide(address, "approve")
    assert the_report().state is ReportState.SUBMITTED
    assert not look(select(IssuedNumber))
    assert desk.decide(address, "approve").status_code == 303
    assert the_report().number.endswith("1号")
    assert look(select(NumberSeries.last_number)) == [1]


def test_a_changed_snapshot_is_never_printed(app, approved, the_report):
    report = the_report()
    forged = report.snapshot | {"opening": "改过的"}
    with app.app_context():
        with unit_of_work():
            db.session.execute(update(Report).values(snapshot=forged))
        with pytest.raises(DomainError):
            print_report({"report_id": report.id}, go)


def test_the_sweep_finds_what_failed_or_vanished(app, approved, the_report, frozen, look):
    def sweep():
        with app.app_context():
            return attach_missing_pdfs(frozen.now)

    assert sweep() == 0  # still queued
    with app.app_context(), unit_of_work():
        values = {"state": WorkState.FAILED, "finished_at": frozen.now}
        db.session.execute(update(WorkItem).values(values))
    assert sweep() == 0  # a moment ago
    frozen.now += timedelta(minutes=11)
    assert sweep() == 1
    assert sweep() == 0
    with app.app_context(), unit_of_work():
        db.session.execute(update(Report).values(work_item_id=None))
    assert sweep() == 1
    while run_next(app, "test"):
        pass
    assert the_report().pdf_file_id is not None
    assert sweep() == 0
    assert len(look(select(IssuedNumber))) == 1


def test_two_leaders_at_once_give_one_number(desk, the_report, look):
    address = desk.submit()
    version = the_report().row_version
    answers = []

    def approve(browser):
        answers.append(
            desk.decide(address, "approve", browser=browser, version=version).status_code
        )

    threads = [
        threading.Thread(target=approve, args=(each,)) for each in (desk.leader, desk.county_leader)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers)[0] == 303
    assert sorted(answers)[1] in {409, 422}
    assert look(select(func.count()).select_from(IssuedNumber)) == [1]
    approvals = look(select(Step.code).order_by(Step.id))
    assert approvals == ["report-submitted", "report-approved"]
    kinds = look(select(Evidence.kind).order_by(Evidence.id))
    assert kinds == ["drill-held", "report-approved"]


def test_a_draft_is_previewed_and_marked(desk, tmp_path):
    address = desk.write()
    response = desk.author.get(f"{address}/preview.pdf")
    assert response.status_code == 200
    text = text_of(response.data, tmp_path)
    assert "草稿" in text
    assert "文号待编" in text
    assert "SHA-256" not in text


def test_anybody_may_check_an_approved_report(app, approved, the_report):
    stranger = app.test_client()
    report = the_report()
    page = stranger.page(f"/r/{report.public_id}")
    assert report.number in page.text
    assert report.title in page.text
    run_next(app, "test")
    sha256 = stranger.page(f"/r/{report.public_id}").text
    assert "正在生成" not in sha256
    assert stranger.get("/r/aaaaaaaaaaaaaaaaaaaaaa").status_code == 404


def test_a_draft_cannot_be_checked(app, desk, the_report):
    desk.submit()
    assert app.test_client().get(f"/r/{the_report().public_id}").status_code == 404


def test_the_title_of_an_internal_plan_stays_inside(app, approved, the_report):
    with app.app_context(), unit_of_work():
        db.session.execute(update(Plan).values(secrecy=Secrecy.INTERNAL))
    page = app.test_client().page(f"/r/{the_report().public_id}")
    assert the_report().title not in page.text
    assert the_report().number in page.text


def test_the_county_has_its_own_pattern_of_numbers(app, desk, county, the_report):
    with app.app_context(), unit_of_work():
        db.session.get(Org, county.county.id).attributes = {
            "report_number": "{word}应急报〔{year}〕{number}号"
        }
        db.session.get(Org, county.town.id).attributes = {"document_word": "白"}
    desk.decide(desk.submit(), "approve")
    assert the_report().number == "白应急报〔2026〕1号"
