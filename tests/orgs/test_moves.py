"""Organisations move, merge, split and return; time is tiled and nothing that is open vanishes."""

from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from drillreg.accounts.models import Person, Post, RoleAssignment
from drillreg.audit.models import AuditRow
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.drills.models import Drill, DrillProgramme
from drillreg.hazards.models import HazardSite
from drillreg.orgs.mergers import merge_org, reopen_org, split_org
from drillreg.orgs.models import Division, Org, OrgAlias, OrgVersion, Oversight
from drillreg.orgs.moves import move_org
from drillreg.orgs.operations import OrgFacts, change_org, close_org, create_org
from drillreg.orgs.rules import child_path
from drillreg.orgs.successions import successions
from drillreg.plans.models import Plan, PlanVersion
from drillreg.reports.models import CorrectiveAction, Finding, Report
from drillreg.resources.models import RescueTeam, Shelter, Supply
from drillreg.signoffs.models import SignOff
from drillreg.tasks.models import Task
from tests.architecture.things.dangers import danger_at
from tests.conftest import NOW

TODAY = date(2026, 5, 12)
CLERK = Actor(account_id=1, person_id=1, name="周敏")


class UndoneError(Exception):
    """Ends a unit of work without keeping it."""


@contextmanager
def nothing_kept(app):
    with app.app_context():
        try:
            with unit_of_work():
                yield
                raise UndoneError
        except UndoneError:
            pass


def given_now(**more):
    return {"actor": CLERK, "now": NOW, "today": TODAY, "reason": "民函〔2026〕12号", **more}


def again(org):
    return db.session.get_one(Org, org.id)


def assert_paths_and_versions_hold():
    """Compare every path with its parents, and see that versions tile the time of each."""
    orgs = {org.id: org for org in db.session.scalars(select(Org))}

    def path(org):
        return child_path(path(orgs[org.parent_id]) if org.parent_id else "", org.id)

    assert {org.id: org.path for org in orgs.values()} == {
        org.id: path(org) for org in orgs.values()
    }
    for org in orgs.values():
        versions = db.session.scalars(
            select(OrgVersion).where(OrgVersion.org_id == org.id).order_by(OrgVersion.from_on)
        ).all()
        for before, after in pairwise(versions):
            assert before.to_on == after.from_on, (org.name, before.to_on, after.from_on)
        if versions:
            assert versions[-1].to_on == org.closed_on, org.name
        if versions and org.closed_on is None:
            last = versions[-1]
            assert (last.path, last.parent_id, last.name, last.attributes) == (
                org.path,
                org.parent_id,
                org.name,
                org.attributes,
            )


def test_a_move_takes_everything_along_and_keeps_where_it_stood(app, county):
    with nothing_kept(app):
        village, town = again(county.village), again(county.other_town)
        school = create_org(
            OrgFacts("岭下小学", "school", {"students": 36}, opened_on=date(2020, 9, 1)),
            parent=village,
            actor=None,
            now=NOW,
            today=TODAY,
        )
        move_org(village, town, from_on=date(2026, 5, 1), **given_now())
        assert_paths_and_versions_hold()
        assert school.path == child_path(child_path(town.path, village.id), school.id)
        stood = db.session.scalars(
            select(OrgVersion).where(OrgVersion.org_id == school.id).order_by(OrgVersion.from_on)
        ).all()
        assert [(v.from_on, v.to_on) for v in stood] == [
            (date(2020, 9, 1), date(2026, 5, 1)),
            (date(2026, 5, 1), None),
        ]
        assert stood[0].path == child_path(county.village.path, school.id)
        assert stood[1].reason == "民函〔2026〕12号"
        row = db.session.scalar(select(AuditRow).where(AuditRow.action == "org-moved"))
        assert (row.detail["to_parent_id"], row.detail["count"]) == (town.id, 2)


def test_a_unit_follows_the_division_of_its_new_place(app, county):
    with nothing_kept(app):
        towns = [
            Division(code=f"36072810{i}000", level="town", name=f"镇{i}", path=f"new-{i}/")
            for i in range(2)
        ]
        db.session.add_all(towns)
        db.session.flush()
        old, new, school = again(county.town), again(county.other_town), again(county.school)
        old.division_id, new.division_id, school.division_id = towns[0].id, towns[1].id, towns[0].id
        move_org(school, new, from_on=TODAY, **given_now())
        assert again(county.school).division_id == towns[1].id


