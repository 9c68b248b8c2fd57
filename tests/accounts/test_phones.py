"""Phones: bound once, good for submitting checks alone, refused once revoked."""

import re
import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from drillreg.accounts.models import Account, Device, RoleAssignment
from drillreg.core.access import Everyone
from drillreg.core.db import db, unit_of_work
from drillreg.hazards.models import HazardCheck, HazardSite
from tests.architecture.things import thread
from tests.conftest import plain_values

TOO = {"hazards.check", "hazards.log", "hazards.check_done", "hazards.mine", "patrols.today"}


@pytest.fixture
def monitor(county, make_account, account_of):
    make_account("monitor", county.village, name="钟福生", username="zhongfusheng")
    return account_of("zhongfusheng")


@pytest.fixture
def town(as_role, county):
    return as_role("town_staff", county.town, name="刘美云")


@pytest.fixture
def sites(app, county, keep):
    """The code of a site in the village, and of one in the other town."""
    with app.app_context(), unit_of_work():
        return [
            thread.things_at(org)["site"]["public_id"]
            for org in (county.village, county.other_town)
        ]


def invite(town, monitor):
    """Return the address of the phone's page and the one its code holds."""
    path = town.post("/phones/new", data={"account": monitor.public_id}).location
    return path, re.search(r"/bind/\w+", town.get(path).text)[0]


@pytest.fixture
def bound(app, town, monitor, reading):
    """A phone that was bound, and the address of its page."""
    path, code = invite(town, monitor)
    phone = app.test_client()
    assert phone.post(code).location == "/hazards/mine"
    return phone, path


def entry(**more):
    return {
        "client_id": str(uuid.uuid4()),
        "checked_on": "2026-05-12",
        "result": "abnormal",
        "note": "坡脚新裂缝",
        **more,
    }


def test_looking_at_a_code_does_not_use_it_up(app, town, monitor):
    _, code = invite(town, monitor)
    for _ in range(2):
        assert "钟福生" in app.test_client().get(code).text
    assert app.test_client().post(code).status_code == 303


def test_a_code_binds_one_phone_within_a_quarter_of_an_hour(app, town, monitor, frozen):
    path, code = invite(town, monitor)
    app.test_client().post(code)
    assert app.test_client().post(code).status_code == 404
    assert "手机已绑定" in town.get(path).text
    _, late = invite(town, monitor)
    frozen.now += timedelta(minutes=16)
    assert app.test_client().get(late).status_code == 404
    assert app.test_client().post(late).status_code == 404


def test_a_code_that_was_not_used_in_time_is_renewed(app, town, monitor, frozen):
    path, old = invite(town, monitor)
    frozen.now += timedelta(minutes=16)
    assert "显示新的绑定码" in town.get(path).text
    town.post(f"{path}/renew")
    new = re.search(r"/bind/\w+", town.get(path).text)[0]
    assert new != old
    assert app.test_client().post(old).status_code == 404
    assert app.test_client().post(new).status_code == 303


def test_the_cookie_lasts_is_out_of_reach_of_scripts_and_kept_as_a_hash(bound, reading):
    phone, _ = bound
    cookie = phone.get_cookie("drillreg-phone")
    assert cookie.http_only
    assert cookie.max_age >= 300 * 24 * 3600
    assert cookie.value not in str(reading.scalars(select(Device.token_hash)).all())


def test_a_bound_phone_records_a_check_of_its_own_site(bound, sites, reading, monitor):
    phone, _ = bound
    assert phone.get("/hazards/mine").status_code == 200
    assert phone.get(f"/h/{sites[0]}").status_code == 200
    done = phone.post(f"/h/{sites[0]}", data=entry())
    assert done.status_code == 303
    assert "检查已记录" in phone.get(done.location).text.replace(" ", "")
    check = reading.scalar(select(HazardCheck).where(HazardCheck.note == "坡脚新裂缝"))
    assert (check.account_id, check.checker_name) == (monitor.id, "钟福生")


def test_a_bound_phone_does_not_see_sites_of_others(bound, sites):
    phone, _ = bound
    assert phone.get(f"/h/{sites[1]}").status_code == 404
    assert phone.post(f"/h/{sites[1]}", data=entry()).status_code == 404


