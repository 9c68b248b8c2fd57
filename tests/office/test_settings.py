from datetime import date, timedelta

import pytest

from drillreg.config import Settings
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.drills.rules import REMIND_DAYS_BEFORE
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import FRESH_DAYS
from drillreg.office.environment import environment, meanings
from drillreg.office.operations import set_value
from drillreg.office.queries import history_of, setting
from drillreg.office.rules import chain_of, definitions, nearest, read_value, text_of

ACTOR = Actor(1, 1, "贺建")
DAYS = definitions()["drills.remind-days"]
REPORT = definitions()["drills.report-days"]
BACKUPS = definitions()["machine.backups-kept"]


@pytest.mark.parametrize("each", definitions().values(), ids=lambda each: each.key)
def test_every_default_is_a_value_one_could_type(each):
    assert read_value(each, text_of(each.default)) == each.default
    assert all([*each.label.values(), *each.why.values(), each.source])


@pytest.mark.parametrize("text", ["", "0", "61", "7.5", "sieben", "1,2,3,4,5,6,7", "-1"])
def test_numbers_out_of_bounds_are_refused(text):
    with pytest.raises(DomainError):
        read_value(DAYS, text)


def test_days_are_read_with_any_comma_and_kept_in_order():
    assert read_value(DAYS, "1、7，14,30 7") == [30, 14, 7, 1]


def test_the_nearest_owner_wins_and_the_default_comes_last():
    chain = chain_of("00000001/00000012/00000345/")
    assert chain == (345, 12, 1)
    assert nearest(REPORT, {1: 20, 12: 10}, chain).value == 10
    assert nearest(REPORT, {1: 20}, chain).owner_org_id == 1
    assert nearest(REPORT, {}, chain).is_default
    assert nearest(BACKUPS, {1: 5, None: 9}, chain).value == 9


def put(definition, value, owner, now):
    with unit_of_work():
        return set_value(definition, value, owner=owner, actor=ACTOR, now=now)


def test_a_value_holds_below_its_owner_until_it_is_taken_back(app, county, frozen):
    with app.app_context():
        assert setting("drills.report-days", county.school) == 30
        assert put(REPORT, 20, county.county, frozen.now)
        assert put(REPORT, 10, county.town, frozen.now)
        assert not put(REPORT, 10, county.town, frozen.now)
        assert setting("drills.report-days", county.school) == 10
        assert setting("drills.report-days", county.other_town.path) == 20
        assert setting("drills.report-days", county.other_county) == 30
        assert put(REPORT, None, county.town, frozen.now + timedelta(days=1))
        assert setting("drills.report-days", county.school) == 20
        assert [row.value for row in history_of("drills.report-days", county.town)] == [None, 10]


def test_a_change_is_seen_by_the_next_request_of_any_process(app, county, frozen):
    with app.app_context():
        assert setting("drills.report-days", county.town) == 30
        put(REPORT, 20, county.county, frozen.now)
    with app.app_context():
        assert setting("drills.report-days", county.town) == 20


def test_a_change_that_was_rolled_back_is_not_seen(app, county, frozen):
    def set_and_fail():
        with unit_of_work():
            set_value(REPORT, 20, owner=county.county, actor=ACTOR, now=frozen.now)
            raise RuntimeError("power cut")

    with app.app_context(), pytest.raises(RuntimeError, match="power cut"):
        set_and_fail()
    with app.app_context():
        assert setting("drills.report-days", county.town) == 30


def test_the_administrator_reads_and_sets_values(app, as_role, county):
    browser = as_role("sysadmin")
    page = browser.page("/system/settings")
    assert "演练后应形成总结报告的期限" in page.text
    assert "30 天" in page.text
    assert "动态口令" not in page.text
    at = f"/system/settings/drills.report-days?org={county.county.id}"
    assert browser.post(at, data={"value": "45"}).status_code == 303
    page = browser.page("/system/settings")
    row = page.find(id="s-drills.report-days").text
    assert "45 天" in row
    assert "周敏" in row
    town = browser.page(f"/system/settings?org={county.town.id}")
    assert "来自青岭县" in town.find(id="s-drills.report-days").text
    refused = browser.post(at, data={"value": "0"})
    assert refused.status_code == 422
    assert "请填1至180的整数" in refused.text
    assert browser.post(at, data={"value": "45", "inherit": "1"}).status_code == 303
    assert "默认" in browser.page(at).text
    with app.app_context():
        assert setting("drills.report-days", county.town) == 30


