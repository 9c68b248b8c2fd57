from datetime import date

import pytest
from sqlalchemy import select

from drillreg.audit.models import AuditRow
from drillreg.orgs.history import name_on
from drillreg.orgs.models import Org, OrgAlias, OrgVersion, Oversight
from drillreg.orgs.rules import child_path


def fields(org, **changes):
    kept = {
        "row_version": org.row_version,
        "name": org.name,
        "kind": org.kind,
        "from_on": "2026-05-12",
    }
    return {**kept, **changes}


def current(reading, org):
    return reading.get_one(Org, org.id, populate_existing=True)


def test_adding_an_organisation_writes_path_version_and_trail(as_role, county, reading):
    answer = as_role("town_staff", county.town).post(
        "/orgs/new",
        data={
            "parent_id": county.village.id,
            "name": "岭下村教学点",
            "kind": "school",
            "a_students": "36",
            "opened_on": "2020-09-01",
        },
    )
    assert answer.status_code == 303
    org = reading.scalar(select(Org).where(Org.name == "岭下村教学点"))
    assert org.path == child_path(county.village.path, org.id)
    assert org.attributes == {"students": 36}
    version = reading.scalar(select(OrgVersion).where(OrgVersion.org_id == org.id))
    assert (version.from_on, version.to_on, version.path) == (date(2020, 9, 1), None, org.path)
    assert reading.scalar(select(AuditRow).where(AuditRow.action == "org-made"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "请填写单位名称"),
        ({"kind": "village"}, "不能放在那里"),
        ({"name": "岭下村", "kind": "village", "parent": "town"}, "已经有岭下村了"),
        ({"a_students": "很多"}, "应为"),
        ({"lon": "115.1"}, "要么都填"),
        ({"division_code": "36072"}, "不是 6、9 或 12 位"),
        ({"division_code": "360728"}, "没有区划 360728000000"),
    ],
)
def test_refused_forms_say_why_and_keep_what_was_typed(as_role, county, changes, words):
    parent = county.town if changes.pop("parent", "") else county.village
    data = {"parent_id": parent.id, "name": "某校", "kind": "school", "duty_phone": "0797-1"}
    answer = as_role("county_staff").post("/orgs/new", data={**data, **changes})
    assert answer.status_code == 422
    assert words in answer.text
    assert "0797-1" in answer.text


def test_a_new_name_is_a_version_and_the_old_one_an_alias(as_role, county, reading):
    answer = as_role("county_staff").post(
        f"/orgs/{county.school.id}/edit",
        data=fields(county.school, name="白岩镇第一小学", a_students="520"),
    )
    assert answer.status_code == 303
    org = current(reading, county.school)
    assert (org.name, org.attributes) == ("白岩镇第一小学", {"students": 520})
    assert name_on(org, date(2026, 5, 11)) == "白岩镇中心小学"
    assert name_on(org, date(2020, 1, 1)) == "白岩镇中心小学"
    assert name_on(org, date(2026, 5, 12)) == "白岩镇第一小学"
    assert reading.scalar(select(OrgAlias.alias)) == "白岩镇中心小学"


def test_a_second_change_on_the_same_day_corrects_the_first(as_role, county, reading):
    clerk = as_role("county_staff")
    address = f"/orgs/{county.school.id}/edit"
    clerk.post(address, data=fields(county.school, name="白岩一小"))
    clerk.post(address, data=fields(current(reading, county.school), name="白岩镇一小"))
    names = reading.scalars(select(OrgVersion.name).order_by(OrgVersion.from_on)).all()
    assert names == ["白岩镇中心小学", "白岩镇一小"]


def test_a_change_cannot_take_effect_in_the_future(as_role, county):
    answer = as_role("county_staff").post(
        f"/orgs/{county.school.id}/edit",
        data=fields(county.school, name="新名", from_on="2026-05-13"),
    )
    assert answer.status_code == 422
    assert "不能晚于今天" in answer.text


