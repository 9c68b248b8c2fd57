"""The evidence that a site stands: it comes, changes, moves and ends with the site."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.evidence.models import Evidence
from drillreg.hazards.models import HazardSite
from drillreg.hazards.registering import note_sites
from tests.hazards.test_sites import VALUES


@pytest.fixture
def stands(app):
    """Return (organisation, kind of site, from, until, struck out) of each site."""

    def read():
        with app.app_context():
            return [
                (
                    each.org_id,
                    each.attributes["kind"],
                    each.on_date,
                    each.until_on,
                    each.voided_at is not None,
                )
                for each in db.session.scalars(
                    select(Evidence).where(Evidence.kind == "site-registered").order_by(Evidence.id)
                )
            ]

    return read


@pytest.fixture
def site_of(places, county, make_account, sign_in, frozen):
    """Register a site; days later, return a browser, its address and what was sent."""

    def make(days):
        clerk = make_account("county_staff", county.county)
        sent = {**VALUES, "org_id": county.village.id}
        address = sign_in(clerk).post("/hazards/new", data=sent).location
        frozen.now += timedelta(days=days)
        return sign_in(clerk), address, sent

    return make


def test_a_registered_site_stands_until_the_day_before_it_is_struck_out(
    site_of, county, stands, today
):
    browser, address, _ = site_of(9)
    assert stands() == [(county.village.id, "landslide", today, None, False)]
    assert browser.post(f"{address}/void", data={"reason": "已治理销号"}).status_code == 303
    until = today + timedelta(days=8)
    assert stands() == [(county.village.id, "landslide", today, until, False)]


def test_another_owner_has_the_site_from_that_day_on_and_a_correction_is_read(
    site_of, county, stands, today
):
    browser, address, sent = site_of(3)
    changed = {**sent, "org_id": county.town.id, "kind": "collapse", "row_version": "1"}
    assert browser.post(f"{address}/edit", data=changed).status_code == 303
    day = today + timedelta(days=3)
    assert stands() == [
        (county.village.id, "landslide", today, day - timedelta(days=1), False),
        (county.town.id, "collapse", day, None, False),
    ]
    again = {**changed, "kind": "slope", "row_version": "2"}
    assert browser.post(f"{address}/edit", data=again).status_code == 303
    assert stands()[1] == (county.town.id, "slope", day, None, False)


def test_any_number_of_sites_costs_the_same_statements(
    app, county, make_site, count_queries, frozen, today
):
    def cost(number):
        for _ in range(number):
            make_site(county.town)
        # Counted before the commit: what follows it belongs to the duties.
        with app.app_context(), unit_of_work(), count_queries() as seen:
            note_sites(HazardSite.org_id == county.town.id, day=today, now=frozen.now)
        return len(seen)

    assert cost(2) == cost(30) <= 8


def test_sites_of_a_merged_organisation_count_for_its_successor(
    app, county, make_site, frozen, today, stands, as_role
):
    make_site(county.town)
    with app.app_context(), unit_of_work():
        note_sites(HazardSite.org_id == county.town.id, day=date(2025, 1, 1), now=frozen.now)
    browser = as_role("county_staff")
    sent = {"target_id": county.other_town.id, "from_on": today.isoformat(), "reason": "撤并"}
    assert browser.post(f"/orgs/{county.town.id}/change/merge", data=sent).status_code == 303
    assert [(org, until) for org, _, _, until, _ in stands()] == [
        (county.town.id, today - timedelta(days=1)),
        (county.other_town.id, None),
    ]
