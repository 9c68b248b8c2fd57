"""The sheet that goes with a plan to whoever signs on paper (送审单); always Chinese."""

from drillreg.documents.paper import CheckBox, FormGrid, Paper, Part, Place, SheetCode
from drillreg.plans.models import Plan, PlanVersion
from drillreg.signoffs.models import SignOff
from drillreg.signoffs.rules import Stage


def step_paper(
    plan: Plan, version: PlanVersion, sign_off: SignOff, stage: Stage, code: SheetCode, note: str
) -> Paper:
    """Return the sheet of a step; `note` says what changed or what was found before."""
    decision: list[Part] = [
        CheckBox("同意　"),
        CheckBox("退回修改　"),
        CheckBox("其他"),
        "\n\n意见：",
    ]
    grid = FormGrid(
        [
            [Place("标题", plan.title, height_mm=16)],
            [Place("版本", f"第{version.number}版"), Place("环节", stage.zh)],
            [Place("编制单位", plan.org.name), Place("送审人", sign_off.started_by_name)],
            [
                Place("审定机关", stage.body_zh or plan.org.name),
                Place("轮次", f"第{sign_off.round}轮"),
            ],
            [Place("主要情况", note, height_mm=40)],
            [Place(f"{stage.zh}意见", decision, height_mm=70)],
            [Place("签名", height_mm=20), Place("日期", height_mm=20)],
            [Place("备注（会议名称、纪要文号）", height_mm=18)],
        ]
    )
    return Paper("sign-off", f"预案{stage.zh}送审单", [grid], signed=False, code=code)
