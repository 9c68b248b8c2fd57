"""The numbers of the map are those of the ledger: for every reader, filter and change."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from drillreg.core.db import db, unit_of_work
from drillreg.geo import morton
from drillreg.hazards import mapping
from drillreg.hazards.cell_models import SiteCell, SiteMark
from drillreg.hazards.counting import count_all, count_marked, mend_counts, wrong_counts
from drillreg.hazards.mapping import map_data
from drillreg.hazards.models import HazardSite
from drillreg.hazards.queries import SiteFilter, all_sites, count_sites
from drillreg.hazards.rules import LEVEL_ORDER, RiskLevel
from drillreg.orgs.scope import OrgScope, whole_installation

KINDS = ("landslide", "collapse", "dam")


@pytest.fixture
def spread(app, county, frozen):
    """240 sites of all owners, kinds, levels and ages, many of them close together."""
    orgs = [county.county, county.town, county.village, county.school, county.other_town]
    orgs.append(county.other_county)
    with app.app_context(), unit_of_work():
        db.session.add_all(
            HazardSite(
                org_id=orgs[n % 6].id,
                number=str(n),
                name=f"点{n}",
                kind=KINDS[n % 3],
                level=LEVEL_ORDER[(n // 2) % 4],
                lon=115 + (n * 37 % 20) / 40 + n / 1e5,
                lat=24 + (n * 53 % 20) / 40,
                source_crs="EPSG:4326",
                created_at=frozen.now,
                last_check_on=date(2026, 5, 12) - timedelta(days=n) if n % 7 else None,
            )
            for n in range(240)
        )
    return orgs


def totals(wanted, scope, today, zoom=9):
    """Return what the map and the ledger say there is in all."""
    found = map_data(wanted, scope, today=today, bbox=None, zoom=zoom)
    return sum(point.count for point in found), count_sites(wanted, scope, today=today)


def by_cell(places, zoom):
    """Count (longitude, latitude, how many) by cells."""
    cells: Counter[int] = Counter()
    for lon, lat, count in places:
        cells[morton.encode(lon, lat) >> morton.cell_bits(zoom)] += count
    return cells


def test_map_and_ledger_agree_for_any_filter_and_reader(
    app, spread, county, keep, today, frozen, monkeypatch
):
    """Cell by cell: so nothing of a neighbour is in anybody's number."""
    monkeypatch.setattr(mapping, "MOST_POINTS", 3)
    with app.app_context():
        count_marked(frozen.now)
        strange = db.session.scalars(
            select(HazardSite.id).where(HazardSite.org_id == county.other_county.id).limit(9)
        ).all()
        # Some owners wait to be counted anew; the others are read from what was counted.
        with unit_of_work():
            for site in db.session.scalars(
                select(HazardSite).where(HazardSite.org_id == county.village.id).limit(7)
            ):
                site.voided_at, site.voided_by_id, site.void_reason = frozen.now, 1, "重复"
    granted = frozenset(("site", key) for key in strange)
    left = frozenset({(county.other_county.id, today)})
    town, top = county.town.path, county.county.path
    scopes = [
        whole_installation(today),
        OrgScope(today, frozenset({top})),
        OrgScope(today, frozenset({town})),
        OrgScope(today, frozenset({county.other_town.path, county.village.path})),
        OrgScope(today, overseers=frozenset({county.bureau.id})),
        OrgScope(today, frozenset({town}), granted=granted),
        OrgScope(today, frozenset({town}), granted=frozenset({("org", county.school.id)})),
        OrgScope(today, frozenset({top}), former=left, granted=granted),
        OrgScope(today),
    ]

    @settings(
        max_examples=60,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        scope=st.sampled_from(scopes),
        within=st.sampled_from([None, None, county.county, county.town, county.village]),
        kind=st.sampled_from(["", *KINDS]),
        level=st.sampled_from(["", *RiskLevel]),
        event=st.sampled_from(["", "", "geological", "flood"]),
        fresh=st.sampled_from(["", "", "fresh", "stale", "never"]),
        words=st.sampled_from(["", "", "点1"]),
        zoom=st.integers(3, 18),
    )
    def agree(scope, within, zoom, kind, level, event, fresh, words):
        wanted = SiteFilter(within, kind, event, level, fresh, words)
        with app.app_context():
            listed = all_sites(wanted, scope, today=today, sort="-level", at_most=1000)
            shown = map_data(wanted, scope, today=today, bbox=None, zoom=zoom)
            assert len(listed) == count_sites(wanted, scope, today=today)
            assert by_cell(((p.lon, p.lat, p.count) for p in shown), zoom) == by_cell(
                ((s.lon, s.lat, 1) for s in listed), zoom
            )
            db.session.rollback()

    agree()


