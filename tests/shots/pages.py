"""Which pages there are to see: found by following links, as each kind of person."""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from drillreg.accounts.queries import account_or_none
from drillreg.accounts.sessions import start_session
from drillreg.core import clock
from drillreg.core.db import unit_of_work

# Sign-ins of the demo, in the order in which they may take a page first.
PEOPLE = {
    "clerk": "zhoumin",
    "town": "liumeiyun",
    "school": "liangxiuying",
    "monitor": "zhongfusheng",
    "leader": "fangmingyuan",
    "department": "fanzhihua",
    "evaluator": "yuanhaifeng",
    "supervisor": "wangzhensheng",
    "sysadmin": "shenlijun",
    "secadmin": "pengxia",
    "auditor": "jiangguoan",
    "newcomer": "wanghaiyan",
    "deputy": "hexiaolan",
}
# Pages that differ by the state of what they show: more of them are opened.
BY_STATE = {
    "plans.show",
    "plans.signing",
    "hazards.show",
    "drills.show",
    "reports.show",
    "orgs.show",
    "work.show",
    "tasks.show",
    "filings.show",
}
MOST_BY_STATE, MOST = 12, 2
# Whoever comes later mostly sees what was seen already.
MOST_BY_STATE_LATER, MOST_LATER = 4, 1
# GET endpoints without a page of their own, and why.
EXCUSED = {
    "static": "files of the pages",
    "accounts.setup": "gone once there are accounts",
    "documents.export_numbers": "a workbook",
    "documents.sample": "a file",
    "documents.scan_page": "a picture",
    "documents.sheet_file": "a file",
    "drills.due": "leads on from a duty",
    "maps.figure": "a file",
    "revisions.begin_item": "leads on from an item",
    "revisions.evaluation_pdf": "a file",
    "revisions.print_drafting": "a file",
    "revisions.trigger_file": "a file",
    "drills.feed": "calendar for programs",
    "drills.open_drill": "leads on from a QR code",
    "drills.photo": "a picture",
    "drills.small_photo": "a picture",
    "drills.preview": "a part of a page",
    "duties.export_late": "a workbook",
    "duties.dispute_file": "a file",
    "filings.export": "a workbook",
    "filings.export_received": "a workbook",
    "published.paper": "a file",
    "duties.open_duty": "leads on from the chasing list",
    "filings.paper": "a file",
    "filings.proof": "a file",
    "filings.receipt": "a file",
    "filings.received": "leads on from a duty",
    "filings.sheet": "a file",
    "hazards.photo": "a picture",
    "hazards.site_photo": "a picture",
    "hazards.closing": "a file",
    "hazards.kind_fields": "a part of a page",
    "hazards.shape": "data of the map",
    "hazards.report_receipt": "a file",
    "hazards.reports_export": "a workbook",
    "hazards.place": "a part of a page",
    "hazards.map_geojson": "data of the map",
    "imports.explained": "a workbook",
    "imports.on_map": "data of the map",
    "imports.template": "a workbook",
    "maps.boundaries": "data of the map",
    "maps.data": "data of the map",
    "orgs.boundary": "data of the map",
    "orgs.boundaries_geojson": "data of the map",
    "patrols.print_inspection": "a file",
    "plans.routes_geojson": "data of the map",
    "plans.consulted_text": "a file",
    "plans.opinion_scan": "a file",
    "reports.word": "a file",
    "resources.shelters_map": "data of the map",
    "resources.supplies_map": "data of the map",
    "resources.teams_map": "data of the map",
    "signoffs.step": "leads on from the chasing list",
    "work.result": "a file",
    "office.export_trail": "a workbook",
    "upkeep.authority": "a file",
    "upkeep.healthz": "text for machines",
    "upkeep.readyz": "text for machines",
}


@dataclass(frozen=True)
class Sight:
    """One page to take: the person who sees it, its address, its endpoint and state."""

    person: str
    path: str
    endpoint: str
    state: str = ""

    @property
    def name(self) -> str:
        """Return the name of the picture files."""
        state = f"-{self.state}" if self.state else ""
        return f"{self.endpoint}{state}-{self.person}".replace("/", "_")


def cookies_of(site, person: str, locale: str) -> dict[str, str]:
    """Return the cookie of a browser in which a person is signed in; "" is nobody."""
    app = site.app
    client = app.test_client()
    with client.session_transaction(base_url=site.origin) as session:
        session["locale"] = locale
        if person:
            with app.app_context(), unit_of_work():
                account = account_or_none(PEOPLE[person])
                token = start_session(account, address="127.0.0.1", agent="shots", now=clock.now())
            session.update(_user_id=token, _fresh=True)
    name = app.config["SESSION_COOKIE_NAME"]
    found = client.get_cookie(name, domain="127.0.0.1")
    return {"name": name, "value": found.value, "url": site.origin}


