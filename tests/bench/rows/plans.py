"""Plans: ranked search of two characters against a LIKE scan; the register's fixed queries.

The texts are made of sentences: of the files in the folder DATA where it is given (.md, .txt), else
of the Chinese of the program itself. A word of a topic stands in the plans of that topic alone.
"""

import os
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import event, func, insert, select, text

import drillreg
from drillreg.core.db import db, unit_of_work
from drillreg.fulltext.models import FulltextDocument, FulltextEntry, FulltextText
from drillreg.fulltext.operations import Part, bring_up_to_date
from drillreg.fulltext.queries import best_texts, holding
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.plans.finding import find_plans
from drillreg.plans.indexing import KIND, SECTION, TITLE
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.queries import PlanFilter, count_plans, plans_page
from drillreg.plans.rules import Secrecy, VersionState
from tests.bench.data import NOW, prepare
from tests.bench.result import Row
from tests.bench.sizes import Size
from tests.faults.installation import Installation

TODAY = date(2026, 5, 12)
TOPICS = (
    "滑坡",
    "山洪",
    "泥石流",
    "森林火",
    "地震",
    "燃气",
    "危化",
    "溺水",
    "踩踏",
    "疫情",
    "𪚥岭",
)
# In one plan of eleven, in every plan, in none; four characters; a rare one alone.
SOUGHT = ("滑坡", "应急", "坡滑", "滑坡险情", "𪚥")
CHARACTERS, SECTIONS = 5000, 10
FIRST = 1_000_000
BATCH = 100


def search(installation: Installation, size: Size) -> list[Row]:
    """Measure a page of ranked hits, within a scope, against a scan; recall is checked."""
    found = _prepared(installation, size)
    try:
        with found.app.app_context():
            return [_sought(found.backend, word, size) for word in SOUGHT]
    finally:
        found.rest()


def register(installation: Installation, size: Size) -> list[Row]:
    """Count the queries of a page of the register, of all plans against those of one place."""
    found = _prepared(installation, size)
    try:
        with found.app.app_context():
            scope = OrgScope(TODAY, everything=True)
            place = PlanFilter(org=db.session.get_one(Org, 2), own=True)
            row = Row("register page, queries", found.backend, "", 1.0, False)
            row.ours.append(_queries(lambda: _register_page(scope, PlanFilter())))
            row.limit.append(_queries(lambda: _register_page(scope, place)))
            total = count_plans(scope, PlanFilter(), today=TODAY)
            took = Row("register page", found.backend, "ms", None, False)
            took.ours = [
                1000 * _seconds(lambda: _register_page(scope, PlanFilter()))
                for _ in range(size.rounds)
            ]
            row.note = took.note = f"{total:,} plans"
            return [row, took]
    finally:
        found.rest()


def _register_page(scope: OrgScope, chosen: PlanFilter) -> None:
    plans_page(scope, chosen, today=TODAY)
    count_plans(scope, chosen, today=TODAY)


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _queries(act: Callable[[], object]) -> int:
    seen: list[str] = []

    def note(connection, cursor, statement, *rest):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def _sought(backend: str, word: str, size: Size) -> Row:
    row = Row(f"ranked search, {word}", backend, "ms", 0.1, False)
    scope = OrgScope(TODAY, everything=True)
    scan = select(func.count()).where(FulltextText.text.contains(word, autoescape=True))
    for _ in range(size.rounds):
        row.ours.append(
            1000
            * _seconds(lambda: find_plans(word, scope, PlanFilter(), drafting=scope, today=TODAY))
        )
        row.limit.append(1000 * _seconds(lambda: db.session.scalar(scan)))
    hit = {key for _, key in best_texts([word], after=None, most=None)}
    if len(word) > 2:
        hit = holding([word], hit)
    document = FulltextDocument
    by_index = set(
        db.session.scalars(select(document.id).where(document.id.in_(hit), document.edition != 0))
    )
    by_scan = set(
        db.session.scalars(
            select(document.id)
            .distinct()
            .join(FulltextEntry, FulltextEntry.subject_id == document.subject_id)
            .join(FulltextText, FulltextText.entry_id == FulltextEntry.id)
            .where(
                document.edition != 0,
                (FulltextText.heading + "\n" + FulltextText.text).contains(word, autoescape=True),
            )
        )
    )
    recall = len(by_index & by_scan) / len(by_scan) if by_scan else 1.0
    wrong = "" if by_index == by_scan else "wrong answers; "
    row.note = f"{wrong}recall {recall:.3f}, {len(by_scan):,} of {size.texts:,} plans"
    return row


