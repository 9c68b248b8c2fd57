"""Checks item by item, inspections, a page of a paper book, and two signals to look at."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from drillreg.core import clock
from drillreg.demo.lookup import Lookup
from drillreg.demo.pictures import book_page, slope
from drillreg.demo.sites import THREAD_SITE
from drillreg.demo.times import ago, at
from drillreg.files.photos import CleanPhoto, clean_photo
from drillreg.hazards.check_forms import SentSheet, Span
from drillreg.hazards.check_lists import kept_answers, list_for
from drillreg.hazards.check_rules import Submission, Way
from drillreg.hazards.checking import log_check
from drillreg.hazards.rules import CheckResult
from drillreg.hazards.sheet_entry import enter_sheet

CLERK, MONITOR, TOWN, ELSEWHERE = "zhoumin", "zhongfusheng", "zengyuqing", "dengyucheng"
FAR_AWAY = 0.05
BOOK_OF = "赖德贵"


def prepare_inspections(known: Lookup) -> None:
    """Draw and clean the photos."""
    known.photos = [clean_photo(slope(), "坡面.jpg"), clean_photo(book_page(), "台账.jpg")]


def load_inspections(known: Lookup) -> dict[str, int]:
    """Write the checks and the page of the book; return how many."""
    photo, page = known.photos
    walked = {"cracks": "no", "crack-width": 12.0, "deformation": "no", "ditch": "yes"}
    _log(known, THREAD_SITE, MONITOR, 3, 8, [photo], answers=walked)
    _log(known, "QL-BY-004", TOWN, 2, 15, [photo])
    found = {"cracks": "yes", "crack-width": 62.0, "signs": "no"}
    inspected: dict[str, Any] = {
        "way": Way.JOINT,
        "with_names": "县自然资源局 邱立新；县水利局 巫建平",
    }
    _log(known, THREAD_SITE, CLERK, 2, 10, [], answers=found, note="坡顶裂缝变宽", **inspected)
    _log(known, "QL-BY-002", CLERK, 1, 14, [], way=Way.UNANNOUNCED)
    _log(known, "QL-FS-011", ELSEWHERE, 2, 9, [], upper_number="市地灾〔检〕2207")
    _log(known, "QL-FS-003", ELSEWHERE, 2, 11, [], lon=FAR_AWAY)
    return {"inspections": 6, "sheet": _enter_page(known, page)}


def _log(
    known: Lookup,
    number: str,
    username: str,
    days: int,
    hour: int,
    photos: Sequence[CleanPhoto],
    *,
    answers: Mapping[str, Any] | None = None,
    lon: float | None = None,
    **more: Any,
) -> None:
    """Record a check as it would have been on its day; `lon` is how far off in degrees it was."""
    site = known.sites[number]
    moment = at(ago(known.today, days), hour, 20)
    day = clock.local_date(moment)
    asked = list_for(site.kind, day)
    answered = {key: each for key, each in (answers or {}).items() if asked.get(key)}
    kept = kept_answers(asked, answered) if answered else None
    failed = bool(kept and kept["failed"])
    log_check(
        site,
        sent=Submission(
            client_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{number} {moment.isoformat()}")),
            body_hash="demo",
            result=CheckResult.ABNORMAL if failed else CheckResult.NORMAL,
            note=more.pop("note", ""),
            checked_on=day,
            checked_at=moment,
            lon=None if lon is None else site.lon + lon,
            lat=None if lon is None else site.lat,
            accuracy_m=None if lon is None else 20.0,
            answers=kept,
            **more,
        ),
        photos=photos,
        actor=known.actor(username),
        today=day,
        now=moment,
    )


def _enter_page(known: Lookup, page: CleanPhoto) -> int:
    """Enter what one old man without a phone wrote into his book in five days."""
    org = known.orgs["白岩镇"]
    sites = {site.id: site for number, site in known.sites.items() if number.startswith("QL-BY-")}
    chosen = sorted(sites)[4:7]
    span = Span(ago(known.today, 8), ago(known.today, 2))
    cells = [(site_id, day) for site_id in chosen for day in span.days[1:6:2]]
    sheet = enter_sheet(
        org,
        sent=SentSheet(
            str(uuid.uuid5(uuid.NAMESPACE_URL, f"{BOOK_OF} {span.from_on}")),
            "demo",
            BOOK_OF,
            span,
            cells,
        ),
        sites=sites,
        done=(),
        photo=page,
        actor=known.actor(TOWN),
        today=known.today,
        now=known.now - timedelta(minutes=3),
    )
    return sheet.checks
