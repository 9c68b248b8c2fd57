"""Take the pictures: pages in both widths and languages, states, the report page by page."""

import argparse
import html
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import click
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from drillreg.core.db import db
from drillreg.reports.models import Report
from tests.journeys.browser import DESK, LANGUAGES, PHONE, Watch, chromium
from tests.journeys.site import Site
from tests.shots.county import ROOT, prepare
from tests.shots.deeds import deeds
from tests.shots.pages import PEOPLE, Walk, cookies_of
from tests.shots.states import STATES, State

SHOTS = ROOT / "shots"
WIDTHS = {"desk": DESK, "phone": PHONE}
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
HEAD = """<!doctype html><meta charset="utf-8"><title>drillreg</title><style>
body{font:14px sans-serif;margin:20px}
h2{margin:28px 0 6px;border-top:1px solid #ccc;padding-top:8px}
figure{display:inline-block;margin:0 12px 12px 0;vertical-align:top}figcaption{color:#555}
img{border:1px solid #bbb;max-height:340px;max-width:420px}</style><h1>drillreg</h1>
"""


class Album:
    """What was taken, and what looked wrong to a machine."""

    def __init__(self) -> None:
        self.taken: dict[str, list[str]] = {}
        self.blemishes: list[str] = []


class Camera:
    """One browser that takes pages into an album."""

    def __init__(self, browser: Browser, site: Site, album: Album) -> None:
        self.browser = browser
        self.site = site
        self.album = album

    def take_all(self, states: list[State], locale: str, width: str) -> None:
        """Take a list of pages in one language and width, person by person."""
        for person in ["", *PEOPLE]:
            mine = [state for state in states if state.sight.person == person]
            if mine:
                self._as_person(person, mine, locale, width)

    def _as_person(self, person: str, states: list[State], locale: str, width: str) -> None:
        context = self.browser.new_context(
            viewport=WIDTHS[width],
            locale=LANGUAGES[locale],
            is_mobile=width == "phone",
            has_touch=width == "phone",
        )
        context.add_cookies([cookies_of(self.site, person, locale)])
        watch = Watch(context, self.site.origin)
        page = context.new_page()
        page.set_default_timeout(5000)
        for state in states:
            if state.phone_only and width != "phone":
                continue
            self._take(page, state, f"{width}-{locale[:2]}")
            self.album.blemishes += [f"{state.sight.path}: {wrong}" for wrong in watch.wrong]
            watch.wrong.clear()
        context.close()

    def _take(self, page: Page, state: State, suffix: str) -> None:
        sight = state.sight
        name = f"{sight.name}-{suffix}.png"
        try:
            page.goto(self.site.origin + sight.path)
            if state.act:
                state.act(page)
            if page.locator(".dr-map:visible").count():
                page.wait_for_selector(".dr-map[data-ready]", timeout=4000)
                page.wait_for_timeout(150)
            page.screenshot(path=SHOTS / name, full_page=not state.phone_only)
        except Exception as error:
            self.album.blemishes.append(f"{name}: {str(error).splitlines()[0]}")
            return
        if (beyond := page.evaluate(SIDEWAYS)) > 0:
            self.album.blemishes.append(f"{name}: {beyond} px beyond the right edge ({sight.path})")
        self.album.taken.setdefault(f"{sight.endpoint} {sight.state}".strip(), []).append(name)


def take_report(walk: Walk) -> list[str]:
    """Take every page of the newest frozen report at 80 dpi."""
    site, client = walk.site, walk.client("clerk")
    newest = select(Report.id).where(Report.pdf_file_id.is_not(None)).order_by(Report.id.desc())
    for _ in range(40):
        with site.app.app_context():
            found = db.session.scalar(newest.limit(1))
        if found:
            break
        site.sweep()
        time.sleep(1)
    else:
        return []
    paper = SHOTS / "report.pdf"
    paper.write_bytes(client.get(f"/reports/{found}/report.pdf").data)
    subprocess.run(["pdftoppm", "-png", "-r", "80", paper, SHOTS / "report"], check=True)
    return sorted(p.name for p in SHOTS.glob("report-*.png"))


def write_index(taken: dict[str, list[str]]) -> None:
    """Write the page of thumbnails, grouped by page."""
    parts = [HEAD]
    for title, names in sorted(taken.items()):
        parts.append(f"<h2>{html.escape(title)}</h2>")
        parts += [
            f'<figure><a href="{html.escape(n)}"><img loading="lazy" src="{html.escape(n)}"'
            f' alt=""></a><figcaption>{html.escape(n)}</figcaption></figure>'
            for n in sorted(names)
        ]
    (SHOTS / "index.html").write_text("\n".join(parts), "utf-8")


def main() -> int:
    """Take everything; return 1 when a GET endpoint without excuse has no picture."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", action="store_true", help="use the demo data as they are")
    parser.add_argument("--only", default="", help="pages whose endpoint contains this")
    parser.add_argument("--views", default="", help="such as desk-zh_Hans_CN,phone-en")
    given = parser.parse_args()
    began = time.monotonic()
    folder = prepare(keep=given.keep)
    if not given.only:
        shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(exist_ok=True)
    site = Site(folder)
    site.start()
    click.echo(f"county ready after {time.monotonic() - began:.0f} s")
    try:
        return _take(site, given, began)
    finally:
        site.stop()


def _take(site: Site, given: argparse.Namespace, began: float) -> int:
    walk = Walk(site)
    for person in ("", *PEOPLE):
        walk.walk(person)
    for sight in deeds(walk):
        walk.add(sight)
    states = [State(sight) for sight in walk.seen.values()] + list(STATES)
    states = [state for state in states if given.only in state.sight.name]
    click.echo(f"{len(states)} pages found after {time.monotonic() - began:.0f} s")
    views = [tuple(view.split("-")) for view in given.views.split(",") if view] or [
        (width, locale) for width in WIDTHS for locale in LANGUAGES
    ]
    album = Album()
    with ThreadPoolExecutor(2) as cameras:
        list(cameras.map(lambda view: take_view(site, album, states, *view), views))
    click.echo(f"pages taken after {time.monotonic() - began:.0f} s")
    if not given.only:
        album.taken["report.pdf"] = take_report(walk)
        write_index(album.taken)
    return _tell(walk, album, bool(given.only), began)


def take_view(site: Site, album: Album, states: list[State], width: str, locale: str) -> None:
    """Take a list of pages in one width and language with a browser of its own."""
    with chromium() as browser:
        Camera(browser, site, album).take_all(states, locale, width)


def _tell(walk: Walk, album: Album, is_part: bool, began: float) -> int:
    for title, lines in (("answered otherwise", walk.failed), ("to mend", album.blemishes)):
        for line in sorted(set(lines)):
            click.echo(f"{title}: {line}")
    for endpoint, why in sorted(walk.files.items()):
        click.echo(f"no picture of {endpoint}: {why}")
    shown = {state.sight.endpoint for state in STATES}
    missing = [] if is_part else [each for each in walk.missing() if each not in shown]
    click.echo(f"without a picture: {', '.join(missing) or 'none'}")
    count = sum(len(names) for names in album.taken.values())
    click.echo(f"{count} pictures in {SHOTS} after {time.monotonic() - began:.0f} s")
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
