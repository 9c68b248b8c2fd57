"""A compiled book: what it holds, for whom, its pages, and what stays out and why."""

import io
import re
from datetime import UTC, datetime

import docx
import pypdf
import pytest
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.files.models import StoredFile
from drillreg.files.operations import path_of, store
from drillreg.plans.models import PlanFile, PlanSection
from drillreg.plans.rules import Secrecy
from drillreg.work.models import WorkItem
from drillreg.work.worker import run_next

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)


def foreign_pdf(pages=2, rotate=0):
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842).rotate(rotate)
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def word():
    held = io.BytesIO()
    docx.Document().save(held)
    return held.getvalue()


def fonts_of(page):
    """Return the fonts of a page, also of what is laid over it."""
    found, left = [], [page["/Resources"]]
    while left:
        resources = left.pop().get_object()
        found += [each.get_object() for each in resources.get("/Font", {}).values()]
        forms = resources.get("/XObject", {})
        forms = [each.get_object() for each in getattr(forms, "get_object", dict)().values()]
        left += [each["/Resources"] for each in forms if "/Resources" in each]
    return found


def is_embedded(font):
    inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
    descriptor = inner.get("/FontDescriptor", {})
    return bool({"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor.get_object()))


@pytest.fixture
def attach(app):
    def keep_paper(plan, name, data):
        with app.app_context(), unit_of_work():
            kept = store(data, name=name, org_id=None, actor=None, now=NOW)
            db.session.add(PlanFile(version_id=plan.versions[0].id, file_id=kept.id))

    return keep_paper


@pytest.fixture
def bound(app):
    """Run the book that was asked for and return its pages as text."""

    def run():
        assert run_next(app, "w1", at_once=lambda: 1)
        with app.app_context():
            item = db.session.scalars(select(WorkItem).order_by(WorkItem.id.desc())).first()
            assert item.state == "done", item.message
            kept = db.session.get_one(StoredFile, item.result_file_id)
            reader = pypdf.PdfReader(path_of(kept.sha256))
        return item, reader, [re.sub(r"\s", "", page.extract_text()) for page in reader.pages]

    return run


def test_plans_are_bound_with_contents_and_running_numbers(
    as_role, county, make_plan, attach, bound, keep
):
    written = make_plan(county.county, title="县总体预案", event_type="general", kind="overall")
    keep(PlanSection(version_id=written.versions[0].id, key="a", position=0, heading="总则",
                     body="本预案适用于全县。", edited_at=NOW))  # fmt: skip
    attached = make_plan(county.town, title="镇防汛预案", event_type="flood")
    attach(attached, "正文.pdf", foreign_pdf(rotate=90))
    attach(attached, "说明.docx", word())
    attach(attached, "坏.pdf", b"%PDF-1.7\n%broken\n")
    make_plan(county.town, title="只有登记的预案", event_type="fire")
    make_plan(county.other_county, title="邻县预案", event_type="flood")

    clerk = as_role("county_staff", county.county)
    answer = clerk.post(
        "/books/", data={"org": county.county.id, "title": "全县汇编", "internal": "1"}
    )
    assert answer.status_code == 303
    item, reader, pages = bound()
    assert f"/work/{item.public_id}" == answer.location
    assert "全县汇编" in pages[0]
    assert "收录现行预案3件" in pages[0]
    contents = "".join(pages[1:4])
    assert "县总体预案" in contents
    assert "邻县预案" not in "".join(pages)
    for name in ("说明.docx", "坏.pdf", "没有录入正文"):
        assert name in contents
    titles = {each.title: reader.get_destination_page_number(each) for each in reader.outline}
    assert list(titles) == ["封面和目录", "县总体预案", "镇防汛预案", "只有登记的预案"]
    assert all(at % 2 == 0 for at in titles.values())  # parts begin on right-hand pages
    first = titles["县总体预案"]
    assert "—2—" in pages[first + 1]
    town = titles["镇防汛预案"]
    number = town - first + 1
    assert re.search(rf"镇防汛预案.*?{number}(?!\d)", contents)
    assert f"—{number + 1}—" in pages[town + 1]
    assert f"—{number + 2}—" in pages[town + 2]
    fonts = [font for page in reader.pages[town:] for font in fonts_of(page)]
    assert len(fonts) >= 3
    assert all(map(is_embedded, fonts))
    page = clerk.page("/books/")
    assert page.find("a", {"href": f"/work/{item.public_id}/result"})


def test_internal_plans_go_only_to_those_who_reach_them_and_can_be_left_out(
    as_role, county, make_plan, bound
):
    make_plan(county.town, title="公开预案", event_type="flood")
    make_plan(county.town, title="内部预案甲", event_type="fire", secrecy=Secrecy.INTERNAL)
    clerk = as_role("county_staff", county.county)
    assert "内部预案1个" in clerk.page("/books/").text.replace(" ", "")
    clerk.post("/books/", data={"org": county.county.id, "internal": "1"})
    pages = bound()[2]
    assert "内部" in pages[0]
    assert any("内部预案甲" in page for page in pages)
    clerk.post("/books/", data={"org": county.county.id})
    pages = bound()[2]
    assert "内部" not in pages[0]
    assert not any("内部预案甲" in page for page in pages)


def test_one_plan_that_cannot_be_printed_leaves_the_others_in_the_book(
    as_role, county, make_plan, bound, keep
):
    for number, event in enumerate(("flood", "fire", "general")):
        plan = make_plan(county.town, event, title=f"镇预案{number}")
        body = "| 表 |\n|---|\n" + "| 行 |\n" * 600 if number == 1 else "正文"
        keep(PlanSection(version_id=plan.versions[0].id, key="a", position=0, heading="一",
                         body=body, edited_at=NOW))  # fmt: skip
    as_role("county_staff", county.county).post("/books/", data={"org": county.town.id})
    _, reader, pages = bound()
    titles = [each.title for each in reader.outline]
    assert titles == ["封面和目录", "镇预案0", "镇预案2"]
    assert "镇预案1" in "".join(pages[:4])


def test_nobody_binds_what_they_do_not_reach(as_role, county, make_plan, reading):
    make_plan(county.town)
    other = as_role("town_staff", county.other_town)
    assert other.get(f"/books/?org={county.town.id}").status_code == 404
    assert other.post("/books/", data={"org": county.town.id}).status_code == 404
    answer = other.post("/books/", data={"org": county.other_town.id})
    assert answer.status_code == 422
    assert "没有可以汇编的现行预案" in answer.text
    assert reading.scalar(select(WorkItem.id)) is None


def test_a_book_is_of_the_asker_alone(as_role, county, make_plan, bound):
    make_plan(county.town)
    clerk = as_role("county_staff", county.county)
    clerk.post("/books/", data={"org": county.town.id})
    item = bound()[0]
    with clerk.get(f"/work/{item.public_id}/result") as answer:
        assert answer.status_code == 200
    other = as_role("town_staff", county.town)
    assert other.get(f"/work/{item.public_id}/result").status_code == 404
