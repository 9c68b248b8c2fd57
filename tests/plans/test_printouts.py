"""A version on paper: what its PDF and Word file say, who gets them, and from what they come."""

import io
import re
from datetime import UTC, date, datetime
from types import SimpleNamespace as Some

import docx
import pypdf
import pytest

from drillreg.core.access import Actor
from drillreg.core.db import unit_of_work
from drillreg.documents.paper import Figure, Heading
from drillreg.files.operations import store
from drillreg.orgs.scope import whole_installation
from drillreg.plans.models import PlanSection
from drillreg.plans.part_printing import part_blocks
from drillreg.plans.printing import plan_paper
from drillreg.plans.queries import get_plan
from drillreg.plans.rules import Secrecy
from drillreg.plans.templates import template_for
from drillreg.steps.operations import add_step

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)


@pytest.fixture
def write(keep):
    def written(plan, version=None):
        version = version or plan.versions[0]
        texts = [(1, "总则", "本预案**适用**于全镇。"), (2, "目的", ""), (1, "响应", "先转移。")]
        keep(*[
            PlanSection(version_id=version.id, key=str(at), position=at, level=level,
                        heading=heading, body=body, edited_at=NOW)
            for at, (level, heading, body) in enumerate(texts)
        ])  # fmt: skip
        return version

    return written


def words_of(data):
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return [re.sub(r"\s", "", page.extract_text()) for page in pages]


def test_an_issued_version_is_printed_with_cover_contents_and_text(
    as_role, county, make_plan, write
):
    plan = make_plan(county.town, title="白岩镇防汛预案", secrecy=Secrecy.INTERNAL)
    write(plan)
    answer = as_role("town_staff", county.town).get(f"/plans/{plan.id}/versions/1/plan.pdf")
    cover, approvals, contents, blank, text = words_of(answer.data)[:5]
    for part in ("内部", "白岩镇防汛预案", "白府发〔2026〕12号", "第1版", "白岩镇", "2026年3月2日"):
        assert part in cover
    assert "审批签发页" in approvals
    assert "一、总则" in contents
    assert blank == ""
    assert "（一）目的" in text
    assert "本预案适用于全镇。" in text
    assert "草案" not in "".join((cover, text))


def test_a_draft_says_so_on_paper_and_in_word(as_role, county, make_plan, write):
    plan = make_plan(county.town, issued_on=None, title="白岩镇防汛预案")
    write(plan)
    town = as_role("town_staff", county.town)
    assert "（草案）" in words_of(town.get(f"/plans/{plan.id}/versions/1/plan.pdf").data)[0]
    answer = town.get(f"/plans/{plan.id}/versions/1/plan.docx")
    document = docx.Document(io.BytesIO(answer.data))
    said = [paragraph.text for paragraph in document.paragraphs]
    assert "（草案）" in said
    assert "审批签发页" in said
    heads = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert heads == ["总则", "目的", "响应"]
    # The text is a section of its own, counted from 1.
    numbering = document.sections[-1]._sectPr.xpath("w:pgNumType/@w:start")
    assert numbering == ["1"]


def test_who_signed_stands_on_the_page_of_approvals(app, county, make_plan, write, keep):
    plan = make_plan(county.town)
    version = write(plan)
    leader = Actor(account_id=1, person_id=None, name="张伟")
    with app.app_context():
        with unit_of_work():
            for code in ("report-returned", "report-submitted", "report-approved"):
                add_step(code, subject_kind="plan-version", subject_id=version.id, actor=leader,
                         now=NOW, remark="同意")  # fmt: skip
        found = get_plan(plan.id, whole_installation(date(2026, 5, 12)))
        table = plan_paper(found.current).front[1]
    assert [row[0] for row in table.rows] == ["送审", "批准"]
    assert table.rows[1][1:] == ("张伟", "同意", "2026年5月12日")


def test_the_frozen_file_is_what_an_issued_version_hands_out(
    app, as_role, county, make_plan, write, keep, reading
):
    plan = make_plan(county.town)
    version = write(plan)
    with app.app_context(), unit_of_work():
        found = get_plan(plan.id, whole_installation(date(2026, 5, 12)))
        kept = store(b"%PDF-1.7\n%frozen\n", name="x.pdf", org_id=None, actor=None, now=NOW)
        found.current.frozen_file_id = kept.id
    town = as_role("town_staff", county.town)
    with town.get(f"/plans/{plan.id}/versions/{version.number}/plan.pdf") as answer:
        assert answer.data.endswith(b"%frozen\n")


def test_the_page_leads_to_the_text_only_where_there_is_some(as_role, county, make_plan, write):
    plan = make_plan(county.town)
    town = as_role("town_staff", county.town)
    link = {"href": f"/plans/{plan.id}/versions/1/plan.pdf"}
    assert town.page(f"/plans/{plan.id}").find("a", link) is None
    assert town.get(link["href"]).status_code == 404
    write(plan)
    assert town.page(f"/plans/{plan.id}").find("a", link)
    assert town.get(f"/plans/{plan.id}/versions/9/plan.pdf").status_code == 404


def test_parts_become_appendices_with_a_map_of_the_routes(app):
    places = [("村口", 113.91, 26.93), ("桥", None, None), ("小学", 113.92, 26.94)]
    parts = Some(
        levels=[Some(level="1", trigger="100人以上", decider="县长", actions="转移")],
        members=[Some(role="commander", duty="总指挥", org_name="白岩镇", post_title="镇长",
                      name="张伟", phone="0796-1")],
        resources=[],
        routes=[Some(name="一号路线", start="村口", destination="小学", people=30, minutes=20,
                     length_m=1500, note="夜间打灯",
                     points=[Some(name=n, lon=lon, lat=lat) for n, lon, lat in places])],
    )  # fmt: skip
    with app.app_context():
        blocks = part_blocks(parts)
    heads = [block.text for block in blocks if isinstance(block, Heading)]
    assert heads == [
        "附录1　响应级别、启动条件和行动", "附录2　组织体系和通讯录", "附录3　转移路线",
    ]  # fmt: skip
    (figure,) = [block for block in blocks if isinstance(block, Figure)]
    assert "stroke-dasharray" in figure.svg
    assert "村口" in figure.svg


def test_an_optional_section_nobody_wrote_is_no_bare_heading(app, county, make_plan, keep):
    plan = make_plan(county.town, "flood", kind="overall", issued_on=None)
    template = template_for("overall", "town")
    keep(*[
        PlanSection(version_id=plan.versions[0].id, key=each.key, position=at, level=each.level,
                    heading=each.heading["zh"], body="", edited_at=NOW)
        for at, each in enumerate(template.sections)
    ])  # fmt: skip
    with app.app_context():
        version = get_plan(plan.id, whole_installation(date(2026, 5, 12))).versions[0]
        printed = [b.text for b in plan_paper(version).blocks if isinstance(b, Heading)]
    needed = [each.heading["zh"] for each in template.sections if each.required]
    assert set(needed) <= set(printed)
    assert template.sections[-1].key == "annexes"
    assert template.sections[-1].heading["zh"] not in printed
