"""States that no link leads to: nothing found, refused forms, errors, open menus."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from drillreg.demo.people import PASSWORD
from tests.shots.pages import Sight


@dataclass(frozen=True)
class State:
    """A page brought into a state by what `act` does on it."""

    sight: Sight
    act: Callable[[Page], None] | None = None
    phone_only: bool = False


def _submit(page: Page) -> None:
    page.evaluate("document.querySelector('main form[method=post]').noValidate = true")
    with page.expect_navigation():
        page.locator("main form[method=post] .btn-primary").last.click()


def _wrong_password(page: Page) -> None:
    page.locator("[name=username]").fill("zhoumin")
    page.locator("[name=password]").fill("not my password")
    with page.expect_navigation():
        page.locator("main form button").first.click()


def _right_password(page: Page) -> None:
    page.locator("[name=username]").fill("pengxia")
    page.locator("[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("main form button").first.click()


def _act_for(page: Page) -> None:
    with page.expect_navigation():
        page.locator("td .btn-primary").first.click()


def _open_menu(page: Page) -> None:
    page.goto(page.url + "#menu")


def _large(page: Page) -> None:
    page.evaluate("document.documentElement.dataset.size = 'large'")


def _who(page: Page) -> None:
    if page.locator("details.dr-who summary").is_visible():
        page.locator("details.dr-who summary").click()


def _written(page: Page) -> None:
    """Open a section with a text in the draft that a search found."""
    page.locator("td.two a").first.click()
    page.locator("a[href$='/write']").first.click()
    page.locator(".pw-outline .good").nth(1).locator("xpath=../a").click()
    page.locator("#f-body").wait_for()


def _differ(page: Page) -> None:
    """Save another text of a section than the one that somebody saved meanwhile."""
    _written(page)
    page.locator("textarea[name=base]").evaluate("box => { box.value = '旧的写法'; }")
    page.locator("#f-body").evaluate("box => { box.value = '另一种写法，和已保存的不同。'; }")
    with page.expect_navigation():
        page.locator(".pw-row .btn-primary").click()


NOTHING = "没有这样的"
LATE = "/plans/?words=竹源镇地质灾害"
STATES = (
    State(Sight("", "/sign-in", "accounts.sign_in")),
    State(Sight("", "/trust", "upkeep.trust")),
    State(Sight("", "/sign-in", "accounts.sign_in", "refused"), _wrong_password),
    State(Sight("", "/sign-in", "accounts.code"), _right_password),
    State(Sight("deputy", "/account/acting", "dashboard.home", "acting"), _act_for),
    State(Sight("clerk", f"/plans/?words={NOTHING}&q={NOTHING}", "plans.index", "empty")),
    State(Sight("clerk", "/plans/search", "plans.search", "unasked")),
    State(Sight("clerk", "/plans/search?q=滑坡", "plans.search", "found")),
    State(Sight("clerk", f"/plans/search?q={NOTHING}", "plans.search", "empty")),
    State(Sight("town", "/plans/new/line", "plans.new_line", "refused"), _submit),
    State(Sight("clerk", f"/hazards/?q={NOTHING}", "hazards.index", "empty")),
    State(Sight("clerk", f"/drills/?words={NOTHING}&q={NOTHING}", "drills.index", "empty")),
    State(Sight("clerk", f"/reports/?words={NOTHING}&q={NOTHING}", "reports.index", "empty")),
    State(Sight("clerk", f"/orgs/?words={NOTHING}", "orgs.index", "empty")),
    State(Sight("clerk", f"/search?q={NOTHING}", "dashboard.search", "empty")),
    State(Sight("clerk", "/search?q=白岩", "dashboard.search", "found")),
    State(Sight("town", "/plans/new", "plans.new", "refused"), _submit),
    State(Sight("clerk", LATE, "plans.write_section", "written"), _written),
    State(Sight("clerk", LATE, "plans.write_section", "two texts"), _differ),
    State(Sight("town", "/hazards/new", "hazards.new", "refused"), _submit),
    State(Sight("town", "/drills/programmes/new", "drills.new_programme", "refused"), _submit),
    State(Sight("school", "/drills/record", "drills.record_unplanned", "refused"), _submit),
    State(Sight("school", "/filings/trainings/new", "filings.train", "refused"), _submit),
    State(Sight("clerk", "/orgs/new?kind=school", "orgs.new", "refused"), _submit),
    State(Sight("clerk", "/no-such-page", "error", "404")),
    State(Sight("monitor", "/system/audit/", "error", "403")),
    State(Sight("town", "/", "dashboard.home", "menu"), _open_menu, phone_only=True),
    State(Sight("clerk", "/", "dashboard.home", "large"), _large),
    State(Sight("clerk", "/", "dashboard.home", "account"), _who),
)
