"""One made-up paper for each layout, to look at before anybody prints a real one."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from drillreg.documents.figures import MapPoint, TimelineEvent, map_svg, timeline_svg
from drillreg.documents.paper import (
    CheckBox,
    Column,
    Figure,
    FormGrid,
    Heading,
    Manner,
    NumberedList,
    Paper,
    Paragraph,
    Place,
    QrCode,
    SheetCode,
    Table,
)
from drillreg.documents.staff_papers import (
    AccountSlip,
    Handover,
    HandoverItem,
    account_slips,
    handover_sheet,
)

DAY = date(2026, 5, 12)
CODE = SheetCode("https://drills.example/s/SAMPLE", "SAMP-LE23")
ISSUER = "青岭县应急管理局"
BODY = (
    "各镇、各有关单位要按照“谁主管、谁负责”的要求，对学校、医院、养老机构和地质灾害隐患点逐一核对"
    "转移路线、责任人和联系电话，发现问题当日登记、限期整改。"
)


def _official() -> Paper:
    return Paper(
        "official",
        "关于做好2026年汛期应急演练工作的通知",
        [
            Paragraph("为做好今年汛期防灾避险工作，现将有关事项通知如下。"),
            Heading("总体要求"),
            Paragraph(BODY),
            Heading("任务安排"),
            Heading("核对路线和责任人", 2),
            Paragraph("5月20日前逐户核对转移路线、责任人和联系电话。"),
            Heading("开展演练", 2),
            Heading("学校和幼儿园", 3),
            Paragraph("5月31日前至少组织1次全员疏散演练。"),
            Heading("地质灾害隐患点", 3),
            Paragraph("每处隐患点汛前组织1次转移避险演练。"),
            Table(
                [Column("序号", 1, "center"), Column("单位", 3), Column("时限", 2, "center")],
                [("1", "学校、幼儿园", "5月31日前"), ("2", "医院、养老机构", "6月10日前")],
                "演练任务分工",
            ),
        ],
        issuers=[ISSUER],
        red_head=True,
        copy_number="000012",
        urgency="加急",
        number="青应急发〔2026〕18号",
        addressee="各镇人民政府，县直各有关单位",
        attachments=["演练任务分工表", "演练记录表"],
        dated=DAY,
        notes="此件公开发布",
        copies="县人民政府办公室",
        printed_by=f"{ISSUER}办公室",
        printed_on=DAY,
    )


def _report() -> Paper:
    start = datetime(2026, 5, 8, 9, 30, tzinfo=UTC)
    events = [
        TimelineEvent("监测员", start, "报告裂缝扩大"),
        TimelineEvent("镇指挥部", start.replace(minute=31), "启动响应"),
        TimelineEvent("中心小学", start.replace(minute=33), "疏散", start.replace(minute=36)),
    ]
    return Paper(
        "report",
        "关于白岩镇地质灾害转移避险演练的总结报告",
        [
            Paragraph("2026年5月8日，白岩镇组织了地质灾害转移避险演练。现将情况报告如下。"),
            Heading("基本情况"),
            Paragraph("应到440人，实到436人，其中学生400人、教师36人。"),
            Figure(
                map_svg([MapPoint(114.95, 25.02, "后山滑坡", "orange", "橙色")], around_m=800),
                "演练地点位置示意（不作权属依据）",
            ),
            Heading("过程和用时"),
            Figure(timeline_svg(events, title="演练时间线"), "演练时间线"),
            Heading("问题和不足"),
            NumberedList(["停电后广播不响。", "4户无人包保。"]),
        ],
        issuers=["白岩镇人民政府"],
        red_head=True,
        number="白府应急报〔2026〕2号",
        signer="叶怀远",
        addressee="青岭县人民政府",
        dated=DAY,
        printed_by="白岩镇人民政府",
        printed_on=DAY,
        proof=QrCode("https://drills.example/r/SAMPLE", ["扫码核验真伪"], 18),
    )


def _notice() -> Paper:
    return Paper(
        "notice",
        "演练提醒通知单",
        [
            Paragraph("你单位本季度的消防疏散演练应在6月15日前完成，目前尚无记录。"),
            Paragraph("请在演练后5个工作日内登记，或在下面写明原因并交回。"),
            FormGrid([[Place("情况说明", height_mm=45)]]),
            Paragraph([CheckBox("已完成，未登记　"), CheckBox("改期　"), CheckBox("其他")]),
        ],
        issuers=[ISSUER],
        number="青应急通〔2026〕31号",
        addressee="白岩镇中心小学",
        dated=DAY,
        code=CODE,
    )


def _sign_off() -> Paper:
    return Paper(
        "sign-off",
        f"{ISSUER}发文稿纸",
        [
            FormGrid(
                [
                    [Place("签发", height_mm=40), Place("会签", height_mm=40)],
                    [Place("审核", height_mm=24), Place("核稿", height_mm=24)],
                    [Place("拟稿单位", "应急指挥股"), Place("拟稿人", "周敏")],
                    [Place("标题", "关于做好2026年汛期应急演练工作的通知", height_mm=20)],
                    [Place("主送", "各镇人民政府", 3), Place("份数", "30")],
                    [Place("备注", height_mm=24)],
                ]
            )
        ],
        signed=False,
        code=CODE,
    )


def _handover() -> Paper:
    items = [
        HandoverItem("整改措施", "3处广播加备用电池", "白岩镇", date(2026, 6, 10)),
        HandoverItem("待办任务", "核对值班电话", "县应急管理局", date(2026, 5, 20), "已联系"),
    ]
    return handover_sheet(
        Handover(
            ISSUER,
            "周敏",
            "应急指挥股干部",
            "曾雨晴",
            "应急指挥股干部",
            "岗位调整",
            DAY,
            items,
            CODE,
        )
    )


def _slips() -> Paper:
    until = datetime(2026, 5, 19, 18, 0, tzinfo=UTC)
    rows = [
        AccountSlip(
            name, org, "单位联络员", username, "7QK4-M9TX", until, "https://drills.example/"
        )
        for name, org, username in (
            ("梁秀英", "白岩镇中心小学", "liangxiuying"),
            ("钟福生", "岭下村村民委员会", "zhongfusheng"),
            ("曾雨晴", "白岩镇人民政府", "zengyuqing"),
        )
    ]
    return account_slips(rows)


def _roster() -> Paper:
    days = [
        ("5月11日", "星期一", "方明远", "周敏", "6666001", ""),
        ("5月12日", "星期二", "叶怀远", "曾雨晴", "6666001", ""),
        ("5月13日", "星期三", "方明远", "梁秀英", "6666001", "暴雨蓝色预警，双人值守"),
    ]
    return Paper(
        "roster",
        f"{ISSUER}值班表（2026年5月11日至13日）",
        [
            Table(
                [
                    Column("日期", 2, "center"),
                    Column("星期", 2, "center"),
                    Column("带班领导", 3, "center"),
                    Column("值班员", 3, "center"),
                    Column("值班电话", 3, "center"),
                    Column("备注", 5),
                ],
                days,
                ruled=True,
                row_mm=11,
            ),
            Paragraph("值班时间：当日8时30分至次日8时30分。", Manner.NOTE),
        ],
        signed=False,
        code=CODE,
    )


SAMPLES: Mapping[str, Callable[[], Paper]] = {
    "official": _official,
    "report": _report,
    "notice": _notice,
    "sign-off": _sign_off,
    "handover": _handover,
    "slips": _slips,
    "roster": _roster,
}


def sample_of(layout: str) -> Paper:
    """Return the made-up paper of a layout."""
    return SAMPLES[layout]()
