import io
from datetime import timedelta

import openpyxl
from sqlalchemy import select

from drillreg.audit.keys import audit_key
from drillreg.audit.models import AuditRow
from drillreg.audit.operations import record, seal_rows
from drillreg.audit.queries import verify
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.work.worker import run_next


def test_the_auditor_reads_the_trail_and_nobody_else(as_role, county):
    page = as_role("auditor").page("/system/audit/")
    assert "授予角色" in page.text
    assert as_role("county_staff").get("/system/audit/").status_code == 403
    assert as_role("sysadmin").get("/system/audit/").status_code == 403


def test_the_trail_is_narrowed_by_who_what_where_and_when(as_role, county, frozen, app):
    with app.app_context(), unit_of_work():
        for day, (name, action, org) in enumerate(
            [("甲", "org-made", county.town), ("乙", "org-changed", county.school)]
        ):
            record(
                action,
                subject_kind="org",
                subject_id=org.id,
                actor=Actor(day + 50, 1, name, address="10.0.0.7"),
                now=frozen.now + timedelta(days=day),
                org_id=org.id,
                changes={"name": ["旧名", "新名"]},
            )
    auditor = as_role("auditor")

    def found(**query):
        rows = auditor.page("/system/audit/", query_string=query).select("tbody tr")
        return {row.select("td")[1].text for row in rows}

    assert found(subject="org") == {"甲", "乙"}
    assert found(who="甲") == {"甲"}
    assert found(action="org-changed") == {"乙"}
    assert found(subject="org", id=county.town.id) == {"甲"}
    assert found(org="白岩镇中心") == {"乙"}
    assert found(address="10.0") == {"甲", "乙"}
    assert found(since="2026-05-13") == {"乙"}
    assert found(subject="org", until="2026-05-12") == {"甲"}
    page = auditor.page("/system/audit/?who=甲")
    assert "旧名 → 新名" in page.text
    assert "共 1 条" in page.text
    with auditor.get("/system/audit/export.xlsx?who=甲") as answer:
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet.max_row == 2
    told = [cell.value for cell in sheet[2]][1:6]
    assert told == ["甲", "新增单位", "单位", county.town.id, "白岩镇"]


def test_an_auditor_of_one_county_of_several_sees_its_acts_alone(as_role, county, frozen, app):
    with app.app_context(), unit_of_work():
        for org in (county.town, county.other_county):
            record(
                "org-made", subject_kind="org", subject_id=org.id, actor=None, now=frozen.now,
                org_id=org.id,
            )  # fmt: skip
    page = as_role("auditor").page("/system/audit/?action=org-made")
    assert len(page.select("tbody tr")) == 1
    assert "白岩镇" in page.text


def test_the_trail_is_verified_in_the_background_and_the_anchor_is_compared(app, as_role):
    auditor = as_role("auditor")
    with app.app_context(), unit_of_work():
        seal_rows(key=audit_key())
    assert auditor.post("/system/audit/verify").status_code == 303
    assert run_next(app, "test")
    page = auditor.page("/system/audit/")
    assert "条完好" in page.text
    number, seal = verify_now(app).head
    assert f"{number}:{seal}" in page.text
    with app.app_context(), unit_of_work():
        last = db.session.scalar(select(AuditRow).where(AuditRow.seq == number))
        last.seq = last.seal = None
    auditor.post("/system/audit/verify")
    run_next(app, "test")
    assert f"审计链在第{number}条断开" in auditor.page("/system/audit/").text
    refused = auditor.post("/system/audit/verify", data={"anchor": "nonsense"})
    assert refused.status_code == 422


def verify_now(app):
    with app.app_context():
        return verify(key=audit_key())
