"""A stage of its own: the text, the abridged text and the action cards of one plan."""

from datetime import datetime

from drillreg.books.operations import save_abridged, save_card
from drillreg.core.db import db
from drillreg.demo.lookup import Lookup
from drillreg.demo.times import ago, at
from drillreg.plans.models import PlanSection, PlanVersion
from drillreg.plans.sections import is_written

TOWN = "白岩镇"
CLERK = "pengxia"
ABRIDGED = """**目的和适用范围**

发生滑坡、崩塌、泥石流险情灾情时，抢在灾害前面转移群众，不死人、少损失。适用于白岩镇行政区域。

**谁指挥**

镇长任指挥长，分管副镇长任现场指挥官；镇长不在时由在家领导代行。村主任组织本村转移。

**级别和启动条件**

| 级别 | 什么情况 | 谁决定 |
|:--:|---|---|
| 黄色 | 3小时雨量达50毫米，或者监测员报告异常 | 值班领导 |
| 橙色 | 3小时雨量达80毫米，或者裂缝明显加宽 | 镇长 |
| 红色 | 3小时雨量达100毫米，或者出现滑动迹象 | 镇长，立即转移 |

**先做什么**

1. 监测员敲锣、吹哨，喊群众撤，同时报村和镇值班室。
2. 村干部逐户敲门，先转移老人、小孩、病人。
3. 镇值班室10分钟内报县应急局和县自然资源局。
4. 派出所封路，任何人不得返回。
5. 到安置点逐户清点，每30分钟报一次。

**联系电话**

镇值班室0796-5550120　县应急局值班室0796-5550110　急救120　消防119

**转移路线和避难场所**

背离滑坡方向，沿村道向两侧撤；到白岩镇中心小学操场、镇文化站。
"""
SECTIONS = (
    (1, "总则", ""),
    (
        2,
        "编制目的",
        "规范本镇地质灾害应急工作，高效处置险情灾情，最大限度减少人员伤亡。",
    ),
    (2, "适用范围", "本预案适用于白岩镇行政区域内滑坡、崩塌、泥石流、地面塌陷的预防和应急处置。"),
    (2, "工作原则", "1. 以人为本，生命至上。\n2. 属地管理，分级负责。\n3. 群测群防，及早转移。"),
    (1, "组织指挥体系", ""),
    (
        2,
        "镇指挥部",
        "镇长任指挥长，分管副镇长任现场指挥官，派出所、卫生院、各村为成员。",
    ),
    (2, "村工作组", "村（居）委会主任任组长，风险点监测员、网格员为成员，负责巡查、预警和转移。"),
    (
        1,
        "监测预警",
        "雨季每天巡查，强降雨24小时值守。**发现裂缝加宽、落石，先撤人后报告。**",
    ),
    (1, "应急响应", ""),
    (
        2,
        "响应分级",
        (
            "| 级别 | 启动条件 | 决定人 |\n|:--:|---|---|\n"
            "| Ⅳ级 | 监测员报告异常，威胁10人以下 | 值班领导 |\n"
            "| Ⅲ级 | 裂缝明显加宽，威胁10人以上 | 镇长 |\n"
            "| Ⅱ级、Ⅰ级 | 出现滑动迹象或者已有伤亡 | 镇长，并报县指挥部 |"
        ),
    ),
    (2, "先期处置", "立即组织受威胁群众转移；封锁危险区域；10分钟内报县应急局和县自然资源局。"),
    (2, "转移安置", "沿转移路线撤到白岩镇中心小学操场、镇文化站，逐户清点人数。"),
    (1, "后期处置", "险情解除由专业人员确认。未经同意，任何人不得返回。"),
    (1, "附则", "本预案由白岩镇人民政府制定并负责解释，自印发之日起施行。"),
)
CARDS = (
    (
        "村监测员",
        "各风险点监测员",
        (
            "发现裂缝加宽、落石、泉水变浑，立即敲锣吹哨\n叫受威胁的人马上撤，不收东西\n"
            "报村主任和镇值班室，说清地点和人数\n在路口守住，不让人返回\n险情没有解除不离岗"
        ),
        "镇值班室 0796-5550120\n县应急局 0796-5550110",
        "村部旁集合点",
    ),
    (
        "村主任",
        "各村（居）委会主任",
        (
            "接到报告或者预警，立即到现场\n带人逐户敲门，先老人、小孩、病人\n"
            "按转移路线带到安置点\n逐户清点，少一人找一人\n每30分钟向镇值班室报一次"
        ),
        "镇值班室 0796-5550120\n派出所 110",
        "白岩镇中心小学操场",
    ),
    (
        "镇现场指挥官",
        "分管副镇长",
        (
            "15分钟内到现场，设指挥点、拉警戒线\n核实受威胁户数、人数，决定转移范围\n"
            "调镇应急队、车辆，安排老弱病残专人护送\n报镇长、县应急局\n请县里派专业人员查看"
        ),
        "镇长、镇值班室 0796-5550120\n县自然资源局 0796-5550130",
        "险情点上风、侧方安全处",
    ),
    (
        "镇值班员",
        "当日值班人员",
        (
            "记下时间、地点、人数、报告人\n立即报带班领导和镇长\n10分钟内报县应急局、县自然资源局\n"
            "按名单通知应急队集合\n做好记录，续报不断"
        ),
        "县应急局 0796-5550110\n急救 120　消防 119",
        "镇值班室",
    ),
)


def load_books(known: Lookup) -> dict[str, int]:
    """Write the abridged plan and the cards of the town's landslide plan; return how many cards."""
    plan = known.plans[known.orgs[TOWN].id, "geological"]
    actor, day = known.actor(CLERK), ago(known.today, 20)
    if not is_written(plan.current or plan.versions[0]):
        _write(plan.current or plan.versions[0], at(ago(known.today, 300), 10))
    save_abridged(plan=plan, body=ABRIDGED, actor=actor, now=at(day, 10))
    for role, who, actions, phones, place in CARDS:
        values = {"role": role, "who": who, "actions": actions, "phones": phones, "place": place}
        save_card(plan=plan, card=None, values=values, actor=actor, now=at(day, 11))
    return {"cards": len(CARDS)}


def _write(version: PlanVersion, when: datetime) -> None:
    """Give a version its text, as it was taken over from paper."""
    for position, (level, heading, body) in enumerate(SECTIONS):
        db.session.add(
            PlanSection(
                version_id=version.id,
                key=f"part-{position}",
                position=position,
                level=level,
                heading=heading,
                body=body,
                edited_at=when,
            )
        )
    db.session.flush()
