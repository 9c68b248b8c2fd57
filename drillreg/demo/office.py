"""What the offices of the demo have set for themselves: seasons, a word of their own, a setting."""

from collections.abc import Iterator, Mapping
from datetime import date

from drillreg.core.codes import shipped_list
from drillreg.demo.lookup import Lookup
from drillreg.office.days import SeasonFacts, put_season
from drillreg.office.operations import Words, add_code, set_value
from drillreg.office.rules import definitions

ADMINISTRATOR = "shenlijun"
COUNTY, BUREAU = "青岭县", "县教育局"
# kind | name | first | last: the same days every year, for the whole county
SEASONS = (
    ("flood-season", "汛期", (4, 1), (9, 30)),
    ("fire-season", "森林防火期", (10, 1), (4, 30)),
)


def school_year(year: int) -> Iterator[SeasonFacts]:
    """Yield the terms, holidays and exam days that begin in a calendar year."""
    for kind, name, first, last in (
        ("vacation", "寒假", date(year, 1, 24), date(year, 2, 28)),
        ("term", "春季学期", date(year, 3, 1), date(year, 7, 10)),
        ("exam", "期末考试", date(year, 7, 6), date(year, 7, 8)),
        ("vacation", "暑假", date(year, 7, 11), date(year, 8, 31)),
        ("term", "秋季学期", date(year, 9, 1), date(year + 1, 1, 23)),
    ):
        yield SeasonFacts(kind, f"{year}年{name}", first, last, yearly=False)


def load_office(known: Lookup) -> Mapping[str, int]:
    """Enter the seasons of the county and the school years around today."""
    actor, today, now = known.actor(ADMINISTRATOR), known.today, known.now
    county, bureau = known.orgs[COUNTY], known.orgs[BUREAU]
    seasons = 0
    for kind, name, first, last in SEASONS:
        begins = date(today.year - 2, *first)
        ends = date(begins.year + (last < first), *last)
        facts = SeasonFacts(kind, name, begins, ends, yearly=True)
        put_season(facts, row=None, owner=county, actor=actor, now=now)
        seasons += 1
    for year in range(today.year - 2, today.year + 2):
        for facts in school_year(year):
            put_season(facts, row=None, owner=bureau, actor=actor, now=now)
            seasons += 1
    kinds = shipped_list("hazard_kind")
    own = Words("切坡建房点", "House below a cut slope", like_code="slope")
    add_code(kinds, own, owner=county, actor=actor, now=now)
    kept = definitions()["machine.backups-kept"]
    set_value(kept, 30, owner=None, actor=actor, now=now)
    return {"seasons": seasons, "codes": 1, "settings": 1}