# The texts


def _prepared(installation: Installation, size: Size) -> Installation:
    """Return an installation with as many plans as the size says, each with its text indexed."""
    base = replace(
        size, name=f"{size.name}_texts", counties=1, towns=4, units=5, sites=10, checks=10
    )
    found = prepare(installation.backend, base, installation.folder.parent)
    with found.app.app_context():
        entries = select(func.count()).where(FulltextEntry.part == TITLE)
        if db.session.scalar(entries) != size.texts:
            _write(size)
            _settle()
        db.session.remove()
    return found


def _settle() -> None:
    """Let the database learn what it holds, as it does by itself in the long run."""
    db.session.rollback()
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        on_sqlite = db.engine.dialect.name == "sqlite"
        connection.execute(text("ANALYZE" if on_sqlite else "VACUUM ANALYZE"))


def _write(size: Size) -> None:
    chance, pool = random.Random(11), _sentences()
    orgs = db.session.scalars(select(Org.id).order_by(Org.id)).all()
    for start in range(0, size.texts, BATCH):
        with unit_of_work():
            numbers = range(start, min(start + BATCH, size.texts))
            db.session.execute(insert(Plan), [_plan(n, orgs) for n in numbers])
            db.session.execute(insert(PlanVersion), [_version(n) for n in numbers])
            for number in numbers:
                parts = list(_parts(number, chance, pool))
                bring_up_to_date(KIND, FIRST + number, parts, now=NOW)
        db.session.expunge_all()


def _plan(number: int, orgs: list[int]) -> dict:
    return {
        "id": FIRST + number,
        "public_id": f"t{number:021d}",
        "org_id": orgs[number % len(orgs)],
        "kind": "special",
        "event_type": "geological",
        "title": f"第{number}号应急预案",
        "secrecy": Secrecy.PUBLIC,
        "created_at": NOW,
        "row_version": 1,
    }


def _version(number: int) -> dict:
    return {
        "id": FIRST + number,
        "plan_id": FIRST + number,
        "number": 1,
        "state": VersionState.CURRENT,
        "issued_on": date(2025, 3, 1),
        "created_at": NOW,
        "row_version": 1,
    }


def _parts(number: int, chance: random.Random, pool: list[str]) -> Iterator[Part]:
    yield Part(TITLE, FIRST + number, 1, [(f"第{number}号应急预案", "")])
    topic = TOPICS[number % len(TOPICS)]
    for at in range(SECTIONS):
        words, length = [], 0
        while length < CHARACTERS // SECTIONS:
            sentence = chance.choice(pool)
            if chance.random() < 0.05:
                sentence = f"发生{topic}险情时，{sentence}"
            words.append(sentence)
            length += len(sentence)
        texts = [(f"第{at + 1}节", "".join(words))]
        yield Part(SECTION, (FIRST + number) * SECTIONS + at, 1, texts, edition=FIRST + number)


def _sentences() -> list[str]:
    """Return sentences of Chinese without the words of the topics."""
    folder = os.environ.get("DATA", "")
    if folder:
        files = [*Path(folder).rglob("*.md"), *Path(folder).rglob("*.txt")]
    else:
        files = [*Path(drillreg.__file__).parent.glob("i18n/translations/**/*.po")]
    found = re.findall(
        r"[\u4e00-\u9fff][^。\n\"#|<>]{8,80}",
        "\n".join(path.read_text(encoding="utf-8", errors="ignore") for path in sorted(files)),
    )
    return sorted({f"{each}。" for each in found if not any(word in each for word in TOPICS)})