def test_a_program_gets_a_token_and_sends_with_it(app, town, monitor, sites):
    _, code = invite(town, monitor)
    app.config["WTF_CSRF_ENABLED"] = True
    json = {"Accept": "application/json"}
    token = app.test_client().post(code, headers=json)
    assert token.status_code == 400  # a page's cookie could be there: without a token of a form, no
    app.config["WTF_CSRF_ENABLED"] = False
    token = app.test_client().post(code, headers=json).json["token"]
    app.config["WTF_CSRF_ENABLED"] = True
    with_token = {**json, "Authorization": f"Bearer {token}"}
    sent, client = entry(), app.test_client()
    assert client.post(f"/h/{sites[0]}", json=sent, headers=with_token).status_code == 201
    assert client.post(f"/h/{sites[0]}", json=sent, headers=with_token).status_code == 200
    other = {**sent, "note": "别的"}
    assert client.post(f"/h/{sites[0]}", json=other, headers=with_token).status_code == 409
    wrong = {**json, "Authorization": "Bearer not-a-token"}
    refused = client.post(f"/h/{sites[0]}", json=entry(), headers=wrong)
    assert (refused.status_code, list(refused.json)) == (401, ["error"])


def test_a_token_stands_for_the_phone_whatever_cookies_come_along(
    app, town, bound, monitor, sites, as_role, county
):
    """A signed-in clerk's browser with a foreign token is that phone, so no form token is lost."""
    _, code = invite(town, monitor)
    token = app.test_client().post(code, headers={"Accept": "application/json"}).json["token"]
    clerk = as_role("county_staff", username="clerk")
    answer = clerk.get("/orgs/", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403


def test_a_phone_reaches_nothing_but_its_few_views(app, bound):
    phone, _ = bound
    marked = set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        view = app.view_functions[rule.endpoint]
        if getattr(view, "devices_too", None) is not None:
            marked.add(rule.endpoint)
            continue
        if view.access is Everyone.PUBLIC:
            continue
        with app.test_request_context():
            address = rule.build(plain_values(rule), append_unknown=False)[1]
        method = "post" if "POST" in rule.methods else "get"
        answer = getattr(phone, method)(address)
        assert answer.status_code == 403, (rule.endpoint, answer.status_code)
        assert "这部手机只能用来记录检查" in answer.text
    assert marked == TOO


def test_a_lost_phone_is_refused_at_once_with_the_reason_and_gets_its_entry_back(
    app, bound, town, sites, reading, trail
):
    phone, path = bound
    assert town.post(f"{path}/revoke", data={"reason": ""}).status_code == 422
    assert town.post(f"{path}/revoke", data={"reason": "手机遗失"}).status_code == 303
    late = phone.post(f"/h/{sites[0]}", data=entry())
    assert late.status_code == 403
    assert "手机遗失" in late.text
    assert "坡脚新裂缝" in late.text
    as_json = phone.post(f"/h/{sites[0]}", json=entry(), headers={"Accept": "application/json"})
    assert as_json.status_code == 403
    assert "手机遗失" in as_json.json["error"]
    assert phone.get("/hazards/mine").status_code == 403
    assert reading.scalar(select(HazardCheck).where(HazardCheck.note == "坡脚新裂缝")) is None
    assert {"device-invited", "device-bound", "device-revoked"} <= set(trail()[0])


def test_the_owner_and_the_security_administrator_unbind_too(
    app, bound, monitor, sign_in, as_role, town, reading
):
    phone, _ = bound
    own = sign_in(monitor.id)
    (form,) = [f for f in own.page("/account/").select("form") if "/phones/" in f["action"]]
    own.post(form["action"])
    assert phone.get("/hazards/mine").status_code == 403
    _, code = invite(town, monitor)
    second = app.test_client()
    second.post(code)
    secadmin = as_role("secadmin")
    page = secadmin.page(f"/system/people/{monitor.public_id}")
    (form,) = [f for f in page.select("form") if "/phones/" in f["action"]]
    secadmin.post(form["action"], data={"phone_reason": "离岗"})
    assert "离岗" in second.get("/hazards/mine").text


def test_an_account_out_of_use_takes_its_phone_along(bound, monitor, as_role):
    phone, _ = bound
    secadmin = as_role("secadmin")
    secadmin.post(f"/system/people/{monitor.public_id}/disable", data={"reason": "离岗"})
    assert "离岗" in phone.get("/hazards/mine").text


def test_a_monitor_whose_role_ended_sees_no_site(bound, monitor, sites, reading):
    phone, _ = bound
    reading.rollback()
    with unit_of_work():
        held = select(RoleAssignment).where(RoleAssignment.account_id == monitor.id)
        reading.scalar(held).to_on = date(2026, 5, 12)
    assert phone.get("/hazards/mine").status_code == 403
    assert phone.post(f"/h/{sites[0]}", data=entry()).status_code in {403, 404}


def test_somebody_without_an_account_is_bound_and_cannot_sign_in(app, town, county, enter, reading):
    data = {"account": "", "name": "廖大勇", "phone": "0000-000 3451", "org": "岭下村"}
    path = town.post("/phones/new", data=data).location
    code = re.search(r"/bind/\w+", town.get(path).text)[0]
    phone = app.test_client()
    phone.post(code)
    assert phone.get("/hazards/mine").status_code == 200
    username = reading.scalar(select(Account.username).order_by(Account.id.desc()))
    for guess in ("!", "", "a good pass-phrase"):
        assert enter(username, guess)[1].status_code == 422
    outside = town.post("/phones/new", data={**data, "org": "竹源镇"})
    assert outside.status_code == 422


def test_only_a_monitor_within_reach_is_bound(town, as_role, county, make_account, account_of):
    make_account("unit_liaison", county.school, username="liaison")
    make_account("monitor", county.other_town, username="elsewhere")
    for name in ("liaison", "elsewhere"):
        data = {"account": account_of(name).public_id}
        assert town.post("/phones/new", data=data).status_code == 404
    assert as_role("leader").get("/phones/").status_code == 403


@pytest.fixture
def elsewhere_too(app, county, monitor):
    """Make the monitor one in the other town, too, from a day on."""

    def begin(here_until=None):
        with app.app_context(), unit_of_work():
            held = select(RoleAssignment).where(RoleAssignment.account_id == monitor.id)
            db.session.scalar(held).to_on = here_until
            there = RoleAssignment(
                account_id=monitor.id,
                org_id=county.other_town.id,
                role="monitor",
                from_on=date(2026, 5, 12),
            )
            db.session.add(there)

    return begin


@pytest.mark.parametrize("here_until", [None, date(2026, 5, 12)])
def test_no_town_holds_the_key_of_a_monitor_of_another_one(
    app, town, monitor, county, as_role, elsewhere_too, here_until
):
    """The code of a phone would open what the monitor looks after in both towns."""
    path, _ = invite(town, monitor)
    elsewhere_too(here_until)
    sent = {"account": monitor.public_id}
    assert town.post("/phones/new", data=sent).status_code == 404
    assert "钟福生" not in town.page("/phones/new").text
    assert "钟福生" not in town.page("/phones/").text
    for address, method in ((path, "get"), (f"{path}/renew", "post"), (f"{path}/revoke", "post")):
        assert getattr(town, method)(address).status_code == 404
    above = as_role("county_staff", county.county)
    assert "/bind/" in above.get(path).text
    assert above.post("/phones/new", data=sent).status_code == 303


def test_who_signs_in_on_a_bound_phone_is_themselves(bound, enter, county, make_account):
    phone, _ = bound
    make_account("county_staff", county.county, username="zhoumin")
    enter("zhoumin", browser=phone)
    assert phone.get("/orgs/").status_code == 200
    phone.post("/sign-out")
    assert phone.get("/orgs/").status_code == 403


def test_a_site_without_a_voided_mark_shows_only_the_form(bound, sites, keep, reading):
    phone, _ = bound
    page = phone.page(f"/h/{sites[0]}")
    assert page.select_one("textarea[name=note]")
    assert not page.select("nav")
    assert reading.scalar(select(HazardSite.id)) is not None
