"""Checks prove surveys, rounds and fire patrols; the duties turn met by the real evaluation."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from drillreg.core.db import db, unit_of_work
from drillreg.duties.following import sweep_duties
from drillreg.duties.models import DutyState, RuleDecision
from drillreg.duties.reading import shipped_rules
from drillreg.duties.states import state_on
from drillreg.evidence.models import Evidence
from drillreg.hazards.models import HazardSite
from drillreg.hazards.registering import note_sites
from drillreg.hazards.rules import CheckResult
from drillreg.orgs.models import Org, OrgVersion
from drillreg.patrols.proving import close_fire_logs
from drillreg.workdays.models import CalendarSeason

CREATED = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


@pytest.fixture
def season(county, keep):
    return keep(
        CalendarSeason(
            owner_org_id=county.county.id,
            kind="flood-season",
            name_zh="汛期",
            first_on=date(2020, 4, 1),
            last_on=date(2020, 9, 30),
            yearly=True,
            entered_at=CREATED,
        )
    )


@pytest.fixture
def entered(app, make_site, frozen):
    """Register sites in January, as the ledger does."""

    def make(org, *numbers, **columns):
        then, frozen.now = frozen.now, CREATED
        found = [make_site(org, number, **columns) for number in numbers]
        frozen.now = then
        with app.app_context(), unit_of_work():
            note_sites(
                HazardSite.id.in_([each.id for each in found]), day=date(2026, 1, 5), now=CREATED
            )
        return found

    return make


def told(reading, kind):
    found = reading.scalars(select(Evidence).where(Evidence.kind == kind).order_by(Evidence.id))
    return [(each.on_date, each.attributes) for each in found]


def test_a_survey_is_told_by_each_check_in_its_days(
    county, season, entered, make_patrol, check, reading
):
    (site,) = entered(county.town, "T-1")
    plan = make_patrol(county.town, kind="before-season", from_on=date(2026, 1, 10))
    check(site, date(2026, 1, 20))  # before the sixty days
    check(site, date(2026, 2, 10), result=CheckResult.ABNORMAL)
    assert told(reading, "survey-made") == [
        (date(2026, 2, 10), {"site": site.id, "result": "abnormal"})
    ]
    assert plan.kind == "before-season"


def test_a_round_is_made_when_every_site_of_the_town_was_seen(
    county, entered, make_patrol, check, reading
):
    sites = entered(county.town, "T-1", "T-2")
    (other,) = entered(county.other_town, "O-1")
    plan = make_patrol(county.county)
    check(sites[0], date(2026, 5, 8))
    assert told(reading, "round-made") == []
    reading.rollback()
    check(sites[1], date(2026, 5, 9))
    check(sites[1], date(2026, 5, 10))
    assert told(reading, "round-made") == [(date(2026, 5, 9), {"sites": 2, "patrol_plan": plan.id})]
    reading.rollback()
    check(other, date(2026, 5, 8))
    orgs = reading.scalars(select(Evidence.org_id).where(Evidence.kind == "round-made")).all()
    assert sorted(orgs) == sorted([county.town.id, county.other_town.id])


def test_fire_patrols_of_a_month_are_one_log_that_says_whether_it_is_complete(
    app, county, entered, make_patrol, check, reading
):
    (place,) = entered(county.school, "S-1", kind="fire-place")
    make_patrol(county.school, kind="fire-patrol", from_on=date(2026, 3, 1))
    for n in range(31):
        check(place, date(2026, 3, 1) + timedelta(days=n))
    assert [(day, said["complete"]) for day, said in told(reading, "fire-patrolled")] == [
        (date(2026, 3, 31), True)
    ]
    reading.rollback()
    check(place, date(2026, 4, 2))
    now = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
    with app.test_request_context():
        for day, written in ((date(2026, 5, 5), 0), (date(2026, 5, 12), 1), (date(2026, 5, 13), 0)):
            with unit_of_work():
                assert close_fire_logs(today=day, now=now) == written
    assert told(reading, "fire-patrolled")[-1][0] == date(2026, 4, 30)
    assert told(reading, "fire-patrolled")[-1][1]["complete"] is False


def test_a_fire_check_is_made_once_in_its_months(county, entered, make_patrol, check, reading):
    places = entered(county.school, "S-1", "S-2", kind="fire-place")
    make_patrol(county.school, kind="fire-check", months=3, from_on=date(2026, 4, 1))
    for place in places:
        check(place, date(2026, 5, 6), result=CheckResult.ABNORMAL)
    ((day, said),) = told(reading, "fire-checked")
    assert (day, said["result"]) == (date(2026, 5, 6), "abnormal")


def test_the_duties_turn_met_from_surveys_rounds_and_fire_patrols(
    app, county, season, entered, make_patrol, check
):
    with app.app_context(), unit_of_work():
        for org, said in (
            (county.town, {"geohazard_area": True}),
            (county.school, {"fire_key_unit": True}),
        ):
            db.session.execute(
                update(Org)
                .where(Org.id == org.id)
                .values(attributes=said, opened_on=date(2020, 1, 1))
            )
            db.session.add(
                OrgVersion(
                    org_id=org.id,
                    from_on=date(2020, 1, 1),
                    name=org.name,
                    kind=org.kind,
                    path=org.path,
                    parent_id=org.parent_id,
                    attributes=said,
                    recorded_at=CREATED,
                )
            )
            for rule in ("O16-before", "O16-during", "O16-after") if org is county.town else ():
                db.session.add(turned_on(county.county, rule))
    (site,) = entered(county.town, "T-1")
    (place,) = entered(county.school, "S-1", kind="fire-place")
    for kind in ("before-season", "during-season", "after-season"):
        make_patrol(county.town, kind=kind, from_on=date(2026, 1, 10))
    make_patrol(county.town, from_on=date(2026, 1, 10))
    make_patrol(county.school, kind="fire-patrol")
    check(site, date(2026, 3, 6))
    assert evaluated(app, date(2026, 4, 20))["O16-before"] == "met"
    for n in range(30):
        check(place, date(2026, 4, 1) + timedelta(days=n))
    assert evaluated(app, date(2026, 4, 30))["O15-patrol"] == "met"
    check(site, date(2026, 5, 8))
    may = evaluated(app, date(2026, 5, 12))
    assert may["O16-during"] == may["O16-round"] == "met"
    check(site, date(2026, 10, 8))
    assert evaluated(app, date(2026, 12, 1))["O16-after"] == "met"


def turned_on(county, rule):
    """Return the county's decision that a rule of its province holds."""
    (shipped,) = [each for each in shipped_rules() if each.id == rule]
    body = {key: value for key, value in shipped.raw.items() if key != "from"}
    return RuleDecision(
        owner_id=county.id,
        rule=rule,
        from_on=date(2024, 1, 1),
        body={**body, "on": True},
        reason="县府办〔2023〕9号",
        decided_at=CREATED,
        decided_by_id=1,
        decided_by_name="周敏",
    )


def evaluated(app, today):
    with app.test_request_context():
        sweep_duties(datetime.combine(today, time(2), UTC))
        rows = db.session.scalars(select(DutyState)).all()
        return {
            row.rule: state_on(
                today, good_until=row.good_until, due_on=row.due_on, waived_until=row.waived_until
            ).value
            for row in rows
        }