def test_another_county_and_another_administrators_settings_are_not_there(as_role, county):
    browser = as_role("sysadmin")
    assert browser.get(f"/system/settings?org={county.other_county.id}").status_code == 404
    assert browser.get("/system/settings/accounts.totp-for-everybody").status_code == 404
    assert browser.get("/system/settings/no.such").status_code == 404
    security = as_role("secadmin")
    assert "动态口令" in security.page("/system/security-settings").text
    address = "/system/security-settings/accounts.totp-for-everybody"
    assert security.post(address, data={"value": "1"}).status_code == 303


def test_only_a_whole_county_sets_what_holds_for_the_machine(as_role, county):
    at = "/system/settings/machine.backups-kept"
    assert as_role("sysadmin").post(at, data={"value": "20"}).status_code == 303
    assert as_role("sysadmin", county.town).post(at, data={"value": "3"}).status_code == 403


def test_the_page_shows_the_environment_without_its_secrets(app, as_role):
    text = as_role("sysadmin").page("/system/settings").text
    assert "DRILLREG_SECRET_KEY" in text
    assert "test-test" not in text


@pytest.mark.one_database
def test_every_variable_of_the_environment_is_explained_and_passwords_are_masked(app):
    assert set(meanings()) == set(Settings.__dataclass_fields__)
    before = app.extensions["drillreg.settings"]
    app.extensions["drillreg.settings"] = Settings(database_url="postgresql+psycopg://u:pw@h/d")
    try:
        with app.app_context():
            values = {each.name: each.value for each in environment()}
    finally:
        app.extensions["drillreg.settings"] = before
    assert values["DRILLREG_DATABASE_URL"] == "postgresql+psycopg://u:***@h/d"


def test_the_check_interval_of_the_nearest_office_counts_in_lists_and_on_pages(
    app, as_role, county, frozen
):
    with app.app_context(), unit_of_work():
        for org in (county.town, county.other_town):
            db.session.add(
                HazardSite(
                    org_id=org.id, number="1", name=f"{org.name}后山", kind="slope", level="red",
                    lon=113.9, lat=26.9, morton=1, source_crs="WGS84", created_at=frozen.now,
                    last_check_on=date(2026, 5, 2),
                )
            )  # fmt: skip
    browser = as_role("county_staff")
    assert "白岩镇后山" in browser.page("/hazards/?fresh=stale").text
    with app.app_context():
        put(definitions()["hazards.check-days-red"], 10, county.town, frozen.now)
    page = browser.page("/hazards/?fresh=stale").text
    assert "竹源镇后山" in page
    assert "白岩镇后山" not in page
    assert "白岩镇后山" in browser.page("/hazards/?fresh=fresh").text
    chased = browser.page("/chasing/?kind=check-stale").select_one("main table").text
    assert "竹源镇后山" in chased
    assert "白岩镇后山" not in chased
    with app.app_context():
        put(definitions()["hazards.check-days-red"], 3, county.town, frozen.now)
    rows = browser.page("/chasing/?kind=check-stale").select("main tbody tr")
    since = [row.text for row in rows if "白岩镇后山" in row.text]
    assert len(since) == 1
    assert "2026-05-05" in since[0]
    assert browser.get("/").status_code == 200


@pytest.mark.one_database
def test_the_shipped_intervals_are_those_of_the_rules():
    for level, days in FRESH_DAYS.items():
        assert definitions()[f"hazards.check-days-{level}"].default == days
    assert tuple(DAYS.default) == REMIND_DAYS_BEFORE
