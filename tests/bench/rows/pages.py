"""Pages over HTTP against the bare server, and counts against bare statements."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask.testing import FlaskClient
from sqlalchemy import text

from drillreg.accounts.queries import account_or_none
from drillreg.accounts.sessions import start_session
from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.core.paging import encode_cursor
from tests.bench.data import READER, SIDE, box_of, town_id
from tests.bench.load import drive
from tests.bench.result import Row
from tests.bench.sizes import Size
from tests.faults.clients import Client
from tests.faults.county import PASSWORD
from tests.faults.installation import Installation, end, free_port

LANGUAGES = ("zh_Hans_CN", "en")


@dataclass
class Servers:
    """The product and the bare application on the same kind of server, at two ports."""

    ours: int
    bare: int


@contextmanager
def servers(installation: Installation) -> Iterator[Servers]:
    """Start both with the settings of the product."""
    bare = Installation(installation.folder / "bare", "sqlite")
    bare.port = free_port()
    bare.settings = type(bare.settings)(
        **{**bare.settings.__dict__, "bind": f"127.0.0.1:{bare.port}"}
    )
    started = [installation.start_web(), bare.start_web("tests.bench.bare:app")]
    try:
        yield Servers(installation.port, bare.port)
    finally:
        for process in started:
            end(process)


def signed_in(installation: Installation, language: str) -> Client:
    """Return a browser of the reader in one language."""
    client = installation.client().sign_in(READER, PASSWORD)
    client.post("/language", {"locale": language, "next": "/"})
    return client


def list_paths(size: Size, count: int = 300) -> list[str]:
    """Return addresses of the list: random positions of the whole order, and filters."""
    chance = random.Random(3)
    filters = (
        "",
        "&level=red",
        "&kind=landslide",
        "&fresh=stale",
        f"&within={town_id(size, 0, 1)}",
    )
    paths = []
    for number in range(count):
        cursor = encode_cursor([chance.randrange(4), chance.randrange(1, size.sites)])
        paths.append(f"/hazards/?after={cursor}{filters[number % len(filters)]}")
    return paths


def list_page(installation: Installation, size: Size) -> list[Row]:
    """Measure the list of sites, signed in, with the real scope."""
    target = 0.10 if installation.backend == "sqlite" else 0.06
    rows = []
    with servers(installation) as both:
        for language in LANGUAGES:
            client = signed_in(installation, language)
            paths = list_paths(size)
            smallest = least_size(client, paths[:20])
            row = Row(f"list page, {language[:2]}", installation.backend, "req/s", target, True)
            for _ in range(size.rounds):
                ours = drive(
                    both.ours, paths, seconds=size.seconds, headers=cookie(client),
                    least_bytes=smallest,
                )  # fmt: skip
                bare = drive(both.bare, paths, seconds=size.seconds)
                row.ours.append(ours.rate)
                row.limit.append(bare.rate)
                row.note = wrong(row.note, ours.bad, ours.errors)
            rows.append(row)
    return rows


def least_size(client: Client, paths: list[str]) -> int:
    """Check that pages come, and return a little less than the smallest holds, in bytes."""
    answers = [client.get(path) for path in paths]
    assert {answer.status for answer in answers} == {200}, [a.status for a in answers]
    return int(min(len(answer.body) for answer in answers) * 0.7)


def cookie(client: Client) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}


def wrong(note: str, bad: int, errors: int) -> str:
    """Say how many answers were not as they should be."""
    return f"{bad} wrong answers, {errors} errors" if bad or errors else note


def views(size: Size, zoom: int, count: int) -> list[tuple[float, float, float, float]]:
    """Return rectangles in the first county as large as a screen at a zoom."""
    chance = random.Random(zoom)
    west, south, east, north = box_of(0)
    wide = min(360.0 / 2**zoom * 4, SIDE)
    found = []
    for _ in range(count):
        x = chance.uniform(west, max(east - wide, west + 1e-6))
        y = chance.uniform(south, max(north - wide, south + 1e-6))
        found.append((x, y, x + wide, y + wide))
    return found


def view_path(box: tuple[float, float, float, float], zoom: int) -> str:
    return f"/hazards/map.geojson?bbox={','.join(f'{edge:.6f}' for edge in box)}&zoom={zoom}"


def unchanged_map(installation: Installation, size: Size) -> list[Row]:
    """Measure map data that the browser has already: 304."""
    target = 0.30 if installation.backend == "sqlite" else 0.15
    row = Row("unchanged map data (304)", installation.backend, "req/s", target, True)
    with servers(installation) as both:
        client = signed_in(installation, LANGUAGES[0])
        path = view_path(views(size, 13, 1)[0], 13)
        tag = client.get(path).headers["etag"]
        headers = {**cookie(client), "If-None-Match": tag}
        assert client.get(path, If_None_Match=tag).status == 304
        for _ in range(size.rounds):
            ours = drive(both.ours, [path], seconds=size.seconds, headers=headers, status=304)
            bare = drive(both.bare, [path], seconds=size.seconds)
            row.ours.append(ours.rate)
            row.limit.append(bare.rate)
            row.note = wrong(row.note, ours.bad, ours.errors)
    return [row]


# Without a server in between: the time the application itself takes.


def browser(installation: Installation) -> FlaskClient:
    """Return a test client in which the reader is signed in."""
    app = installation.app
    with app.app_context(), unit_of_work():
        token = start_session(
            account_or_none(READER), address="127.0.0.1", agent="bench", now=clock.now()
        )
    found = app.test_client()
    with found.session_transaction() as session:
        session.update(_user_id=token, _fresh=True, locale="zh_Hans_CN")
    return found


def median_ms(act: Callable[[], object], times: int) -> float:
    """Return the median time of an act in milliseconds."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    return sorted(taken)[len(taken) // 2]


def ok(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)


PAGES = {
    "coverage matrix": "/duties/matrix",
    "list and count of sites": "/hazards/",
    "list and count of plans": "/plans/",
    "organisations": "/orgs/",
    "first page": "/",
}


def counts(installation: Installation, size: Size) -> list[Row]:
    """Measure pages that count against reading one counter."""
    client, rows = browser(installation), []
    for name, path in PAGES.items():
        row = Row(name, installation.backend, "ms", None, False)
        for _ in range(size.rounds):
            row.ours.append(median_ms(lambda p=path: ok(client, p), 5))
            with installation.app.app_context():
                bare = text("SELECT name FROM org WHERE id = 1")
                row.limit.append(median_ms(lambda b=bare: db.session.execute(b).one(), 50))
                db.session.remove()
        rows.append(row)
    installation.let_go()
    return rows