@pytest.mark.parametrize(
    ("role", "place"),
    [
        ("county_staff", "county"),
        ("town_staff", "town"),
        ("town_staff", "other_town"),
        ("dept_staff", "bureau"),
        ("unit_liaison", "school"),
    ],
)
def test_pages_say_the_same_number_under_the_same_address(
    app, spread, county, as_role, monkeypatch, frozen, role, place
):
    monkeypatch.setattr(mapping, "MOST_POINTS", 3)
    with app.app_context():
        count_marked(frozen.now)
    browser = as_role(role, getattr(county, place))
    queries = ("", "level=red", "kind=dam", "event=geological&level=blue", "fresh=stale", "q=点1")
    for query in queries:
        listed, mapped = browser.page(f"/hazards/?{query}"), browser.page(f"/map?{query}")
        drawn = browser.get(f"/hazards/map.geojson?zoom=10&{query}").json["features"]
        number = sum(each["properties"].get("count", 1) for each in drawn)
        assert mapped.select_one(".dr-filter .sum").text == f"共 {number} 条"
        foot = listed.select_one(".dr-foot")
        assert number == 0 if foot is None else f"共 {number} 条" in foot.text
        to_map = listed.select_one('.dr-actions a[href^="/map"]')["href"]
        to_list = mapped.select_one('.dr-actions a[href^="/hazards/"]')["href"]
        assert browser.page(to_map).select_one(".dr-filter .sum").text == f"共 {number} 条"
        assert to_list.partition("?")[2] == to_map.partition("?")[2]


def test_numbers_follow_every_change(app, spread, county, as_role, today, frozen):
    everything, wanted = whole_installation(today), SiteFilter(level="red")

    def agrees():
        """Before the worker has counted, and after."""
        with app.app_context():
            before = totals(wanted, everything, today)
            count_marked(frozen.now)
            assert db.session.scalar(select(func.count()).select_from(SiteMark)) == 0
            assert wrong_counts() == []
            after = totals(wanted, everything, today)
            assert before[0] == before[1] == after[0] == after[1]
        return after[0]

    first = agrees()
    browser = as_role("county_staff")
    with app.app_context():
        red = db.session.scalars(
            select(HazardSite.id).where(
                HazardSite.level == RiskLevel.RED, HazardSite.org_id == county.town.id
            )
        ).all()
    answer = browser.post(f"/hazards/{red[0]}/void", data={"reason": "重复登记"})
    assert answer.status_code == 303
    assert agrees() == first - 1
    with app.app_context(), unit_of_work():
        site = db.session.get_one(HazardSite, red[1])
        site.level, site.level_rank = RiskLevel.BLUE, 3
        db.session.get_one(HazardSite, red[2]).org_id = county.other_town.id
    assert agrees() == first - 2
    with app.app_context():
        moved = totals(wanted, OrgScope(today, frozenset({county.town.path})), today)
        assert moved[0] == moved[1]


def test_a_number_that_is_wrong_is_found_and_mended(app, spread, county, today, frozen):
    with app.app_context():
        assert count_all(frozen.now) == 6
        assert wrong_counts() == []
        with unit_of_work():
            table = HazardSite.__table__
            # Beside all that marks: as a repair by hand would do.
            db.session.connection().execute(
                update(table).where(table.c.org_id == county.town.id).values(kind="other")
            )
        assert wrong_counts() == [county.town.id]
        assert mend_counts(frozen.now) == 1
        assert wrong_counts() == []
    runner = app.test_cli_runner()
    assert "6 organisations" in runner.invoke(args=["hazards", "count"]).output
    assert runner.invoke(args=["hazards", "count", "--check"]).output.startswith("0 organisations")


def test_counted_owners_are_read_without_their_rows(
    app, spread, today, frozen, county, count_queries
):
    scope = OrgScope(today, frozenset({county.county.path}))
    bbox = (114.5, 23.5, 116.0, 25.0)
    with app.app_context():
        count_marked(frozen.now)
        mapping.map_data(SiteFilter(), scope, today=today, bbox=bbox, zoom=9)
        with count_queries() as seen:
            cells = mapping._cells(SiteFilter(kind="dam"), scope, today, mapping.View(9, None))
        assert sum(cell.count for cell in cells.values()) > 0
        assert [each for each in seen if "hazard_site" in each] == []
        kinds = set(db.session.scalars(select(SiteCell.kind)))
        assert kinds == {"", *KINDS}
        with count_queries() as few:
            map_data(SiteFilter(), scope, today=today, bbox=bbox, zoom=8)
        assert len(few) <= 3