def test_a_move_within_the_county_keeps_supervision_and_beyond_ends_it(app, county, make_org):
    far = make_org("远镇", "town", county.other_county)
    with nothing_kept(app):
        school = again(county.school)
        move_org(school, again(county.other_town), from_on=TODAY, **given_now())
        assert db.session.scalar(select(Oversight.to_on)) is None
        moved = move_org(school, again(far), from_on=TODAY, **given_now())
        assert moved.oversights_ended == 1
        assert db.session.scalar(select(Oversight.to_on)) == TODAY


@pytest.mark.parametrize(
    ("who", "where", "day", "words"),
    [
        ("town", "village", TODAY, "lies inside"),
        ("school", "town", TODAY, "already stands below"),
        ("village", "county", TODAY, "cannot stand there"),
        ("school", "other_town", TODAY + timedelta(days=1), "after today"),
        ("town", "other_county", date(2026, 4, 1), "last changed on"),
    ],
)
def test_refused_moves_say_why(app, county, who, where, day, words):
    with nothing_kept(app):
        village = again(county.village)
        facts = OrgFacts("岭下新村", "village", {})
        change_org(village, facts, from_on=date(2026, 5, 2), actor=CLERK, now=NOW, today=TODAY)
        org, parent = again(getattr(county, who)), again(getattr(county, where))
        with pytest.raises(DomainError, match=words):
            move_org(org, parent, from_on=day, **given_now())


def test_moving_three_thousand_costs_as_few_statements_as_moving_one(app, county, count_queries):
    def cost(count):
        with nothing_kept(app):
            town = again(county.town)
            db.session.add_all(
                Org(
                    name=f"厂{i}",
                    kind="site",
                    parent_id=town.id,
                    path=f"new-{i}",
                    attributes={},
                )
                for i in range(count)
            )
            db.session.flush()
            for org in db.session.scalars(select(Org).where(Org.kind == "site")):
                org.path = child_path(town.path, org.id)
            db.session.flush()
            with count_queries() as seen:
                move_org(town, again(county.other_county), from_on=TODAY, **given_now())
            versions = select(OrgVersion.id).where(OrgVersion.to_on.is_(None))
            assert len(db.session.scalars(versions).all()) == count + 3
            return len(seen)

    cost(1)  # what a process reads once: its lists of codes, its settings
    assert cost(3000) == cost(1)


@pytest.fixture
def full_school(app, county, make_org, make_account, keep):
    """A school with one of everything open, and a second one that it can be merged into."""
    other = make_org("白岩镇第二小学", "school", county.town)
    make_account("unit_liaison", county.school)
    make_account("unit_liaison", other)
    person = keep(Person(name="梁秀英"))
    head = keep(Post(person_id=person.id, org_id=county.school.id, title="校长", from_on=TODAY))
    keep(
        Post(
            person_id=person.id,
            org_id=county.school.id,
            title="副校长",
            deputy_of_id=head.id,
            from_on=TODAY,
        )
    )
    common = {"org_id": county.school.id, "event_type": "fire"}
    plan = keep(Plan(kind="special", title="消防预案", created_at=NOW, **common))
    keep(
        PlanVersion(
            plan_id=plan.id, number=1, state="current", issued_on=date(2025, 1, 1), created_at=NOW
        )
    )
    draft = keep(Plan(kind="special", title="防汛预案", created_at=NOW, **common))
    keep(PlanVersion(plan_id=draft.id, number=1, created_at=NOW))
    programme = keep(
        DrillProgramme(
            title="每月演练",
            rrule="FREQ=MONTHLY;BYMONTHDAY=1",
            shift="next_working_day",
            starts_on=TODAY,
            created_at=NOW,
            **common,
        )
    )
    keep(
        *(
            Drill(
                title="演练",
                due_on=TODAY,
                original_on=TODAY,
                programme_id=programme_id,
                changed_at=NOW,
                **common,
            )
            for programme_id in (programme.id, None)
        )
    )
    held = keep(
        Drill(
            title="已演练",
            due_on=TODAY,
            held_on=date(2026, 4, 1),
            status="held",
            changed_at=NOW,
            **common,
        )
    )
    for org in (county.school, other):
        keep(danger_at(org))
        keep(
            HazardSite(
                org_id=org.id,
                number="1",
                name="围墙",
                kind="landslide",
                level="red",
                lon=113.9,
                lat=26.9,
                source_crs="WGS84",
                created_at=NOW,
            )
        )
    report = keep(Report(drill_id=held.id, org_id=county.school.id, title="总结", created_at=NOW))
    finding = keep(Finding(report_id=report.id, text="问题"))
    keep(
        CorrectiveAction(
            finding_id=finding.id,
            org_id=county.school.id,
            text="修门",
            person_name="梁秀英",
            due_on=TODAY,
        )
    )
    whose = {"org_id": county.school.id, "created_at": NOW}
    keep(
        Task(org_id=county.school.id, kind="asked", title="报材料", assigned_at=NOW, due_on=TODAY),
        SignOff(
            org_id=county.school.id,
            subject_kind="plan-version",
            subject_id=1,
            title="防汛预案",
            url="/plans/1/sign",
            route="unit",
            stages=[],
            started_at=NOW,
            started_by_id=0,
            started_by_name="梁秀英",
        ),
        RescueTeam(**whose, name="护校队", kind="fire", members=5),
        Supply(**whose, name="灭火器", kind="fire", amount=20, unit="具"),
        Shelter(**whose, name="操场", kind="short", place="outdoor", capacity=500),
    )
    return other