def test_a_stale_edit_shows_both_texts(as_role, county):
    clerk = as_role("county_staff")
    address = f"/orgs/{county.school.id}/edit"
    assert clerk.post(address, data=fields(county.school, name="先改的名")).status_code == 303
    answer = clerk.post(address, data=fields(county.school, name="后改的名"))
    assert answer.status_code == 409
    assert "先改的名" in answer.text
    assert "后改的名" in answer.text


def test_a_kind_may_change_only_where_parent_and_children_allow_it(as_role, county):
    clerk = as_role("county_staff")
    refused = clerk.post(
        f"/orgs/{county.town.id}/edit", data=fields(county.town, kind="department")
    )
    assert refused.status_code == 422
    allowed = clerk.post(
        f"/orgs/{county.school.id}/edit", data=fields(county.school, kind="kindergarten")
    )
    assert allowed.status_code == 303


def test_closing_needs_a_reason_and_nothing_open_below(as_role, county, reading):
    clerk = as_role("county_staff")
    full = clerk.post(
        f"/orgs/{county.town.id}/close", data={"closed_on": "2026-05-12", "reason": "撤镇"}
    )
    assert full.status_code == 422
    assert "还有 2 个单位" in full.text
    address = f"/orgs/{county.school.id}/close"
    assert clerk.post(address, data={"closed_on": "2026-05-12"}).status_code == 422
    done = clerk.post(address, data={"closed_on": "2026-05-12", "reason": "并入镇中心学校"})
    assert done.status_code == 303
    assert current(reading, county.school).closed_on == date(2026, 5, 12)
    assert reading.scalar(select(Oversight.to_on)) == date(2026, 5, 12)
    assert "白岩镇中心小学" not in clerk.page("/orgs/?kind=school").select_one("#list").get_text()
    assert "白岩镇中心小学" in clerk.page("/orgs/?kind=school&closed=1").get_text()
    assert clerk.post(
        f"/orgs/{county.school.id}/edit", data=fields(county.school, row_version=2, name="别名")
    ).status_code in {409, 422}


def test_supervision_begins_once_and_ends(as_role, county, reading):
    clerk = as_role("county_staff")
    address = f"/orgs/{county.village.id}/oversights"
    data = {"overseer_id": county.bureau.id, "field": "education", "from_on": "2026-05-12"}
    assert clerk.post(address, data=data).status_code == 303
    assert clerk.post(address, data=data).status_code == 422
    wrong = clerk.post(address, data={**data, "overseer_id": county.town.id})
    assert "只有部门" in wrong.text
    found = reading.scalar(select(Oversight).where(Oversight.org_id == county.village.id))
    done = clerk.post(f"{address}/{found.id}/end", data={"to_on": "2026-05-12"})
    assert done.status_code == 303
    elsewhere = clerk.post(
        f"/orgs/{county.school.id}/oversights/{found.id}/end", data={"to_on": "2026-05-12"}
    )
    assert elsewhere.status_code == 404


def test_other_names_are_found_by_the_search_of_the_list(as_role, county):
    clerk = as_role("county_staff")
    address = f"/orgs/{county.school.id}/aliases"
    assert clerk.post(address, data={"alias": "白岩中心校"}).status_code == 303
    assert clerk.post(address, data={"alias": "白岩中心校"}).status_code == 422
    assert "白岩镇中心小学" in clerk.page("/orgs/?words=中心校").select_one("#list").get_text()


@pytest.mark.parametrize("path", ["edit", "close"])
def test_who_may_look_may_not_change(as_role, county, path):
    address = f"/orgs/{county.school.id}/{path}"
    assert as_role("dept_staff", county.bureau).get(address).status_code == 403
    assert as_role("unit_liaison", county.school).post(address, data={}).status_code == 403
    assert as_role("town_staff", county.other_town).get(address).status_code == 404


def test_nobody_adds_below_what_lies_outside(as_role, county):
    answer = as_role("town_staff", county.other_town).post(
        "/orgs/new", data={"parent_id": county.village.id, "name": "某校", "kind": "school"}
    )
    assert answer.status_code == 404
