"""Papers about dangers: orders, notices, letters, plan, strike-off, registers; they speak Chinese.

The office asks and supervises; it never issues the order of law enforcement (责令限期整改指令书).
"""

from collections.abc import Sequence
from datetime import date

from drillreg.core.codes import code_list
from drillreg.dangers.models import Danger, DangerListing, DangerPlan, DangerRound, DangerTransfer
from drillreg.dangers.rules import RoundKind
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


def word(code: str | None, name: str) -> str:
    """Return the Chinese word of a code, an unknown code as it is."""
    item = code_list(name).get(code or "")
    return item.label["zh"] if item else code or ""


def _facts(danger: Danger) -> list[Row]:
    level = word(danger.level, "danger_level")
    kind = word(danger.category, "danger_category")
    return [
        ("隐患编号", danger.number or ""),
        ("责任单位", danger.org.name),
        ("隐患内容", danger.what),
        ("位置", danger.place or ""),
        ("等级、类别", f"{level}　{kind}"),
        (
            "发现",
            f"{day_text(danger.found_on)}　{danger.finder}　{word(danger.source, 'danger_source')}",
        ),
        ("依据", danger.basis or ""),
    ]


def _fact_table(danger: Danger) -> Table:
    rows = [row for row in _facts(danger) if row[1]]
    return Table([Column("项目", 20), Column("内容", 80)], rows, ruled=True)


def _days(turn: DangerRound) -> str:
    if turn.due_on is None:
        return ""
    if turn.days is None:
        return f"{day_text(turn.due_on)}前"
    unit = "个工作日" if turn.is_working else "日"
    return f"自本件印发之日起{turn.days}{unit}内（{day_text(turn.due_on)}前）"


def order_paper(danger: Danger, turn: DangerRound) -> Paper:
    """Return the order (交办单) or the notice of supervision (督办通知) of a round."""
    issuer = name_on(turn.issuer, turn.issued_on)
    to = name_on(turn.to, turn.issued_on)
    is_notice = turn.kind is RoundKind.NOTICE
    again = "二次" if turn.number > 1 else ""
    title = f"关于{again}督办事故隐患整改的通知" if is_notice else "事故隐患整改交办单"
    ordered = "督促整改" if turn.to_org_id != danger.org_id else "整改"
    opening = (
        f"经检查，{danger.org.name}存在下列事故隐患。"
        + ("经复查尚未整改到位，现启动二次督查，" if again else "现")
        + f"请你单位{_days(turn)}{ordered}到位。"
    )
    blocks: list[Block] = [
        Paragraph(opening),
        Heading("隐患情况"),
        _fact_table(danger),
        Heading("整改要求"),
        *[Paragraph(line) for line in (turn.requirement or "").split("\n") if line.strip()],
        Paragraph(
            "整改完成后，请及时上报整改情况和整改前后照片，由我单位组织复查，合格的予以销号；"
            "确需延期的，应当在期限届满前书面说明理由。整改期间请落实防范措施，确保安全。"
        ),
    ]
    return Paper(
        "official" if is_notice else "notice",
        title,
        blocks,
        issuers=[issuer],
        red_head=is_notice,
        number=turn.paper_number or "",
        addressee=to,
        dated=turn.issued_on,
        copies=danger.org.name if turn.to_org_id != danger.org_id else "",
        printed_by=issuer if is_notice else "",
        printed_on=turn.issued_on if is_notice else None,
    )


def transfer_paper(danger: Danger, found: DangerTransfer) -> Paper:
    """Return the letter by which a danger is passed to another authority (协调转办函)."""
    issuer = name_on(found.sender, found.sent_on)
    blocks: list[Block] = [
        Paragraph(
            "下列事故隐患涉及你单位职责，现转请你单位依职责办理，并将办理情况反馈我单位；"
            "不属于你单位职责的，请说明理由退回。"
        ),
        Heading("隐患情况"),
        _fact_table(danger),
        Heading("转办理由"),
        Paragraph(found.reason),
    ]
    return Paper(
        "official",
        "关于转办事故隐患的函",
        blocks,
        issuers=[issuer],
        red_head=True,
        number=found.paper_number or "",
        addressee=name_on(found.to, found.sent_on),
        dated=found.sent_on,
        printed_by=issuer,
        printed_on=found.sent_on,
    )


def listing_paper(danger: Danger, found: DangerListing) -> Paper:
    """Return the notice of listed supervision (挂牌督办通知) of a major danger."""
    issuer = name_on(found.org, found.from_on)
    until = f"，于{day_text(found.due_on)}前完成治理" if found.due_on else ""
    public = "本通知向社会公布。" if found.is_public else ""
    blocks: list[Block] = [
        Paragraph(
            f"经研究，决定对{danger.org.name}下列重大事故隐患实行挂牌督办。请按照治理方案落实责任、"
            f"措施、资金、时限和预案{until}。治理完成并经验收合格后，申请摘牌。{public}"
        ),
        Heading("隐患情况"),
        _fact_table(danger),
    ]
    if found.note:
        blocks += [Heading("督办要求"), Paragraph(found.note)]
    return Paper(
        "official",
        "关于挂牌督办重大事故隐患的通知",
        blocks,
        issuers=[issuer],
        red_head=True,
        number=found.paper_number,
        addressee=danger.org.name,
        dated=found.from_on,
        printed_by=issuer,
        printed_on=found.from_on,
    )


