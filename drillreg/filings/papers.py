"""The application form and the registration form of a filing as papers; papers speak Chinese."""

from collections.abc import Collection, Mapping

from flask import url_for
from sqlalchemy import select

from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.documents.paper import (
    FormGrid,
    Manner,
    Paper,
    Paragraph,
    Place,
    day_text,
)
from drillreg.documents.registry import Reference
from drillreg.filings.models import Filing
from drillreg.filings.routing import route_of
from drillreg.orgs.history import name_on
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan

LAYOUT = "sign-off"


def _word(code: object, name: str) -> str:
    item = code_list(name).get(str(code)) if code else None
    return item.label["zh"] if item else ""


def _said(org: Org, name: str) -> str:
    value = org.attributes.get(name)
    return "" if value is None else str(value)


def _title(filing: Filing) -> str:
    return f"《{filing.plan.title}》（{filing.version.document_number or ''}）"


def _list_of_papers(filing: Filing) -> str:
    kinds = code_list("filing_paper_kind")
    sent = {paper.kind for paper in filing.papers}
    made = {item.code for item in kinds if item.attributes.get("made")}
    asked = route_of(filing.route).papers_for(filing.org.attributes)
    words = [item.label["zh"] for item in asked if item.code in sent | made]
    return "\n".join(f"{at}．{word}" for at, word in enumerate(words, 1))


def application_paper(filing: Filing) -> Paper:
    """Return the application form of an enterprise (88号令 §27 (1))."""
    org, name = filing.org, name_on(filing.org, filing.sent_on)
    grid = FormGrid(
        [
            [Place("单位名称", name, height_mm=14)],
            [
                Place("单位地址", _said(org, "address")),
                Place("统一社会信用代码", org.code or ""),
            ],
            [
                Place("行业类型", _word(org.attributes.get("industry"), "industry")),
                Place("企业规模", _word(org.attributes.get("enterprise_size"), "enterprise_size")),
                Place("从业人数", _said(org, "staff")),
            ],
            [
                Place("主要负责人", filing.head or ""),
                Place("联系人", filing.contact_name or ""),
                Place("联系电话", filing.contact_phone or ""),
            ],
            [
                Place(
                    "申报事项",
                    "根据《生产安全事故应急预案管理办法》，现将我单位编制的"
                    f"{_title(filing)}报上，请予备案。",
                    height_mm=34,
                )
            ],
            [Place("提交材料", _list_of_papers(filing), height_mm=44)],
            [Place("单位盖章", f"\n\n{day_text(filing.sent_on)}", height_mm=40)],
        ]
    )
    return Paper(LAYOUT, "生产经营单位生产安全事故应急预案备案申报表", [grid], signed=False)


def registration_paper(filing: Filing) -> Paper:
    """Return the registration form of a recorded filing (88号令 §28), else its receipt."""
    has_check = route_of(filing.route).check_days is not None
    name, office = name_on(filing.org, filing.sent_on), filing.recipient_name
    title = "生产经营单位生产安全事故应急预案备案登记表" if has_check else "应急预案备案回执"
    law = "《生产安全事故应急预案管理办法》" if has_check else "《突发事件应急预案管理办法》"
    said = (
        f"你单位于{day_text(filing.sent_on)}报送的{_title(filing)}收悉。"
        f"根据{law}，经核对，材料齐全，予以备案。"
        if has_check
        else f"你单位于{day_text(filing.sent_on)}报送的{_title(filing)}收悉，根据{law}存档备查。"
    )
    grid = FormGrid(
        [
            [Place("备案编号", filing.number or "", height_mm=14)],
            [Place("报送单位", name, height_mm=14)],
            [
                Place("单位地址", _said(filing.org, "address")),
                Place("主要负责人", filing.head or ""),
            ],
            [
                Place("联系人", filing.contact_name or filing.sent_by_name),
                Place("联系电话", filing.contact_phone or ""),
            ],
            [Place("备案意见", said, height_mm=44)],
            [Place("提交材料", _list_of_papers(filing), height_mm=44)],
            [
                Place("经办人", filing.answered_by_name or ""),
                Place(
                    "受理单位（盖章）",
                    f"{office}\n\n{day_text(filing.answered_on)}",
                    share=2,
                    height_mm=40,
                ),
            ],
        ]
    )
    note = "备案为存档登记，不是对应急预案内容的审批。"
    return Paper(LAYOUT, title, [grid, Paragraph(note, Manner.NOTE)], signed=False)


def filing_references(ids: Collection[int]) -> Mapping[int, Reference]:
    """Return how filings are named where numbers refer to them."""
    rows = db.session.execute(
        select(Filing.id, Plan.title)
        .join(Plan, Plan.id == Filing.plan_id)
        .where(Filing.id.in_(ids))
        .order_by(Filing.id)
    ).all()
    return {row.id: Reference(row.title, url_for("filings.show", filing_id=row.id)) for row in rows}
