"""Pages can be used by keyboard, by screen readers and by thumbs."""

import pytest

from drillreg.core.assets import ROOT

AXE = ROOT / ".build" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
# What axe holds against a page; minor and moderate findings are matters of taste in a table app.
GRAVE = {"serious", "critical"}
DESK_PAGES = (
    "/",
    "/search?q=白岩",
    "/map",
    "/plans/",
    "/duties/",
    "/duties/?view=own",
    "/duties/list",
    "/duties/month",
    "/duties/matrix",
    "/duties/periods",
    "/duties/give",
    "/plans/new",
    "/plans/1",
    "/hazards/",
    "/hazards/new",
    "/imports/new?kind=hazards",
    "/hazards/1",
    "/hazards/1/label",
    "/drills/",
    "/drills/month",
    "/drills/new",
    "/drills/1",
    "/drills/programmes/",
    "/drills/programmes/1",
    "/drills/programmes/new",
    "/reports/",
    "/reports/1",
    "/reports/actions",
    "/orgs/",
    "/orgs/1",
    "/orgs/new",
    "/orgs/new?kind=school",
    "/imports/new?kind=organisations",
    "/imports/",
    "/inbox/",
    "/inbox/settings",
    "/tasks/",
    "/tasks/new",
    "/tasks/1",
    "/tasks/1/pass",
    "/todo",
    "/chasing/",
    "/evidence/",
    "/work/",
    "/account/password",
    "/no-such-page",
)
PHONE_PAGES = (
    "/",
    "/map",
    "/plans/",
    "/duties/",
    "/duties/?view=own",
    "/duties/list",
    "/duties/month",
    "/hazards/",
    "/hazards/1",
    "/hazards/mine",
    "/drills/",
    "/drills/month",
    "/drills/record",
    "/drills/1",
    "/reports/",
    "/reports/1",
    "/orgs/",
    "/plans/new",
    "/inbox/",
    "/tasks/",
    "/tasks/1",
    "/todo",
    "/chasing/",
)
# Targets of primary actions are at least 44 px high (product.md §5).
SMALL_TARGETS = """() => [...document.querySelectorAll(
    'main .btn-primary, main .ph-btn, main .btn-tall, .ph-two label')]
    .filter(e => e.offsetParent && !e.closest('.dr-table'))
    .map(e => [e.textContent.trim(), e.getBoundingClientRect().height])
    .filter(([, height]) => height && height < 43.5)"""
BEYOND = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('main *')]
        .filter(e => e.getBoundingClientRect().right > width + 1)
        .slice(0, 3).map(e => e.outerHTML.slice(0, 120));
}"""


def grave_findings(page) -> list[str]:
    """Return what axe-core finds on the page in sight."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{each['id']}: {node['target']} {node['html'][:160]}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"][:3]
    ]


@pytest.fixture
def read_by_axe(demo_person):
    """Seat somebody on whose pages axe may run: it is a script the content policy forbids."""

    def seat(username: str, **options):
        return demo_person(username, bypass_csp=True, **options)

    return seat


def test_pages_have_no_grave_findings(read_by_axe) -> None:
    clerk = read_by_axe("zhoumin")
    found = {}
    for path in DESK_PAGES:
        clerk.page.goto(clerk.origin + path)
        if findings := grave_findings(clerk.page):
            found[path] = findings
    assert found == {}


def test_phone_pages_have_no_grave_findings_and_fit(read_by_axe) -> None:
    school = read_by_axe("liangxiuying", phone=True)
    found = {}
    for path in PHONE_PAGES:
        school.page.goto(school.origin + path)
        page = school.page
        wrong = grave_findings(page) + page.evaluate(BEYOND)
        wrong += [
            f"target of {height} px: {words}" for words, height in page.evaluate(SMALL_TARGETS)
        ]
        if wrong:
            found[path] = wrong
    assert found == {}


def test_signing_in_has_no_grave_findings(read_by_axe) -> None:
    nobody = read_by_axe("")
    nobody.go("/sign-in")
    assert grave_findings(nobody.page) == []


def focused(page) -> str:
    """Return what has the focus, in the words of a screen reader."""
    return page.evaluate(
        "() => { const e = document.activeElement;"
        " return (e.getAttribute('aria-label') || e.innerText || e.name || '').trim(); }"
    )


def test_the_keyboard_reaches_the_text_and_the_main_action(demo_person) -> None:
    clerk = demo_person("zhoumin")
    clerk.go("/plans/")
    page = clerk.page
    page.keyboard.press("Tab")
    assert focused(page) == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(focused(page))
        if reached[-1] == "登记预案":
            break
    assert "登记预案" in reached
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"


def test_a_refused_form_leads_to_its_field(demo_person) -> None:
    school = demo_person("liangxiuying")
    school.go("/drills/record")
    school.press("提交记录")
    page = school.page
    assert page.title().startswith("错误")
    assert page.evaluate("document.activeElement.classList.contains('dr-errsum')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
