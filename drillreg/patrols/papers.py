"""The sheet that a team takes along and the summary of an inspection; papers speak Chinese."""

from collections import Counter
from collections.abc import Sequence

from drillreg.core.codes import code_list
from drillreg.documents.paper import (
    Block,
    Column,
    Heading,
    Manner,
    Paper,
    Paragraph,
    Row,
    Signatures,
    Table,
    day_text,
)
from drillreg.patrols.inspection_rules import InspectionState, Sampling
from drillreg.patrols.models import Inspection, InspectionItem, InspectionMember
from drillreg.patrols.scope import WAYS


def _zh(code: str, name: str) -> str:
    found = code_list(name).get(code)
    return found.label["zh"] if found else code


def _head(found: Inspection, team: Sequence[InspectionMember]) -> list[Block]:
    span = f"{day_text(found.from_on)}至{day_text(found.to_on)}"
    people = "、".join(f"{each.name}（{each.body}）" if each.body else each.name for each in team)
    blocks: list[Block] = [
        Paragraph(f"检查时间：{span}。检查方式：{_zh(found.way, WAYS)}。"),
    ]
    if people:
        blocks.append(Paragraph(f"检查组：{people}。"))
    if found.basis:
        blocks.append(Paragraph(f"检查依据：{found.basis}"))
    if found.focus:
        blocks.append(Paragraph(f"检查重点：{found.focus}"))
    return blocks


def _place(item: InspectionItem) -> str:
    return f"{item.site.number} {item.site.name}" if item.site else item.org.name


def inspection_sheet(
    found: Inspection, items: Sequence[InspectionItem], team: Sequence[InspectionMember]
) -> Paper:
    """Return the list to take along: room to write what was seen, and to sign."""
    columns = [
        Column("序号", 6, "center"),
        Column("风险点（单位）", 24),
        Column("责任单位", 14),
        Column("检查人", 9, "center"),
        Column("计划日期", 11, "center"),
        Column("检查情况和发现的问题", 24),
        Column("被检查方签字", 12),
    ]
    rows: list[Row] = [
        (
            str(at),
            _place(item),
            item.org.name,
            item.member.name if item.member else "",
            item.planned_on.isoformat() if item.planned_on else "",
            "",
            "",
        )
        for at, item in enumerate(items, 1)
    ]
    blocks = [
        *_head(found, team),
        Table(columns, rows, ruled=True, row_mm=14),
        Signatures(["检查组组长", "检查组成员"]),
    ]
    return Paper("roster", f"{found.title}检查记录表", blocks, signed=False)


def _drawn(found: Inspection) -> str:
    kept = found.drawn or {}
    if found.sampling is Sampling.CENSUS:
        return "本次检查为普查，范围内的风险点全部列入。"
    if found.sampling is not Sampling.FOCUS:
        return "检查对象由检查组指定。"
    shares = "、".join(
        f"{_zh(level, 'risk_level')}{percent}%" for level, percent in kept["shares"].items()
    )
    return (
        f"本次检查为重点抽查：按风险等级抽取（{shares}），其中{kept['stale_first']}%取最久未检查的，"
        f"其余按随机种子“{kept['seed']}”抽取；从{len(kept['frame'])}处中抽得{len(kept['drawn'])}处。"
    )


def inspection_summary(
    found: Inspection, items: Sequence[InspectionItem], team: Sequence[InspectionMember]
) -> Paper:
    """Return what was seen, found and not seen, with the numbers by organisation."""
    seen = [item for item in items if item.seen_on is not None]
    bad = [item for item in seen if item.seen_result == "abnormal"]
    missed = [item for item in items if item.seen_on is None]
    blocks: list[Block] = [
        Heading("基本情况"),
        *_head(found, team),
        Paragraph(_drawn(found)),
        Paragraph(
            f"应检查{len(items)}处，已检查{len(seen)}处，发现异常{len(bad)}处，"
            f"未检查{len(missed)}处。"
        ),
        Table(_by_org_columns(), _by_org(items), "各单位检查情况", ruled=True),
        Heading("发现的问题"),
    ]
    blocks += [
        Paragraph(f"{_place(item)}（{item.org.name}）：{item.seen_note or ''}") for item in bad
    ] or [Paragraph("未发现异常。")]
    if missed:
        blocks.append(Heading("未检查的及原因"))
        blocks += [
            Paragraph(f"{_place(item)}：{item.not_done_reason or '尚未检查'}") for item in missed
        ]
    blocks.append(Heading("检查结论"))
    text = found.summary or "（检查尚未结束）"
    blocks += [Paragraph(line) for line in text.split("\n") if line.strip()]
    if found.state is not InspectionState.CLOSED:
        blocks.append(Paragraph("检查尚未结束，以上为目前情况。", Manner.NOTE))
    return Paper(
        "report",
        f"{found.title}情况汇总",
        blocks,
        issuers=[found.org.name],
        dated=found.to_on,
        draft="" if found.state is InspectionState.CLOSED else "草稿",
    )


def _by_org_columns() -> list[Column]:
    return [
        Column("单位", 40),
        Column("应检查", 15, "center"),
        Column("已检查", 15, "center"),
        Column("发现异常", 15, "center"),
        Column("未检查", 15, "center"),
    ]


def _by_org(items: Sequence[InspectionItem]) -> list[Row]:
    total: Counter[str] = Counter(item.org.name for item in items)
    seen: Counter[str] = Counter(item.org.name for item in items if item.seen_on)
    bad: Counter[str] = Counter(item.org.name for item in items if item.seen_result == "abnormal")
    return [
        (name, str(count), str(seen[name]), str(bad[name]), str(count - seen[name]))
        for name, count in total.items()
    ]
