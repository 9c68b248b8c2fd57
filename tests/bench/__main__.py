"""`python -m tests.bench [--size small] [--row NAME]`: our speed as ratios to measured limits."""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version

import psycopg
import pysqlite3.dbapi2 as sqlite

from drillreg.sandbox import client as sandbox
from tests.bench.data import prepare
from tests.bench.load import version_of_wrk
from tests.bench.result import HEAD, Row
from tests.bench.rows import (
    books,
    comparing,
    duties,
    exposure,
    loading,
    maps,
    pages,
    papers,
    plans,
    servers,
)
from tests.bench.sizes import SIZES, Size
from tests.faults.installation import POSTGRES, ROOT, Installation

ROWS: dict[str, Callable[[Installation, Size], list[Row]]] = {
    "list": pages.list_page,
    "unchanged": pages.unchanged_map,
    "map": maps.map_data,
    "counts": pages.counts,
    "import": loading.import_of_sites,
    "pdf": papers.report_pdf,
    "book": books.compiled_book,
    "duties": duties.duties,
    "exposure": exposure.exposure,
    "comparing": comparing.two_versions,
    "search": plans.search,
    "register": plans.register,
    # Asked for by name only: it compares web servers, not us with a limit.
    "servers": servers.compare,
}
BY_NAME_ONLY = {"servers"}
LIBRARIES = ("flask", "sqlalchemy", "weasyprint", "gunicorn", "psycopg", "pyogrio", "shapely")


def say(text: str) -> None:
    """Print one line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def databases() -> list[str]:
    """Return the databases there are to measure on."""
    return ["sqlite", "postgresql"] if POSTGRES else ["sqlite"]


def measure(size: Size, names: list[str]) -> list[Row]:
    """Measure the rows asked for on every database and print each as it is known."""
    say(HEAD)
    found: list[Row] = []
    for backend in databases():
        installation = prepare(backend, size)
        try:
            for name in names:
                for row in ROWS[name](installation, size):
                    say(row.line())
                    found.append(row)
        finally:
            sandbox.stop()
            installation.rest()
    return found


def machine() -> dict[str, object]:
    """Return on what was measured."""
    facts: dict[str, object] = {
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite.sqlite_version,
        "client": version_of_wrk(),
        **{name: version(name) for name in LIBRARIES},
    }
    if POSTGRES:
        with psycopg.connect(f"{POSTGRES}/postgres") as connection:
            facts["postgresql"] = connection.info.server_version
            durable = connection.execute("SHOW fsync").fetchone()
            facts["postgresql fsync"] = durable[0] if durable else ""
    return facts


def main() -> None:
    """Measure, print, and keep the result beside the earlier ones."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--size", choices=list(SIZES), default="small")
    parser.add_argument("--row", choices=list(ROWS), action="append")
    asked = parser.parse_args()
    size, started = SIZES[asked.size], time.monotonic()
    say(f"{size.name}: {size.orgs:,} organisations, {size.sites:,} sites, {size.checks:,} checks")
    before = machine()
    found = measure(size, asked.row or [name for name in ROWS if name not in BY_NAME_ONLY])
    now = datetime.now(UTC)
    result = {
        "at": now.isoformat(timespec="seconds"),
        "size": size.name,
        "seconds": round(time.monotonic() - started),
        "machine": before,
        "rows": [row.as_dict() for row in found],
    }
    folder = ROOT / "bench"
    folder.mkdir(exist_ok=True)
    target = folder / f"result-{now:%Y%m%d-%H%M%S}.json"
    target.write_text(json.dumps(result, indent=1, ensure_ascii=False))
    say(f"{result['seconds']} s; kept in {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
