"""Clocks, deemed filing, the one refusal, and with whom the articles say plans are filed."""

from datetime import date, timedelta

import pytest

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.filings.routing import audience_for, audiences, route_for, routes
from drillreg.filings.rules import (
    ClockState,
    FilingState,
    Standing,
    clock_state,
    ensure_returnable,
    standing_of,
)

pytestmark = pytest.mark.one_database

TODAY = date(2026, 5, 12)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("due", "done", "closed", "state"),
    [
        (TODAY, None, None, ClockState.RUNNING),
        (TODAY - DAY, None, None, ClockState.LATE),
        (TODAY - DAY, TODAY, None, ClockState.DONE),
        (TODAY - DAY, None, TODAY, ClockState.CLOSED),
    ],
)
def test_a_clock_is_late_from_the_day_after_its_last(due, done, closed, state):
    assert clock_state(due_on=due, done_on=done, closed_on=closed, today=TODAY) is state


@pytest.mark.parametrize(
    ("state", "check_due", "expected"),
    [
        (FilingState.SENT, TODAY, Standing.WAITING),
        (FilingState.SENT, TODAY - DAY, Standing.DEEMED),
        (FilingState.SENT, None, Standing.WAITING),  # governments: no check, nothing is deemed
        (FilingState.RECORDED, TODAY - DAY, Standing.RECORDED),
        (FilingState.RETURNED, TODAY - DAY, Standing.RETURNED),
    ],
)
def test_only_what_is_checked_is_deemed_filed(state, check_due, expected):
    assert standing_of(state, check_due, TODAY) is expected


@pytest.mark.parametrize(
    ("standing", "has_check", "items", "before", "said"),
    [
        (Standing.WAITING, False, ["编制说明"], [], "record, not an approval"),
        (Standing.DEEMED, True, ["编制说明"], [], "deemed filed"),
        (Standing.WAITING, True, [], [], "everything"),
        (Standing.WAITING, True, ["甲", "乙"], ["甲"], "returned once"),
    ],
)
def test_a_filing_is_returned_once_with_its_whole_list(standing, has_check, items, before, said):
    with pytest.raises(DomainError, match=said):
        ensure_returnable(standing, has_check=has_check, items=items, named_before=before)


def test_what_was_named_the_first_time_may_still_be_missing():
    ensure_returnable(Standing.WAITING, has_check=True, items=["甲"], named_before=["甲", "乙"])


@pytest.mark.parametrize(
    ("plan_kind", "org_kind", "attributes", "code"),
    [
        ("overall", "county", {}, "county-overall"),
        ("special", "county", {}, "county-special"),
        ("department", "department", {}, "department"),
        ("special", "town", {}, "town"),
        ("village", "village", {}, "village"),
        ("unit-overall", "enterprise", {"trades": ["mine"]}, "enterprise-emergency"),
        ("on-site", "site", {"trades": ["hotel"]}, "enterprise-regulator"),
        ("on-site", "enterprise", {"crowded_place": True}, "enterprise-regulator"),
        ("unit-overall", "enterprise", {"special_filing": "central-unit"}, "central-unit"),
        ("on-site", "enterprise", {"special_filing": "coal", "trades": ["mine"]}, "coal"),
        ("unit-special", "site", {"special_filing": "pipeline"}, "pipeline"),
        ("unit-overall", "outside", {"special_filing": "central-joint"}, "central-joint"),
        ("unit-overall", "enterprise", {}, None),  # article 26 does not name it
        ("unit-overall", "school", {"crowded_place": True}, None),
    ],
)
def test_who_files_with_whom_follows_the_articles(plan_kind, org_kind, attributes, code):
    found = route_for(plan_kind, org_kind, attributes)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("attributes", "papers"),
    [
        ({"trades": ["mine"]}, ["text", "application", "review", "risk", "resources"]),
        ({"crowded_place": True}, ["text", "application", "risk", "resources"]),
        (
            {"crowded_place": True, "enterprise_size": "large"},
            ["text", "application", "review", "risk", "resources"],
        ),
    ],
)
def test_an_enterprise_sends_the_papers_of_article_27(attributes, papers):
    route = route_for("unit-overall", "enterprise", attributes)
    assert [item.code for item in route.papers_for(attributes)] == papers
    assert (route.days, route.check_days) == (20, 5)


def test_the_data_name_only_what_is_there():
    offices, papers = code_list("filing_office").codes(), code_list("filing_paper_kind").codes()
    kinds = code_list("org_kind").codes()
    for route in routes():
        assert {*route.to, *route.copies, route.via or route.to[0]} <= set(offices)
        assert {*route.papers, *(paper for paper, _ in route.papers_where)} <= set(papers)
        assert route.org_kinds <= set(kinds)
        assert route.source.force
    for audience in audiences():
        assert audience.org_kinds <= set(kinds)
        assert audience.source.force
    assert audience_for("town").code == "public"
    assert audience_for("village").code == "own-and-neighbours"


def test_only_enterprises_are_checked_and_deemed_filed():
    checked = {kind for route in routes() if route.check_days for kind in route.org_kinds}
    assert checked == {"enterprise", "site"}