class Walk:
    """Follows links from the home page; remembers what could not be shown."""

    def __init__(self, site) -> None:
        self.site = site
        self.adapter = site.app.url_map.bind(f"127.0.0.1:{site.port}")
        self.seen: dict[tuple[str, str], Sight] = {}
        self.files: dict[str, str] = dict(EXCUSED)
        self.failed: list[str] = []
        self.walkers: list[str] = []
        self.came_from: dict[str, str] = {}

    def client(self, person: str) -> FlaskClient:
        """Return a client in which a person is signed in."""
        client = self.site.app.test_client()
        cookie = cookies_of(self.site, person, "zh_Hans_CN")
        client.set_cookie(cookie["name"], cookie["value"], domain="localhost")
        return client

    def endpoint(self, path: str) -> str | None:
        """Return which GET endpoint an address belongs to."""
        try:
            return self.adapter.match(path, "GET")[0]
        except HTTPException:
            return None

    def walk(self, person: str) -> None:
        """Visit what a person can reach, a few of each kind."""
        if person:
            self.walkers.append(person)
        client = self.client(person)
        waiting, queued = deque(["/"]), {"/"}
        visits: dict[str, int] = defaultdict(int)
        while waiting:
            path = waiting.popleft()
            endpoint = self.endpoint(urlsplit(path).path)
            if endpoint is None or endpoint in self.files:
                continue
            most = self._most(endpoint)
            if visits[endpoint] >= most:
                continue
            visits[endpoint] += 1
            for found in self._visit(client, person, path, endpoint):
                if found not in queued:
                    self.came_from[found] = path
                    queued.add(found)
                    waiting.append(found)

    def _most(self, endpoint: str) -> int:
        """Return how many pages of an endpoint one person opens."""
        is_later = len(self.walkers) > 1
        if endpoint in BY_STATE:
            return MOST_BY_STATE_LATER if is_later else MOST_BY_STATE
        return MOST_LATER if is_later else MOST

    def today(self) -> date:
        """Return the day it is for the site."""
        with self.site.app.app_context():
            return clock.today()

    def add(self, sight: Sight) -> None:
        """Note a page that was found otherwise."""
        self.seen[(sight.endpoint, sight.state)] = sight

    def _visit(self, client: FlaskClient, person: str, path: str, endpoint: str) -> Iterator[str]:
        """Open one address and yield the addresses it leads to."""
        answer = client.get(path)
        if 300 <= answer.status_code < 400:
            yield own_path(path, answer.location)
            return
        if answer.status_code != 200:
            came_from = self.came_from.get(path, "")
            self.failed.append(f"{answer.status_code} {person} {path} (linked from {came_from})")
            return
        if answer.mimetype != "text/html":
            self.files[endpoint] = f"hands out {answer.mimetype}"
            return
        page = BeautifulSoup(answer.text, "html.parser")
        self._note(person, path, endpoint, page)
        for link in page.select("a[href], form[method=get][action]"):
            address = link.get("href") or link.get("action")
            if not address.startswith(("#", "tel:", "mailto:", "data:")):
                yield own_path(path, address)

    def _note(self, person: str, path: str, endpoint: str, page: BeautifulSoup) -> None:
        tag = page.select_one(".dr-head .dr-tag, .dr-head .dr-level")
        state = tag.get_text(strip=True) if tag and endpoint in BY_STATE else ""
        if endpoint == "dashboard.home":
            state = person
        if not page.select_one("main"):
            self.files[endpoint] = "a part of a page"
            return
        self.seen.setdefault((endpoint, state), Sight(person, path, endpoint, state))

    def missing(self) -> list[str]:
        """Return the GET endpoints that nobody reached and nothing excuses."""
        found = {endpoint for endpoint, _ in self.seen} | set(self.files)
        every = {
            rule.endpoint
            for rule in self.site.app.url_map.iter_rules()
            if "GET" in (rule.methods or ())
        }
        return sorted(every - found)


def own_path(base: str, address: str) -> str:
    """Return an address below the site's root, without fragment."""
    parts = urlsplit(urljoin(f"http://x{base}", address))
    return parts.path + (f"?{parts.query}" if parts.query else "")
