"""A liaison checks a site from the link in the reminder: at most six taps and one photo."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.hazards.rules import RiskLevel
from drillreg.notices.models import Notice
from drillreg.orgs.models import Org
from drillreg.orgs.operations import OrgFacts, create_org
from tests.journeys import made

pytestmark = pytest.mark.usefixtures("site")

MOST_TAPS = 6


@pytest.fixture(scope="module", autouse=True)
def school_with_a_site(site, add_account):
    """A school, its liaison, and a site whose check is due today."""
    now = clock.now()
    with site.app.app_context(), unit_of_work():
        today, above = clock.local_date(now), None
        for name, kind in ((made.COUNTY, "county"), (made.TOWN, "town"), (made.SCHOOL, "school")):
            facts = OrgFacts(name=name, kind=kind, attributes={})
            above = create_org(facts, parent=above, actor=None, now=now, today=today)
        org = db.session.scalars(select(Org).where(Org.name == made.SCHOOL)).one()
        db.session.add(
            HazardSite(
                org_id=org.id,
                number="BY-1",
                name=made.SITE,
                kind="landslide",
                level=RiskLevel.YELLOW,
                lon=113.8713,
                lat=26.8534,
                source_crs="EPSG:4326",
                created_at=now,
                last_check_on=today - timedelta(days=30),
                last_check_result="normal",
            )
        )
    add_account("liangxiuying", "梁秀英", "unit_liaison", made.SCHOOL)
    site.sweep()


class Taps:
    """Counts what a thumb does: every click and every chosen option."""

    def __init__(self, person) -> None:
        self.person = person
        self.count = 0

    def tap(self, found) -> None:
        """Tap on something in sight that is large enough for a thumb, and wait for what follows."""
        box = found.bounding_box()
        assert box["height"] >= 44, box
        self.count += 1
        self.person.press(found)


def reminder(site) -> str:
    with site.app.app_context():
        return db.session.scalars(select(Notice.url).where(Notice.kind == "check-due")).one()


def no_wider_than_the_phone(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_from_the_reminder_to_done_in_six_taps_and_one_photo(person, site, tmp_path) -> None:
    photo = tmp_path / "后山.jpg"
    photo.write_bytes(made.photo("darkolivegreen"))
    liaison = person("liangxiuying", phone=True)
    page, taps = liaison.page, Taps(liaison)
    liaison.go(reminder(site))
    taps.count += 1  # the link in the reminder itself
    liaison.sees(made.SITE, "坡上、坡顶有新裂缝")
    assert no_wider_than_the_phone(page)
    with page.expect_file_chooser() as chooser:
        taps.tap(page.get_by_text("拍照", exact=True))
    chooser.value.set_files(photo)
    page.wait_for_selector(".ph-photos img")
    taps.tap(page.get_by_role("button", name="都正常，无异常"))
    liaison.sees("检查已记录", "有佐证", made.SITE)
    assert taps.count <= MOST_TAPS, taps.count


def test_an_item_by_item_check_names_what_failed(person, site) -> None:
    liaison = person("liangxiuying", phone=True)
    page, taps = liaison.page, Taps(liaison)
    liaison.go(reminder(site))
    taps.count += 1
    crack = page.locator("fieldset", has_text="坡上、坡顶有新裂缝")
    taps.tap(crack.locator("label", has_text="有").last)
    taps.tap(page.get_by_role("button", name="按逐项结果提交"))
    liaison.sees("检查已记录", "坡上、坡顶有新裂缝", "已通知负责的人")
    assert taps.count <= MOST_TAPS
    assert no_wider_than_the_phone(page)
    liaison.go("/hazards/mine")
    liaison.sees("下次不晚于")
    assert no_wider_than_the_phone(page)
    with site.app.app_context():
        kept = db.session.scalars(select(HazardCheck).order_by(HazardCheck.id)).all()
    assert [check.result for check in kept] == ["normal", "abnormal"]
