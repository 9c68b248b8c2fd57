"""What the demo county decided about rules whose texts are not held, and the first results."""

from collections.abc import Mapping
from datetime import date

from drillreg.demo.lookup import Lookup
from drillreg.duties.book import book_of
from drillreg.duties.deciding import Draft, body_of, decide
from drillreg.duties.following import sweep_duties
from drillreg.office.operations import set_value
from drillreg.office.rules import definitions

CLERK, ADMINISTRATOR = "zhoumin", "shenlijun"
COUNTY = "青岭县"
# Which kinds of plan the county's list asks for, where the text leaves that to it.
LISTED = {"P7-school": ["general"], "P7-kindergarten": ["general"], "P7-hospital": ["general"]}
REASON = "青应急办〔{year}〕3号：按上级转发的文件执行"


def load_duties(known: Lookup) -> Mapping[str, int]:
    """Switch on what is cited without its text, and say in which year counting begins."""
    county, now = known.orgs[COUNTY], known.now
    year = known.today.year - 1
    set_value(
        definitions()["duties.since-year"],
        year,
        owner=county,
        actor=known.actor(ADMINISTRATOR),
        now=now,
    )
    decided = 0
    for rule_id, chain in book_of(county.id).chains.items():
        rule = chain[-1]
        if rule.is_on and rule_id not in LISTED:
            continue
        body = {**body_of(rule), "on": True}
        if rule_id in LISTED:
            body["event_types"] = LISTED[rule_id]
        reason = REASON.format(year=year)
        draft = Draft(rule_id, date(year, 1, 1), body, reason)
        decide(draft, county, actor=known.actor(CLERK), now=now)
        decided += 1
    return {"decisions": decided}


def work_out(known: Lookup) -> None:
    """Work out what everybody owes, so that the first page shows it."""
    sweep_duties(known.now)
