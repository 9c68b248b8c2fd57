"""The paper of a report, printed from its snapshot and nothing else."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import segno
from flask import current_app
from markupsafe import Markup

from drillreg.documents.figures import MapArea, MapPoint, TimelineEvent, map_svg, timeline_svg
from drillreg.documents.pdf import UNDATED, Attachment, Rendered, render_document
from drillreg.files.operations import path_of
from drillreg.reports.snapshot import canonical, digest, moment_of
from drillreg.reports.wording import RATING_NOTE, day_text
from drillreg.sandbox.limits import INTERACTIVE, Limits

# Without a start on the clock the timeline counts from midnight.
MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 - a naive zero, never shown as a date
NUMERALS = "一二三四五六七八九十"


def _timeline(snapshot: Mapping[str, Any]) -> Markup:
    moments: Sequence[Mapping[str, Any]] = snapshot["moments"]
    if len(moments) < 2:
        return Markup("")
    events = [
        TimelineEvent(
            row=moment["who"],
            start=moment_of(moment["clock"])
            if moment["clock"]
            else MIDNIGHT + timedelta(seconds=moment["seconds"]),
            text=moment["what"],
        )
        for moment in moments
    ]
    return Markup(timeline_svg(events, title="演练时间线"))  # noqa: S704 - the figure escapes


def _map(snapshot: Mapping[str, Any]) -> Markup:
    found = snapshot["map"]
    if not found:
        return Markup("")
    points = [MapPoint(**point) for point in found["points"]]
    areas = [
        MapArea(area["name"], [[(lon, lat) for lon, lat in ring] for ring in area["rings"]])
        for area in found["areas"]
    ]
    return Markup(map_svg(points, areas, title="演练地点位置示意图", height=300))  # noqa: S704


def _qr(url: str | None) -> Markup:
    if not url:
        return Markup("")
    code = segno.make(url, error="m")
    return Markup(code.svg_inline(border=0, svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704


def _day(text: str | None) -> str:
    return day_text(date.fromisoformat(text)) if text else ""


def _time(moment: Mapping[str, Any]) -> str:
    """Write when something happened: the clock, else minutes and seconds since the start."""
    if moment["clock"]:
        return moment_of(moment["clock"]).strftime("%H:%M:%S")
    minutes, seconds = divmod(moment["seconds"], 60)
    return f"+{minutes:02d}:{seconds:02d}"


def report_html(snapshot: Mapping[str, Any]) -> str:
    """Return the paper of a snapshot as HTML for the official layout; always Chinese."""
    # The environment itself: the context of a web page (person, menu, session) has no place here.
    template = current_app.jinja_env.get_template("reports/document.html")
    return template.render(
        s=snapshot,
        sha256=digest(snapshot),
        is_draft=not snapshot["report"]["number"],
        timeline=_timeline(snapshot),
        map=_map(snapshot),
        qr=_qr(snapshot["report"]["check_url"]),
        day_text=_day,
        time_text=_time,
        rating_note=RATING_NOTE,
        numerals=NUMERALS,
    )


def photos_of(snapshot: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the bytes of the photos of a snapshot, by their hash."""
    return {photo["sha256"]: path_of(photo["sha256"]).read_bytes() for photo in snapshot["photos"]}


def render_report(snapshot: Mapping[str, Any], *, limits: Limits = INTERACTIVE) -> Rendered:
    """Print a snapshot as tagged PDF/A-3a with the snapshot itself attached.

    Raises the errors of the sandbox; call it outside any transaction.
    """
    approved = snapshot["report"]["approved_on"]
    dated = datetime.fromisoformat(approved).replace(tzinfo=UTC) if approved else UNDATED
    return render_document(
        report_html(snapshot),
        title=snapshot["report"]["title"],
        attachments=[
            Attachment("report.json", canonical(snapshot), "报告数据", relationship="Source")
        ],
        images=photos_of(snapshot),
        dated=dated,
        limits=limits,
    )
