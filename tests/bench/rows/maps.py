"""Map data of views of a county, a town and a street, under filters, against the bare query."""

from sqlalchemy import text

from drillreg.core import clock
from drillreg.core.db import db
from drillreg.geo import morton
from drillreg.hazards.counting import count_marked
from tests.bench.result import Row
from tests.bench.rows.pages import browser, median_ms, ok, view_path, views
from tests.bench.sizes import Size
from tests.faults.installation import Installation

# The zoom of web maps at which a view shows so much.
ZOOMS = {"county": 10, "town": 13, "street": 16}
FILTERS = {"": "", "level": "&level=red", "kind": "&kind=landslide", "stale": "&fresh=stale"}
MOST_MS, MOST_KB = 10.0, 300.0


def map_data(installation: Installation, size: Size) -> list[Row]:
    """Measure the map data of random views; the time is that of the application alone."""
    client, rows = browser(installation), []
    with installation.app.app_context():
        count_marked(clock.now())  # as the worker does, within seconds of a change
        db.session.remove()
    for name, zoom in ZOOMS.items():
        boxes = views(size, zoom, 15)
        for word, query in FILTERS.items():
            title = f"map data, {name}{', ' + word if word else ''}"
            row = Row(title, installation.backend, "ms", None, False)
            addresses = [view_path(box, zoom) + query for box in boxes]
            for _ in range(size.rounds):
                at = iter(addresses)
                row.ours.append(median_ms(lambda a=at: ok(client, next(a)), len(addresses)))
                box = iter(boxes)
                with installation.app.app_context():
                    row.limit.append(median_ms(lambda b=box: bare_view(next(b)), len(boxes)))
                    db.session.remove()
            most = max(row.ours)
            kilobytes = max(len(client.get(address).data) for address in addresses[:5]) / 1000
            holds = most <= MOST_MS and kilobytes <= MOST_KB
            row.note = (
                f"{'ok' if holds else 'worse'}: at most {most:.1f} ms and {kilobytes:.0f} kB,"
                f" target {MOST_MS:g} ms and {MOST_KB:g} kB"
            )
            rows.append(row)
    installation.let_go()
    return rows


def bare_view(box: tuple[float, float, float, float]) -> int:
    """Read the sites of a rectangle by the index and nothing else."""
    ranges = " OR ".join(f"morton BETWEEN {a} AND {b}" for a, b in morton.ranges(box, 24))
    statement = (
        f"SELECT id, name, level, lon, lat FROM hazard_site WHERE ({ranges})"  # noqa: S608
        f" AND lon BETWEEN {box[0]} AND {box[2]} AND lat BETWEEN {box[1]} AND {box[3]} LIMIT 2001"
    )
    return len(db.session.execute(text(statement)).all())
