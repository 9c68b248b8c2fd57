"""The duty roster and the contact book as papers; papers speak Chinese."""

from collections.abc import Callable, Sequence
from datetime import date

from drillreg.accounts.models import Post
from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.core.page import WEEKDAYS_ZH
from drillreg.documents.paper import (
    Block,
    Column,
    Heading,
    Manner,
    Paper,
    Paragraph,
    Table,
    day_text,
)
from drillreg.i18n import N_
from drillreg.network.duties import Position, positions
from drillreg.network.tables import RosterDay
from drillreg.orgs.history import name_on
from drillreg.orgs.models import Org

LAYOUT = "roster"
MOST_PRINTED = 600


def roster_paper(
    org: Org, first: date, days: Sequence[RosterDay], used: Sequence[Position]
) -> Paper:
    """Return the roster of a month as it is put up on the wall."""
    columns = [Column("日期", 3, "center"), Column("星期", 2, "center")]
    columns += [Column(each.label["zh"], 4, "center") for each in used]
    columns.append(Column("备注", 3, "center"))
    rows = [
        (
            f"{day.on.month}月{day.on.day}日",
            f"星期{WEEKDAYS_ZH[day.on.weekday()]}",
            *(day.cells[each.code] for each in used),
            day.name or ("" if day.works else "休息日"),
        )
        for day in days
    ]
    starts = min(each.starts for each in positions())
    note = f"值班时间：当日{starts:%H:%M}至次日{starts:%H:%M}。"
    if org.duty_phone:
        note += f"24小时值班电话：{org.duty_phone}。"
    return Paper(
        LAYOUT,
        f"{name_on(org, first)}{first.year}年{first.month}月值班表",
        [Table(columns, rows, ruled=True), Paragraph(note, Manner.NOTE)],
        signed=False,
    )


def book_paper(
    title: str, posts: Sequence[Post], *, number: Callable[[Post], str], today: date
) -> Paper:
    """Return contacts as a book, a table for each organisation in the order given.

    `number` says what of a telephone number may be printed.
    """
    if len(posts) > MOST_PRINTED:
        raise DomainError(
            N_("More than %(most)d contacts are too many for one paper. Filter first."),
            most=MOST_PRINTED,
        )
    columns = [
        Column("岗位", 3),
        Column("姓名", 2, "center"),
        Column("职务", 4),
        Column("电话", 4, "center"),
        Column("核对日期", 3, "center"),
    ]
    by_org: dict[int, list[Post]] = {}
    for post in posts:
        by_org.setdefault(post.org_id, []).append(post)
    kinds = {item.code: item.label["zh"] for item in code_list("post_kind")}
    blocks: list[Block] = []
    for of_org in by_org.values():
        org = of_org[0].org
        phone = f"　值班电话：{org.duty_phone}" if org.duty_phone else ""
        blocks.append(Heading(f"{org.name}{phone}", level=2, numbered=False))
        rows = [
            (
                kinds.get(post.kind, post.kind),
                post.person.name,
                post.title,
                number(post),
                post.verified_on.isoformat() if post.verified_on else "未核对",
            )
            for post in of_org
        ]
        blocks.append(Table(columns, rows, ruled=True))
    blocks.append(Paragraph(f"截至{day_text(today)}。", Manner.NOTE))
    return Paper(LAYOUT, title, blocks, signed=False)