def plan_paper(danger: Danger, plan: DangerPlan) -> Paper:
    """Return the plan of removal (治理方案) with its six contents and 五落实."""
    blocks: list[Block] = [Heading("隐患情况"), _fact_table(danger)]
    for item in code_list("danger_plan_item"):
        blocks.append(Heading(item.label["zh"]))
        lines = str(plan.items.get(item.code, "")).split("\n")
        blocks += [Paragraph(line) for line in lines if line.strip()]
    boxes = [
        CheckBox(f"{item.label['zh']}　", ticked=item.code in plan.settled)
        for item in code_list("danger_settled")
    ]
    blocks += [
        Heading("五落实情况"),
        Paragraph(boxes),
        Signatures(["主要负责人"]),
    ]
    title = f"{danger.org.name}重大事故隐患治理方案"
    return Paper("report", title, blocks, issuers=[danger.org.name], dated=plan.made_on)


def close_paper(danger: Danger, turn: DangerRound | None) -> Paper:
    """Return the strike-off slip (销号单) of a danger: found, handled, reported, verified."""
    done = (turn.report if turn else None) or "当场整改"
    seen = "\n".join(part for part in (turn.review, turn.team) if part) if turn else ""
    reviewed = f"{turn.reviewed_by_name}　{day_text(turn.reviewed_on)}" if turn and seen else ""
    grid = FormGrid(
        [
            [Place("销号编号", danger.close_number or ""), Place("隐患编号", danger.number or "")],
            [Place("责任单位", danger.org.name), Place("等级", word(danger.level, "danger_level"))],
            [Place("隐患内容", danger.what, height_mm=26)],
            [Place("发现", f"{danger.finder}　{day_text(danger.found_on)}")],
            [
                Place(
                    "整改情况",
                    f"{done}\n{danger.fixed_by_name or ''}　{day_text(danger.fixed_on)}",
                    height_mm=34,
                )
            ],
            [
                Place(
                    "复查（验收）意见",
                    f"{seen}\n{reviewed}".strip() or "当场整改，尚未复查",
                    height_mm=34,
                )
            ],
            [
                Place("销号日期", day_text(danger.closed_on)),
                Place("销号单位（盖章）", height_mm=34),
            ],
        ]
    )
    return Paper("sign-off", "事故隐患销号单", [grid], signed=False)


def review_sheet(danger: Danger, turn: DangerRound, code: SheetCode) -> Paper:
    """Return the sheet on which somebody verifies by hand what was put right."""
    result: list[Part] = [
        CheckBox("整改到位，同意销号　"),
        CheckBox("整改不到位，退回重新整改"),
        "\n\n意见：",
    ]
    grid = FormGrid(
        [
            [Place("隐患编号", danger.number or ""), Place("责任单位", danger.org.name)],
            [Place("隐患内容", danger.what, height_mm=26)],
            [Place("整改情况", turn.report or "", height_mm=40)],
            [
                Place("整改人", turn.reported_by_name or ""),
                Place("整改完成日期", day_text(turn.reported_on)),
            ],
            [Place("复查结果", result, height_mm=58)],
            [Place("复查人签名", height_mm=20), Place("复查日期", height_mm=20)],
            [Place("备注", "复查人与整改人不得为同一人。", height_mm=16)],
        ]
    )
    return Paper("sign-off", "事故隐患整改复查单", [grid], signed=False, code=code)


def register_paper(dangers: Sequence[Danger], keeper: str) -> Paper:
    """Return the register of dangers that were struck off (销号台账)."""
    columns = [
        Column("序号", 5, "center"),
        Column("销号编号", 14),
        Column("责任单位", 15),
        Column("隐患内容", 26),
        Column("等级", 8, "center"),
        Column("发现日期", 10, "center"),
        Column("整改日期", 10, "center"),
        Column("复查人", 8, "center"),
        Column("销号日期", 10, "center"),
    ]
    rows: list[Row] = [
        (
            str(at),
            each.close_number or "",
            each.org.name,
            each.what,
            word(each.level, "danger_level").removesuffix("隐患"),
            each.found_on.isoformat(),
            _iso(each.fixed_on),
            each.closed_by_name or "",
            _iso(each.closed_on),
        )
        for at, each in enumerate(dangers, start=1)
    ]
    blocks: list[Block] = [Table(columns, rows, ruled=True)]
    if not rows:
        blocks.append(Paragraph("没有已销号的隐患。", Manner.NOTE))
    return Paper("roster", f"{keeper}事故隐患销号台账", blocks, signed=False)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
