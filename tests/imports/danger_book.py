"""A ledger of dangers as offices keep it: title, facts, a header below them, merged cells."""

from datetime import date
from io import BytesIO

from openpyxl import Workbook

DAY = date(2026, 4, 25)
SCHOOL = "白岩镇中心小学"
HEAD = (
    *("隐患内容", "排查日期", "隐患类型", "隐患级别", "责任单位", "责任人", "整改期限"),
    *("整改措施与要求", None, "复查结果", "复查日期", "复查人", "隐患状态"),
)
CLOSED = (
    *("手拉葫芦损坏", DAY, "起重伤害", "一般事故隐患", SCHOOL, "甲", "2026.4.26"),
    *("更换", None, "已整改", 46138, "乙", "关闭"),
)
OPEN = (
    *("操作平台缺少护栏", "2026年4月28日", "消防安全", "重大", SCHOOL, "丙", "２０２６.５.２０"),
    *("加装护栏", None, None, None, None, "整改中"),
)
TEAM = ("电缆裸露", "2026-04-27", None, None, "施工一队", *[None] * 8)


def book(*rows):
    """Return a ledger with a title row, a row of facts, a header below it and merged cells."""
    made, stream = Workbook(), BytesIO()
    sheet = made.active
    sheet.append(["隐患排查与治理统计表"])
    sheet.append(["序号", "项目名称：某项目", *[None] * 7, "填报人：甲"])
    sheet.append([None, *HEAD])
    for at, row in enumerate(rows, start=4):
        sheet.append([at - 3, *row])
        sheet.merge_cells(start_row=at, end_row=at, start_column=9, end_column=10)
    sheet.merge_cells("A1:N1")
    sheet.merge_cells("A2:A3")
    made.save(stream)
    return stream.getvalue()
