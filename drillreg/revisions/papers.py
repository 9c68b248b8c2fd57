"""The evaluation report and the drafting plan as papers; papers speak Chinese."""

from collections.abc import Sequence
from datetime import date

from drillreg.core.codes import code_list
from drillreg.documents.paper import (
    Block,
    CheckBox,
    Column,
    FormGrid,
    Heading,
    Manner,
    Paper,
    Paragraph,
    Part,
    Place,
    Row,
    SheetCode,
    Signatures,
    Table,
    day_text,
)
from drillreg.orgs.history import name_on
from drillreg.plans.models import Plan
from drillreg.revisions.drafting import Line
from drillreg.revisions.forms_of_evaluation import evaluation_forms
from drillreg.revisions.models import DraftingPlan, PlanEvaluation
from drillreg.revisions.rules import EvaluationState

CONCLUSIONS = {
    "keep": "该预案总体适用，不需要修订。",
    "revise": "该预案需要修订，应当及时启动修订工作。",
    "abolish": "该预案建议废止。",
}
PROGRESS = {"waiting": "未启动", "begun": "起草中", "signing": "审签中", "issued": "已印发"}


def _paragraphs(text: str, empty: str) -> list[Block]:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return [Paragraph(line) for line in lines or [empty]]


def evaluation_paper(found: PlanEvaluation, plan: Plan) -> Paper:
    """Return the report of an evaluation, its parts as AQ/T 9011-2019 7.2 names them."""
    form = evaluation_forms()[found.form]
    version = found.version
    issued = f"{day_text(version.issued_on)}印发" if version.issued_on else ""
    number = f"（{version.document_number}）" if version.document_number else ""
    name = name_on(plan.org, found.evaluated_on)
    people = [line for line in found.people.split("\n") if line]
    team: list[Row] = [(str(at), person, "") for at, person in enumerate(people, 1)]
    columns = [
        Column("序号", 8, "center"),
        Column("姓名、单位、职务和分工", 62),
        Column("签字", 30),
    ]
    blocks: list[Block] = [
        Heading("评估人员"),
        Table(columns, team, ruled=True, row_mm=9),
        Heading("评估组织"),
        *_paragraphs(found.course, "评估组查阅资料、现场核对后形成本报告。"),
        Heading("预案基本情况"),
        Paragraph(f"《{plan.title}》{number}，{name}编制，第{version.number}版，{issued}。"),
        Heading("评估内容"),
        Table(_columns(found.form), _rated(found), form.label["zh"], ruled=True),
        Paragraph(f"依据：{form.source}。", Manner.NOTE),
        Heading("适用性分析"),
        *_paragraphs(found.summary, "（待填写）"),
        Heading("改进意见和建议"),
        *_paragraphs(found.advice, "无。"),
        Heading("评估结论"),
        Paragraph(CONCLUSIONS[found.outcome] if found.outcome else "（未作出结论）"),
        Signatures(["评估组组长", "单位负责人"]),
    ]
    return Paper(
        "report",
        f"《{plan.title}》评估报告",
        blocks,
        issuers=[name],
        dated=found.evaluated_on,
        draft="" if found.state is EvaluationState.CONCLUDED else "草稿",
    )


def _columns(form: str) -> list[Column]:
    columns = [Column("评估要素", 16), Column("评估内容", 44)]
    if any(item.method for item in evaluation_forms()[form]):
        columns.append(Column("评估方法", 14))
    return [*columns, Column("结果", 12, "center"), Column("说明", 24)]


def _rated(found: PlanEvaluation) -> list[Row]:
    form = evaluation_forms()[found.form]
    words = {item.code: item.label["zh"] for item in code_list("evaluation_rating")}
    with_method = any(item.method for item in form)
    rows: list[Row] = []
    for group in form.groups:
        for at, item in enumerate(group.items):
            given = found.answers.get(item.code, {})
            row = [group.label["zh"] if not at else "", item.label["zh"]]
            if with_method:
                row.append(item.method)
            rows.append([*row, words.get(given.get("rating", ""), ""), given.get("remark", "")])
    return rows


def drafting_paper(drafting: DraftingPlan, lines: Sequence[Line], *, today: date) -> Paper:
    """Return a drafting plan as a table to be signed, sent up and put on the wall."""
    columns = [
        Column("序号", 5, "center"),
        Column("预案名称", 26),
        Column("制定或修订", 8, "center"),
        Column("编制单位", 13),
        Column("牵头单位", 13),
        Column("配合单位", 13),
        Column("责任人", 8, "center"),
        Column("完成时限", 10, "center"),
        Column("进展", 8, "center"),
    ]
    rows: list[Row] = [
        (
            str(at),
            line.item.title,
            "制定" if line.item.is_new else "修订",
            line.item.org.name,
            line.item.lead.name,
            line.item.supporting or "",
            line.item.person or "",
            line.item.due_on.isoformat(),
            PROGRESS[line.progress],
        )
        for at, line in enumerate(lines, start=1)
    ]
    note = f"进展统计至{day_text(today)}。"
    if drafting.approved_by_body and drafting.approved_on:
        note = f"{day_text(drafting.approved_on)}经{drafting.approved_by_body}批准。" + note
    blocks: list[Block] = [Table(columns, rows, ruled=True), Paragraph(note, Manner.NOTE)]
    return Paper(
        "roster",
        f"{drafting.org.name}{drafting.year}年应急预案制修订工作计划",
        blocks,
        number=drafting.number or "",
        signed=False,
        draft="" if drafting.approved_on else "草稿",
    )


def approval_paper(
    drafting: DraftingPlan, lines: Sequence[Line], code: SheetCode, body: str
) -> Paper:
    """Return the sheet on which a leader approves a drafting plan (送审单); always Chinese."""
    decision: list[Part] = [CheckBox("同意　"), CheckBox("退回修改"), "\n\n意见："]
    grid = FormGrid(
        [
            [Place("标题", drafting.title, height_mm=16)],
            [Place("编制单位", drafting.org.name), Place("项目数", f"{len(lines)}项")],
            [Place("审定机关", body)],
            [Place("主要内容", "；".join(line.item.title for line in lines[:12]), height_mm=60)],
            [Place("审批意见", decision, height_mm=60)],
            [Place("签名", height_mm=20), Place("日期", height_mm=20)],
            [Place("备注（会议名称、纪要文号）", height_mm=18)],
        ]
    )
    return Paper("sign-off", "应急预案制修订工作计划送审单", [grid], signed=False, code=code)