def counts_at(*orgs):
    ids = [org.id for org in orgs]
    return {each.code: each.count(Org.id.in_(ids), TODAY) for each in successions()}


def test_nothing_open_vanishes_in_a_merger(app, county, full_school):
    with nothing_kept(app):
        old, new = again(county.school), again(full_school)
        both, before = counts_at(old, new), counts_at(old)
        assert 0 not in before.values()
        passed = merge_org(old, new, from_on=TODAY, **given_now())
        after = counts_at(new)
        stays = {each.code for each in successions() if each.carry is None}
        assert stays == {"plans"}
        assert counts_at(old) == {code: (before[code] if code in stays else 0) for code in before}
        assert counts_at(old, new) == both
        # Passed with all drills, not once more with their programme.
        assert {code: passed[code] for code in before if code not in stays} == {
            code: count for code, count in before.items() if code not in stays
        }
        assert after["roles"] == 2
        assert_paths_and_versions_hold()
        numbers = db.session.scalars(
            select(HazardSite.number_taken).where(HazardSite.org_id == new.id)
        ).all()
        assert sorted(numbers, key=str) == ["1", None]
        deputy = db.session.scalar(
            select(Post).where(Post.org_id == new.id, Post.title == "副校长")
        )
        head = db.session.scalar(select(Post).where(Post.org_id == new.id, Post.title == "校长"))
        assert deputy.deputy_of_id == head.id
        assert (old.merged_into_id, old.closed_on, old.parent_id) == (new.id, TODAY, new.id)
        aliases = select(OrgAlias.alias).where(OrgAlias.org_id == new.id)
        assert db.session.scalars(aliases).all() == ["白岩镇中心小学"]
        supervised = select(Oversight.overseer_id).where(
            Oversight.org_id == new.id, Oversight.to_on.is_(None)
        )
        assert db.session.scalars(supervised).all() == [county.bureau.id]


def test_towns_merge_with_what_stands_below_them(app, county):
    with nothing_kept(app):
        town, other = again(county.town), again(county.other_town)
        merge_org(town, other, from_on=TODAY, **given_now())
        assert_paths_and_versions_hold()
        assert again(county.village).parent_id == other.id
        assert again(county.school).path == child_path(other.path, county.school.id)
        was = db.session.scalar(
            select(OrgVersion).where(
                OrgVersion.org_id == county.village.id, OrgVersion.to_on == TODAY
            )
        )
        assert (was.path, was.parent_id) == (county.village.path, county.town.id)


def test_departments_merge_with_the_units_they_supervise(app, county, make_org):
    office = make_org("县教育体育局", "department", county.county, field="education")
    with nothing_kept(app):
        merge_org(again(county.bureau), again(office), from_on=TODAY, **given_now())
        rows = db.session.execute(
            select(Oversight.overseer_id, Oversight.to_on).order_by(Oversight.id)
        ).all()
        assert [tuple(row) for row in rows] == [(county.bureau.id, TODAY), (office.id, None)]


def test_kinds_that_do_not_merge_are_refused(app, county):
    with nothing_kept(app), pytest.raises(DomainError, match="do not merge"):
        merge_org(again(county.school), again(county.village), from_on=TODAY, **given_now())


