"""People from a table: a thousand accounts in one go, each with a slip."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from drillreg.accounts.keys import decrypted
from drillreg.accounts.models import Account
from drillreg.accounts.passwords import password_fits
from drillreg.core.db import db, unit_of_work
from drillreg.sheets.write import xlsx_bytes
from drillreg.staff.models import Slip
from drillreg.staff.slips import erase_useless
from drillreg.work.models import ImportBatch
from drillreg.work.worker import run_next

HEADER = ["姓名", "学校名称", "身份", "联系电话"]


def upload(browser, county, rows, name="联络员.xlsx"):
    """Send a table through the wizard up to its preview and return the address of that."""
    data = xlsx_bytes([("名单", HEADER, rows)])
    answer = browser.post(
        "/imports/new",
        data={
            "kind": "people",
            "org_id": county.county.id,
            "file": (io.BytesIO(data), name),
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.text
    return answer.location


def bring_in(app, browser, address):
    answer = browser.post(f"{address}/apply")
    assert answer.status_code == 303, answer.text
    while run_next(app, "test"):
        pass


@pytest.fixture
def secadmin(as_role):
    return as_role("secadmin")


def test_bad_rows_are_explained_and_the_others_come_in(app, secadmin, county, reading):
    rows = [
        ["梁秀英", "白岩镇中心小学", "联络员", "13800000001"],
        ["赖志成", "没有这所学校", "联络员", "13800000002"],
        ["钟福生", "岭下村", "县长", "13800000003"],
        ["江国安", "白岩镇中心小学", "镇应急办工作人员", "13800000004"],
        ["曾雨晴", "白岩镇", "镇应急办工作人员", "13800000001"],
    ]
    address = upload(secadmin, county, rows)
    page = secadmin.page(address)
    assert "没有这所学校" in page.text
    assert "“县长”" in page.text
    bring_in(app, secadmin, address)
    assert reading.scalars(select(Account.username).where(Account.username.like("138%"))).all() == [
        "13800000001"
    ]


def test_a_thousand_accounts_come_from_one_table_with_slips(app, secadmin, county, reading):
    rows = [[f"联络员{n}", "白岩镇中心小学", "联络员", f"139{n:08d}"] for n in range(1000)]
    bring_in(app, secadmin, upload(secadmin, county, rows))
    made = select(func.count()).where(Account.username.like("139%"), Account.disabled_at.is_(None))
    assert reading.scalar(made) == 1000
    slip = reading.scalar(select(Slip).order_by(Slip.id).limit(1))
    account = reading.get_one(Account, slip.account_id)
    assert password_fits(account.password_hash, decrypted(slip.secret))
    page = secadmin.page("/staff/slips/")
    assert page.select_one("tbody td.num").text.strip() == "1000"


def test_slips_are_printed_by_pile_and_can_be_printed_again(app, secadmin, county, reading):
    rows = [["梁秀英", "白岩镇中心小学", "联络员", "13800000001"]]
    bring_in(app, secadmin, upload(secadmin, county, rows))
    answer = secadmin.post(f"/staff/slips/{county.town.id}/print")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert secadmin.post(f"/staff/slips/{county.town.id}/print").status_code == 404
    again = secadmin.post(f"/staff/slips/{county.town.id}/print", data={"again": "1"})
    assert again.mimetype == "application/pdf"


def test_a_slip_is_erased_once_it_opens_nothing(app, secadmin, county, reading, frozen):
    rows = [["梁秀英", "白岩镇中心小学", "联络员", "13800000001"]]
    bring_in(app, secadmin, upload(secadmin, county, rows))
    with unit_of_work():
        assert erase_useless(frozen.now) == 0
    with unit_of_work():
        assert erase_useless(frozen.now + timedelta(days=15)) == 1
    reading.expire_all()
    assert reading.scalar(select(Slip.secret)) is None


def test_an_import_of_people_is_undone_as_a_whole_until_somebody_signed_in(
    app, secadmin, county, reading
):
    rows = [["梁秀英", "白岩镇中心小学", "联络员", "13800000001"]]
    address = upload(secadmin, county, rows)
    bring_in(app, secadmin, address)
    assert secadmin.post(f"{address}/undo").status_code == 303
    reading.expire_all()
    account = reading.scalar(select(Account).where(Account.username == "13800000001"))
    assert account.disabled_at is not None


def test_an_import_in_use_stays(app, secadmin, county, reading, frozen):
    rows = [["梁秀英", "白岩镇中心小学", "联络员", "13800000001"]]
    address = upload(secadmin, county, rows)
    bring_in(app, secadmin, address)
    with unit_of_work():
        account = db.session.scalar(select(Account).where(Account.username == "13800000001"))
        account.last_signed_in_at = frozen.now
    assert secadmin.post(f"{address}/undo").status_code == 422
    assert reading.scalar(select(ImportBatch.state)) == "applied"
