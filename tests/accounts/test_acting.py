"""Acting for somebody: the reach of one, the names of both."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from drillreg.accounts.models import ActingFor, RoleAssignment
from drillreg.audit.keys import audit_key
from drillreg.audit.models import AuditRow
from drillreg.audit.operations import seal_rows
from drillreg.audit.queries import verify
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from tests.conftest import NOW


@pytest.fixture
def pair(county, make_account):
    """A town clerk and a school's deputy head, in two places."""
    principal = make_account("town_staff", county.town, name="刘美云", username="liumeiyun")
    deputy = make_account("unit_liaison", county.school, name="王芳", username="wangfang")
    return principal, deputy


def lend(browser, deputy="wangfang", last="2026-05-20", roles=("town_staff",), **more):
    data = {"deputy": deputy, "roles": list(roles), "last_on": last, **more}
    return browser.post("/account/acting", data=data)


@pytest.fixture
def lent(pair, sign_in, look):
    """The delegation, and both browsers; the deputy acts."""
    principal, deputy = (sign_in(each) for each in pair)
    assert lend(principal).status_code == 303
    given = look(select(ActingFor))
    assert deputy.post(f"/account/acting/{given.public_id}/begin").status_code == 303
    return given.public_id, principal, deputy


def test_the_deputy_has_the_reach_of_the_principal_and_says_so(lent, county):
    _, _, deputy = lent
    assert deputy.get(f"/orgs/{county.village.id}").status_code == 200
    text = deputy.page("/").text
    assert "王芳（代刘美云办理）" in text
    assert "您正在代刘美云办理" in text
    assert deputy.get(f"/orgs/{county.other_town.id}").status_code == 404


def test_before_acting_and_after_it_one_is_oneself(pair, sign_in, lent, county):
    _, _, deputy = lent
    assert sign_in(pair[1]).get(f"/orgs/{county.village.id}").status_code == 404
    deputy.post("/account/acting/end")
    assert deputy.get(f"/orgs/{county.village.id}").status_code == 404
    assert "代刘美云" not in deputy.page("/").header.text


def test_every_act_is_signed_with_both_names_under_the_seal(lent, pair, county, app, look):
    _, _, deputy = lent
    deputy.post(f"/orgs/{county.village.id}/aliases", data={"alias": "岭下"})
    row = look(select(AuditRow).order_by(AuditRow.id.desc()))
    assert row.actor_name == "王芳（代刘美云办理）"
    assert (row.account_id, row.acting_for_account_id) == (pair[1], pair[0])
    with app.app_context():
        with unit_of_work():
            seal_rows(key=audit_key())
        assert verify(key=audit_key()).first_bad is None
        with unit_of_work():
            db.session.get(AuditRow, row.id).acting_for_account_id = None
        assert verify(key=audit_key()).first_bad is not None


def test_it_ends_with_its_last_day(lent, county, frozen, pair, sign_in):
    given, _, _ = lent
    frozen.now += timedelta(days=8)
    again = sign_in(pair[1])
    assert again.post(f"/account/acting/{given}/begin").status_code == 303
    frozen.now += timedelta(days=1)
    late = sign_in(pair[1])
    assert late.post(f"/account/acting/{given}/begin").status_code == 422


def test_revoking_ends_it_in_the_middle(lent, county):
    given, principal, deputy = lent
    principal.post(f"/account/acting/{given}/revoke")
    assert deputy.get(f"/orgs/{county.village.id}").status_code == 404
    assert "代刘美云" not in deputy.page("/").header.text


def test_an_account_out_of_use_lends_nothing(lent, county, account_of, keep):
    _, _, deputy = lent
    principal = account_of("liumeiyun")
    principal.disabled_at = NOW
    keep(principal)
    assert deputy.get(f"/orgs/{county.village.id}").status_code == 404


def test_a_role_that_ended_is_lent_no_more(lent, county, pair, app):
    _, _, deputy = lent
    held = select(RoleAssignment).where(RoleAssignment.account_id == pair[0])
    with app.app_context(), unit_of_work():
        db.session.scalar(held).to_on = date(2026, 5, 12)
    assert deputy.get(f"/orgs/{county.village.id}").status_code == 403


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_an_administrator_lends_nothing_and_acts_for_nobody(as_role, county, pair, sign_in, role):
    admin = as_role(role, username="admin")
    assert lend(admin, roles=[role]).status_code == 422
    assert "委托他人代我办理" not in admin.get("/account/acting").text
    refused = lend(sign_in(pair[0]), deputy="admin")
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"deputy": "nobody"}, "没有这个用户名的账号"),
        ({"deputy": "liumeiyun"}, "不能委托给本人"),
        ({"last": "2026-05-01"}, "一年以内"),
        ({"last": "2027-06-01"}, "一年以内"),
        ({"roles": []}, "请选择本人现有的角色"),
        ({"roles": ["county_staff"]}, "请选择本人现有的角色"),
    ],
)
def test_what_cannot_be_lent_is_said(pair, sign_in, change, sentence):
    refused = lend(sign_in(pair[0]), **change)
    assert refused.status_code == 422
    assert sentence in refused.text


