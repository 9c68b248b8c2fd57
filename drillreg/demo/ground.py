"""Last stage: what has become of organisations and divisions, and what rules read of them."""

from dataclasses import fields
from datetime import date

from drillreg.core.codes import CodeItem, code_list
from drillreg.demo.lookup import Lookup
from drillreg.demo.times import ago, at
from drillreg.orgs.attribute_setting import set_attribute, setting_of
from drillreg.orgs.division_changes import Basis, rename_division
from drillreg.orgs.divisions import current_name_or_none
from drillreg.orgs.grids import grids_of, make_grids
from drillreg.orgs.mergers import merge_org
from drillreg.orgs.models import Org
from drillreg.orgs.operations import OrgFacts, change_org, create_org
from drillreg.orgs.oversights import end_many
from drillreg.orgs.queries import oversights_of, version_or_none

# Days before the load on which things came to pass.
SURVEYED, MERGED, RENAMED, GRIDDED = 760, 420, 400, 300
CLERK = "zhoumin"
SIZES = ("small", "micro", "small", "medium")


def load_ground(known: Lookup) -> dict[str, int]:
    """Write attributes, a merger, a new name, grids and a renamed village; return how many."""
    facts = _set_attributes(known)
    _merge_teaching_point(known)
    _rename_hospital(known)
    _rename_village(known)
    _leave_a_gap(known)
    return {"attributes": facts, "grids": _make_grids(known)}


def _of_kind(known: Lookup, *kinds: str) -> list[Org]:
    found = {org.id: org for org in known.orgs.values() if org.kind in kinds}
    return sorted(found.values(), key=lambda org: org.path)


def _set_attributes(known: Lookup) -> int:
    """Set what a county would survey of its units; the rest stays unknown, as in life."""
    schools = _of_kind(known, "school")
    middle = [org for org in schools if "中学" in org.name]
    kindergartens = _of_kind(known, "kindergarten")
    hospitals, firms = _of_kind(known, "hospital"), _of_kind(known, "enterprise")
    count = 0
    for code, orgs, value in (
        ("boarding", middle, True),
        ("boarding", [org for org in schools if org not in middle][:6], False),
        ("fire_key_unit", [*middle, *hospitals, *kindergartens[:2]], True),
        ("crowded_place", [*schools, *kindergartens, *hospitals], True),
        ("building_storeys", schools, 4),
        ("building_height", hospitals[:2], 31.5),
        ("building_use", hospitals[:2], "public"),
        ("geohazard_area", _of_kind(known, "village")[:9], True),
        ("torrent_area", _of_kind(known, "village")[4:12], True),
        ("trades", [org for org in firms if "矿" in org.name or "石" in org.name], ["mine"]),
        ("trades", [org for org in firms if "加油" in org.name], ["flammable"]),
        (
            "hazardous_chemicals",
            [org for org in firms if "加油" in org.name],
            ["trade", "storage"],
        ),
    ):
        count += _set(known, code, orgs, value)
    for at_, size in enumerate(SIZES):
        count += _set(known, "enterprise_size", firms[at_ :: len(SIZES)], size)
    return count + _set(known, "industry", firms, "c")


def _set(known: Lookup, code: str, orgs: list[Org], value: object) -> int:
    day = ago(known.today, SURVEYED)
    setting = setting_of(orgs, _item(code), value, from_on=day, today=known.today)
    return set_attribute(setting, actor=known.actor(CLERK), now=at(day, 15))


def _item(code: str) -> CodeItem:
    return next(item for item in code_list("org_attribute") if item.code == code)


def _merge_teaching_point(known: Lookup) -> None:
    """Let a teaching point become part of the school that it was an outpost of."""
    school, town = known.orgs["竹源镇中心小学"], known.orgs["竹源镇"]
    entered = ago(known.today, 900)
    point = create_org(
        OrgFacts(
            name="竹源镇上坝教学点",
            name_en="Shangba Teaching Point",
            kind="school",
            attributes={"students": 9, "staff": 1, "school_stage": "teaching-point"},
            division_id=school.division_id,
            opened_on=date(1978, 9, 1),
        ),
        parent=town,
        actor=None,
        now=at(entered, 9),
        today=entered,
    )
    day = ago(known.today, MERGED)
    merge_org(
        point,
        school,
        from_on=day,
        reason="生源减少，教学点撤并（县教育局批复）",
        actor=known.actor(CLERK),
        now=at(day, 10),
        today=known.today,
    )


def _rename_hospital(known: Lookup) -> None:
    """Let a health centre have had another name until a day; its earlier papers keep that one."""
    centre = known.orgs["竹源镇卫生院"]
    first = version_or_none(centre)
    day = ago(known.today, RENAMED)
    for name, from_on in (("下坝卫生院", first.from_on if first else day), (centre.name, day)):
        change_org(
            centre,
            _facts_of(centre, name),
            from_on=from_on,
            actor=known.actor(CLERK),
            now=at(day, 11),
            today=known.today,
        )


def _facts_of(org: Org, name: str) -> OrgFacts:
    kept = {each.name: getattr(org, each.name) for each in fields(OrgFacts)}
    return OrgFacts(**{**kept, "name": name})


def _rename_village(known: Lookup) -> None:
    """Let a village have been called otherwise until a day."""
    division = known.orgs["石桥镇/溪口村"].division
    first = current_name_or_none(division) if division else None
    if division is None or first is None:
        return
    day, clerk = ago(known.today, RENAMED), known.actor(CLERK)
    for name, from_on, document in (
        ("溪坝村", first.from_on, "建村时名称"),
        (division.name, day, "县民政局批复"),
    ):
        basis = Basis(from_on, document, clerk, at(day, 9), known.today)
        rename_division(division, name=name, code=division.code, basis=basis)


def _leave_a_gap(known: Lookup) -> None:
    """Let a private kindergarten be without its department since last month."""
    unit, day = known.orgs["小太阳幼儿园"], ago(known.today, 30)
    found = [(each, unit) for each, _ in oversights_of(unit) if each.to_on is None]
    end_many(found, to_on=day, actor=known.actor(CLERK), now=at(day, 9))


def _make_grids(known: Lookup) -> int:
    """Divide one village into grids."""
    village = known.orgs["白岩镇/岭下村"]
    day = ago(known.today, GRIDDED)
    basis = Basis(day, "镇网格化管理方案", known.actor(CLERK), at(day, 9), known.today)
    names = [f"岭下村第{number}网格" for number in "一二三四"]
    count = make_grids(village, names, basis=basis)
    for number, grid in enumerate(grids_of(village), start=1):
        grid.name_en = f"Lingxia Grid {number}"
        if grid.division is not None:
            grid.division.name_en = grid.name_en
    return count
