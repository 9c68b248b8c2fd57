"""The quarterly and yearly return of dangers as a paper with the line to be signed."""

from collections.abc import Sequence
from datetime import date

from drillreg.dangers.figures import LevelFigures, level_table
from drillreg.dangers.models import DangerReturn
from drillreg.dangers.periods import ReturnKind
from drillreg.documents.paper import Block, Manner, Paper, Paragraph, Signatures, day_text
from drillreg.orgs.models import Org

TITLES = {
    ReturnKind.QUARTER: "事故隐患排查治理情况季度统计分析表",
    ReturnKind.YEAR: "事故隐患排查治理情况年度统计分析表",
}
BY = {
    ReturnKind.QUARTER: "每季度的统计分析表于下一季度首月15日前报送",
    ReturnKind.YEAR: "每年的统计分析表于下一年1月31日前报送",
}


def return_paper(
    org: Org,
    kind: ReturnKind,
    first: date,
    last: date,
    levels: Sequence[LevelFigures],
    sent: DangerReturn | None = None,
) -> Paper:
    """Return the return of a period (16号令 §14); one that was sent says by whom and when."""
    blocks: list[Block] = [
        Paragraph(f"填报单位：{org.name}", Manner.FLUSH),
        Paragraph(f"统计期间：{day_text(first)}至{day_text(last)}", Manner.FLUSH),
        *level_table(levels),
        Paragraph(f"{BY[kind]}，由生产经营单位主要负责人签字。", Manner.NOTE),
    ]
    if sent is None:
        blocks.append(Signatures(["主要负责人", "填表人"]))
    else:
        blocks.append(
            Paragraph(
                f"主要负责人{sent.signed_by}签字，{day_text(sent.sent_on)}报送{sent.sent_to}。",
                Manner.FLUSH,
            )
        )
    return Paper("sign-off", TITLES[kind], blocks, signed=False)