def test_a_split_takes_what_was_chosen_and_nothing_else(app, county, full_school):
    with nothing_kept(app):
        school = again(county.school)
        both = counts_at(school)
        things = {each.code: each.things(school, TODAY) for each in successions()}
        chosen = {"programmes": [things["programmes"][0].id], "roles": [things["roles"][0].id]}
        new = split_org(
            school,
            OrgFacts("白岩镇分校", "school", {}, opened_on=TODAY),
            parent=again(county.town),
            chosen=chosen,
            from_on=TODAY,
            **given_now(),
        )
        assert new.split_from_id == school.id
        found = counts_at(new)
        assert found == {**dict.fromkeys(both, 0), "programmes": 1, "drills": 1, "roles": 1}
        assert counts_at(school, new) == both
        supervised = select(Oversight.org_id).where(Oversight.to_on.is_(None))
        assert sorted(db.session.scalars(supervised)) == sorted([school.id, new.id])
        assert_paths_and_versions_hold()


def test_a_wrongly_closed_one_goes_on_as_if_it_never_was_closed(app, county):
    with nothing_kept(app):
        school, town = again(county.school), again(county.town)
        day = date(2026, 5, 4)
        close_org(school, closed_on=day, reason="错误", actor=CLERK, now=NOW, today=TODAY)
        reopen_org(school, town, from_on=day, **given_now())
        (version,) = db.session.scalars(
            select(OrgVersion).where(OrgVersion.org_id == school.id)
        ).all()
        assert version.to_on is None
        assert school.closed_on is None
        assert db.session.scalar(select(Oversight.to_on)) is None


def test_a_merged_one_returns_to_its_place(app, county, full_school):
    with nothing_kept(app):
        school, town = again(county.school), again(county.town)
        merge_org(school, again(full_school), from_on=TODAY, **given_now())
        with pytest.raises(DomainError, match="cannot stand there"):
            reopen_org(school, again(full_school), from_on=TODAY, **given_now())
        reopen_org(school, town, from_on=TODAY, **given_now())
        assert (school.path, school.merged_into_id) == (county.school.path, None)
        assert_paths_and_versions_hold()


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["move", "merge", "rename", "split", "add", "close"]),
        st.integers(0, 50),
        st.integers(0, 50),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=ACTS)
def test_after_any_acts_paths_follow_parents_and_versions_tile_time(app, county, acts):
    with nothing_kept(app):
        day = date(2026, 4, 1)
        for number, (act, one, other, later) in enumerate(acts):
            day = min(day + timedelta(days=later), TODAY)
            orgs = db.session.scalars(select(Org).order_by(Org.id)).all()
            org, target = orgs[one % len(orgs)], orgs[other % len(orgs)]
            try:
                perform(act, org, target, day, f"新{number}")
            except DomainError:
                continue
            assert_paths_and_versions_hold()


def perform(act, org, target, day, name):
    common = {"actor": CLERK, "now": NOW, "today": TODAY}
    if act == "move":
        move_org(org, target, from_on=day, reason="x", **common)
    elif act == "merge":
        merge_org(org, target, from_on=day, reason="x", **common)
    elif act == "rename":
        facts = OrgFacts(name, org.kind, {"staff": len(name)})
        change_org(org, facts, from_on=day, **common)
    elif act == "split":
        facts = OrgFacts(name, org.kind, {}, opened_on=day)
        split_org(org, facts, parent=target, chosen={}, from_on=day, reason="x", **common)
    elif act == "add":
        facts = OrgFacts(name, ["school", "village", "town"][len(name) % 3], {}, opened_on=day)
        create_org(facts, parent=target, actor=CLERK, now=NOW, today=TODAY)
    else:
        close_org(org, closed_on=day, reason="x", **common)


def test_roles_held_from_a_later_day_pass_too(app, county, full_school, keep):
    with nothing_kept(app):
        later = TODAY + timedelta(days=20)
        account_id = db.session.scalar(select(RoleAssignment.account_id))
        db.session.add(
            RoleAssignment(
                account_id=account_id, role="monitor", org_id=county.school.id, from_on=later
            )
        )
        merge_org(again(county.school), again(full_school), from_on=TODAY, **given_now())
        found = db.session.scalar(
            select(RoleAssignment).where(
                RoleAssignment.org_id == full_school.id, RoleAssignment.role == "monitor"
            )
        )
        assert (found.from_on, found.to_on) == (later, None)
