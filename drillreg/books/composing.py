"""Papers of the abridged plan and the cards, and what is proposed before somebody edits them."""

from collections.abc import Sequence
from dataclasses import replace

from drillreg.books.models import ActionCard
from drillreg.books.queries import shown_version
from drillreg.books.rules import MOST_ABRIDGED, MOST_ACTION, MOST_ACTIONS, actions_of
from drillreg.core.codes import code_list
from drillreg.documents.layouts import Layout
from drillreg.documents.markdown_blocks import blocks_of, plain_text
from drillreg.documents.paper import Card, Cards, Paper, QrCode
from drillreg.documents.queries.layouts import layout_for
from drillreg.plans.models import Plan, PlanSection, PlanVersion
from drillreg.plans.part_printing import in_chinese
from drillreg.plans.parts import Parts, parts_of
from drillreg.plans.printing import INTERNAL, LAYOUT
from drillreg.plans.rules import Secrecy
from drillreg.plans.sections import sections_of

# Headings of plans where the answer to each question of the abridged plan stands.
PURPOSE = ("编制目的", "目的", "适用范围")
COMMAND = ("组织指挥", "指挥", "组织体系", "组织机构", "职责")
GRADES = ("响应分级", "分级", "启动条件", "响应启动")
FIRST = ("先期处置", "处置措施", "应急处置", "应急响应", "响应措施", "处置")
SHELTERS = ("转移", "安置", "避难", "疏散")
SHORT = 160


def _told(sections: Sequence[PlanSection], words: Sequence[str]) -> str:
    """Return the beginning of the first section whose heading has one of the words."""
    for word in words:
        for section in sections:
            text = plain_text(section.body)
            if word in section.heading and text:
                return text if len(text) <= SHORT else text[:SHORT].rstrip("，、；") + "……"
    return ""


def _leaders(parts: Parts) -> str:
    roles = code_list("plan_role")
    lines = []
    for each in parts.members:
        item = roles.get(each.role)
        if item is None or item.attributes.get("leads"):
            seat = f"{each.org_name}{each.post_title}"
            lines.append(f"- {in_chinese(each.role, 'plan_role')}：{seat}　{each.name}")
    return "\n".join(lines[:4])


def _phones(parts: Parts) -> str:
    lines = [
        f"- {each.name or each.org_name}　{each.phone}" for each in parts.members if each.phone
    ]
    return "\n".join(lines[:6])


def _levels(parts: Parts) -> str:
    return "\n".join(
        f"- {in_chinese(each.level, 'response_level')}："
        f"{plain_text(each.trigger)[:60]}（{each.decider}决定）"
        for each in parts.levels
    )


def _places(parts: Parts) -> str:
    routes = [f"- {each.start}→{each.destination}" for each in parts.routes]
    places = [f"- {each.name}" for each in parts.resources if each.noun == "shelter"]
    return "\n".join([*routes, *places][:5])


def proposed_abridged(version: PlanVersion) -> str:
    """Return an abridged text from what the sections and parts of a version say; Chinese.

    What nothing is said about has an empty line to be written on.
    """
    sections, parts = sections_of(version), parts_of(version)
    asked = [
        ("目的和适用范围", _told(sections, PURPOSE)),
        ("谁指挥", _leaders(parts) or _told(sections, COMMAND)),
        ("响应级别和启动条件", _levels(parts) or _told(sections, GRADES)),
        ("先做什么", _told(sections, FIRST)),
        ("联系电话", _phones(parts)),
        ("转移路线和避难场所", _places(parts) or _told(sections, SHELTERS)),
    ]
    text = "\n\n".join(f"**{title}**\n\n{said}".rstrip() for title, said in asked)
    return text[:MOST_ABRIDGED]


def proposed_actions(version: PlanVersion) -> str:
    """Return the first actions of a version, one a line, for a new card."""
    said = _told(sections_of(version), FIRST).replace("……", "")
    sentences = [each.strip() for each in said.replace("；", "。").replace("\n", "。").split("。")]
    return "\n".join(s for s in sentences if 2 < len(s) <= MOST_ACTION and s[-1] != "：")[:300]


def small_layout(plan: Plan, *, lines: int, chars: int, points: float) -> Layout:
    """Return the office's layout with narrow margins and small type, for one full page."""
    layout = layout_for(LAYOUT, plan.org)
    page = replace(layout.page, top=22, bottom=22, left=22, right=22, lines=lines, chars=chars)
    return replace(
        layout,
        page=page,
        page_number=None,
        sizes=replace(layout.sizes, body=points, title=20, table=points - 1.5, note=9),
    )


def abridged_paper(plan: Plan, body: str, url: str) -> Paper:
    """Return the one-page paper of an abridged plan with the code that leads to the plan."""
    version = shown_version(plan)
    issued = version.document_number or ""
    lines = [f"{plan.org.name}　{issued}".strip(), f"第{version.number}版简本；扫码查看现行预案"]
    return Paper(
        LAYOUT,
        f"{plan.title}\n（简本）",
        [*blocks_of(body), QrCode(url, lines, size_mm=18)],
        signed=False,
    )


def cards_paper(plan: Plan, cards: Sequence[ActionCard], url: str) -> Paper:
    """Return the cards of a plan, four on a page."""
    version = shown_version(plan)
    mark = f"（{INTERNAL}）" if plan.secrecy is Secrecy.INTERNAL else ""
    return Paper(
        LAYOUT,
        "",
        [
            Cards(
                [
                    Card(
                        f"应急处置卡　{card.role}",
                        card.who or "",
                        actions_of(card.actions)[:MOST_ACTIONS],
                        card.phones or "",
                        card.place or "",
                        f"{plan.title}{mark}　第{version.number}版",
                        url,
                    )
                    for card in cards
                ]
            )
        ],
        signed=False,
    )