def test_who_acts_cannot_pass_it_on(lent):
    _, _, deputy = lent
    assert lend(deputy, deputy="liumeiyun", roles=["unit_liaison"]).status_code == 403


def test_only_the_deputy_can_begin(lent, as_role, county):
    given, principal, _ = lent
    assert principal.post(f"/account/acting/{given}/begin").status_code == 422
    stranger = as_role("county_staff", username="stranger")
    assert stranger.post(f"/account/acting/{given}/begin").status_code == 404
    assert stranger.post(f"/account/acting/{given}/revoke").status_code == 404


def test_the_security_administrator_lends_and_revokes(as_role, pair, account_of, look, trail):
    secadmin = as_role("secadmin", username="admin")
    path = f"/system/people/{account_of('liumeiyun').public_id}/acting"
    data = {"deputy": "wangfang", "roles": ["town_staff"], "last_on": "2026-05-20"}
    assert secadmin.post(path, data=data).status_code == 303
    given = look(select(ActingFor))
    assert secadmin.post(f"{path}/{given.public_id}/revoke").status_code == 303
    assert {"acting-given", "acting-revoked"} <= set(trail()[0])


@pytest.fixture
def far(county, make_account):
    """Somebody of another county who once worked in this one."""
    return make_account("unit_liaison", county.other_county, username="far")


@pytest.fixture
def has_left(app, county, far):
    """Let them have had a role in the town that has ended."""
    gone = RoleAssignment(
        account_id=far,
        org_id=county.town.id,
        role="unit_liaison",
        from_on=date(2025, 1, 1),
        to_on=date(2026, 1, 1),
    )
    with app.app_context(), unit_of_work():
        db.session.add(gone)


@pytest.mark.usefixtures("has_left")
def test_nobody_beyond_ones_reach_acts_for_one(pair, sign_in, as_role, account_of, look):
    refused = [lend(sign_in(pair[0]), deputy=name) for name in ("far", "nobody")]
    path = f"/system/people/{account_of('liumeiyun').public_id}/acting"
    data = {"roles": ["town_staff"], "last_on": "2026-05-20"}
    secadmin = as_role("secadmin", username="admin")
    refused += [secadmin.post(path, data={**data, "deputy": name}) for name in ("far", "nobody")]
    for answer in refused:
        assert answer.status_code == 422
        assert "没有这个用户名的账号" in answer.text
    assert look(select(ActingFor)) is None


def test_a_colleague_acts_for_an_evaluator_who_reaches_nothing(county, make_account, sign_in):
    expert = make_account("evaluator", county.bureau)
    make_account("evaluator", county.bureau, username="second")
    assert lend(sign_in(expert), deputy="second", roles=["evaluator"]).status_code == 303


def test_no_county_lends_a_role_that_is_held_in_another(
    app, county, pair, as_role, account_of, look
):
    with app.app_context(), unit_of_work():
        db.session.add(
            RoleAssignment(
                account_id=pair[0],
                org_id=county.other_county.id,
                role="county_staff",
                from_on=date(2026, 1, 1),
            )
        )
    path = f"/system/people/{account_of('liumeiyun').public_id}/acting"
    data = {"deputy": "wangfang", "roles": ["county_staff"], "last_on": "2026-05-20"}
    answer = as_role("secadmin", username="admin").post(path, data=data)
    assert answer.status_code == 403
    assert look(select(ActingFor)) is None


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
@pytest.mark.usefixtures("lent")
def test_who_may_act_for_somebody_does_not_become_an_administrator(
    as_role, county, pair, app, account_of, role, reading
):
    with app.app_context(), unit_of_work():
        held = select(RoleAssignment).where(RoleAssignment.account_id == pair[1])
        db.session.scalar(held).to_on = date(2026, 5, 12)
    path = f"/system/people/{account_of('wangfang').public_id}/roles"
    answer = as_role("secadmin", username="admin").post(
        path, data={"role": role, "org": county.county.name}
    )
    assert answer.status_code == 422
    assert "不能由同一人担任" in answer.text
    held = reading.scalars(select(RoleAssignment.role).where(RoleAssignment.account_id == pair[1]))
    assert role not in set(held)


def test_two_eyes_are_not_four():
    acting = Actor(1, 1, "王芳", acting_for_account_id=2)
    assert acting.account_ids == {1, 2}
    assert Actor(1, 1, "王芳").account_ids == {1}
