"""Papers about people: slips with a first password to cut off, and the hand-over sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from drillreg.documents.paper import (
    Block,
    CheckBox,
    Column,
    FormGrid,
    Heading,
    Manner,
    Paper,
    Paragraph,
    Place,
    SheetCode,
    Signatures,
    Slip,
    Slips,
    Table,
    day_text,
)

WHAT_TO_DO = (
    "1．用手机扫码，或在电脑浏览器中输入网址。",
    "2．输入用户名和一次性密码，按提示设置自己的密码。",
    "3．设好后销毁本条；本条遗失或过期，请向发放单位申请重置。",
)


@dataclass(frozen=True)
class AccountSlip:
    """What the slip of one new account says; the password is good once and until then."""

    name: str
    org: str
    role: str
    username: str
    password: str
    valid_until: datetime  # of the clock on the wall
    address: str


def account_slips(rows: Sequence[AccountSlip], *, per_page: int = 4) -> Paper:
    """Return slips to print and cut, four on a page, in the order given."""
    slips = [
        Slip(
            title=f"{row.name}　账号条",
            rows=[
                ("单位", row.org),
                ("角色", row.role),
                ("网址", row.address),
                ("用户名", row.username),
                ("一次性密码", row.password),
                ("有效期至", f"{day_text(row.valid_until.date())}{row.valid_until:%H:%M}"),
            ],
            url=row.address,
            steps=WHAT_TO_DO,
        )
        for row in rows
    ]
    return Paper("slips", "", [Slips(slips, per_page)], signed=False)


@dataclass(frozen=True)
class HandoverItem:
    """Something open that changes hands."""

    kind: str  # such as 待办任务, 整改措施
    title: str
    org: str
    due_on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Handover:
    """Who hands over to whom, why and on which day, and everything that is open."""

    org: str
    leaver: str
    leaver_post: str
    taker: str
    taker_post: str
    reason: str
    handed_on: date
    items: Sequence[HandoverItem]
    code: SheetCode | None = None


def handover_sheet(data: Handover) -> Paper:
    """Return the sheet of a hand-over, to be signed by both and by the one who watches."""
    who = FormGrid(
        [
            [
                Place("移交人", f"{data.leaver}\n{data.leaver_post}", height_mm=14),
                Place("接收人", f"{data.taker}\n{data.taker_post}", height_mm=14),
                Place("交接日期", day_text(data.handed_on), height_mm=14),
            ],
            [Place("交接原因", data.reason, height_mm=12)],
        ]
    )
    blocks: list[Block] = [who, Heading(f"未办结事项（{len(data.items)}项）", numbered=False)]
    if data.items:
        columns = [
            Column("序号", 8, "center"),
            Column("类别", 14),
            Column("事项", 34),
            Column("单位", 18),
            Column("办理时限", 14, "center"),
            Column("备注", 12),
        ]
        rows = [
            (
                str(at),
                item.kind,
                item.title,
                item.org,
                item.due_on.isoformat() if item.due_on else "",
                item.note,
            )
            for at, item in enumerate(data.items, start=1)
        ]
        blocks.append(Table(columns, rows, ruled=True))
    else:
        blocks.append(Paragraph("没有未办结事项。", Manner.FLUSH))
    blocks += [
        Heading("纸质材料和物品", numbered=False),
        Paragraph(
            [
                CheckBox("文件柜钥匙　"),
                CheckBox("印章　"),
                CheckBox("值班手机　"),
                CheckBox("其他："),
            ],
            Manner.FLUSH,
        ),
        Heading("签字", numbered=False),
        Signatures(["移交人", "接收人", "监交人"]),
    ]
    return Paper("handover", f"{data.org}\n工作交接单", blocks, signed=False, code=data.code)
