from drillreg.core.db import unit_of_work
from drillreg.notices.operations import notify


def tell(app, frozen, *accounts, occasion="drill:1", kind="overdue"):
    with app.app_context(), unit_of_work():
        return notify(
            accounts,
            occasion=occasion,
            kind=kind,
            message="Please sign in.",
            params={},
            url="/inbox/",
            now=frozen.now,
        )


def test_each_thing_is_told_once(app, frozen, county, make_account):
    one, two = make_account("county_staff", county.county), make_account("leader", county.county)
    assert tell(app, frozen, one, two, one) == 2
    assert tell(app, frozen, one, two) == 0
    assert tell(app, frozen, one, kind="before-7") == 1


def test_the_inbox_counts_opens_and_forgets(app, frozen, as_role, county):
    clerk, other = as_role("county_staff"), as_role("town_staff", county.town)
    tell(app, frozen, 1)
    page = clerk.page("/inbox/")
    assert page.select_one("main .dr-list").text.count("请先登录。") == 1
    assert "1" in page.select_one("header .dr-dotnum").text
    assert other.page("/inbox/").select_one("header .dr-dotnum") is None
    form = page.select_one("main .dr-list form")["action"]
    assert other.post(form).status_code == 404
    assert clerk.post(form).location == "/inbox/"
    assert clerk.page("/inbox/").select_one("header .dr-dotnum") is None
