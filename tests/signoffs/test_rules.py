"""Routes as data, what opens next, new rounds, what is refused; without an application."""

import pytest

from drillreg.core.errors import DomainError, NotAllowed
from drillreg.signoffs.complete import ensure_checked, ensure_consulted, ensure_experts
from drillreg.signoffs.reading import read_route, routes_of
from drillreg.signoffs.rules import (
    AlreadyTaken,
    Route,
    Stage,
    StageKind,
    StageState,
    days_of,
    ensure_open,
    ensure_others,
    ensure_returns_to,
    may_skip,
    next_round,
    open_next,
    route_for,
    stage_of_plain,
)

pytestmark = pytest.mark.one_database

W, P, D, S, K = (
    StageState.WAITING,
    StageState.OPEN,
    StageState.DONE,
    StageState.SKIPPED,
    StageState.KEPT,
)


def stage(key, group, kind=StageKind.REVIEW, **more):
    return Stage(key, kind, key, key, group, "edit-plans", **more)


STAGES = [stage("a", 1), stage("b", 1), stage("c", 2), stage("d", 3)]


def states(*given):
    return dict(zip("abcd", given, strict=True))


@pytest.mark.parametrize(
    ("given", "opens"),
    [
        (states(W, W, W, W), ["a", "b"]),
        (states(D, P, W, W), []),
        (states(D, S, W, W), ["c"]),
        (states(K, K, D, W), ["d"]),
        (states(D, D, D, D), []),
    ],
)
def test_the_next_group_opens_when_the_one_before_is_settled(given, opens):
    assert open_next(given, STAGES) == opens


def test_a_new_round_keeps_what_was_done_before_the_stage_it_goes_on_at():
    assert next_round(states(D, S, D, StageState.RETURNED), STAGES, "c") == states(K, K, W, W)
    assert next_round(states(D, D, D, StageState.RETURNED), STAGES, "b") == states(K, W, W, W)


def test_the_urgent_path_shortens_and_lets_go():
    short, free = stage("x", 1, days=10, urgent_days=2), stage("y", 1, days=10, urgent_days=0)
    assert [days_of(short, urgent=False), days_of(short, urgent=True)] == [10, 2]
    assert days_of(free, urgent=True) == 10
    assert not may_skip(free, urgent=False)
    assert may_skip(free, urgent=True)
    assert not may_skip(short, urgent=True)
    assert may_skip(stage("z", 1, required=False), urgent=False)


def test_a_step_is_taken_once_and_by_other_eyes():
    ensure_open(P, "")
    for state in (D, S, StageState.RETURNED):
        with pytest.raises(AlreadyTaken) as refused:
            ensure_open(state, "周敏")
        assert refused.value.status == 409
    with pytest.raises(DomainError):
        ensure_open(W, "")
    with pytest.raises(NotAllowed):
        ensure_others({1, 2}, {2})
    ensure_others({1}, {3})


def test_a_return_goes_on_here_or_before():
    ensure_returns_to("a", STAGES[2], STAGES)
    with pytest.raises(DomainError):
        ensure_returns_to("d", STAGES[2], STAGES)


def test_every_point_of_the_check_list_is_answered_with_yes():
    ensure_checked({"law": "yes"}, ["law"])
    for answers in ({}, {"law": "no"}, {"law": "maybe"}):
        with pytest.raises(DomainError):
            ensure_checked(answers, ["law"])


@pytest.mark.parametrize(
    "given",
    [
        {"asked": 0, "waiting": 0, "unsettled": 0, "required": True},
        {"asked": 2, "waiting": 1, "unsettled": 0, "required": True},
        {"asked": 2, "waiting": 0, "unsettled": 1, "required": False},
    ],
)
def test_a_consultation_is_finished_when_answers_are_in_and_dealt_with(given):
    with pytest.raises(DomainError):
        ensure_consulted(**given)
    ensure_consulted(asked=2, waiting=0, unsettled=0, required=True)


def test_experts_were_there_and_voted():
    ensure_experts(present=3, voted=3, least=3)
    for present, voted in ((2, 2), (3, 2)):
        with pytest.raises(DomainError):
            ensure_experts(present=present, voted=voted, least=3)


@pytest.mark.parametrize(
    ("kind", "org_kind", "code"),
    [
        ("overall", "county", "county-overall"),
        ("special", "county", "county-special"),
        ("joint", "county", "county-special"),
        ("department", "department", "department"),
        ("special", "town", "town"),
        ("overall", "town", "town"),
        ("village", "village", "village"),
        ("unit-special", "school", "unit"),
        ("on-site", "enterprise", "scheme"),
        ("handbook", "department", "scheme"),
    ],
)
def test_the_kind_decides_the_route(kind, org_kind, code):
    assert route_for(routes_of("plans"), kind, org_kind).code == code


def test_every_shipped_route_ends_with_proofreading_and_issue():
    for route in routes_of("plans"):
        assert [s.kind for s in route.stages][-2:] == [StageKind.PROOFREAD, StageKind.ISSUE]
        assert StageKind.SIGN in {s.kind for s in route.stages}
        assert route.source
        assert [stage_of_plain(s.plain()) for s in route.stages] == list(route.stages)


def test_bodies_that_approve_are_those_of_article_25():
    bodies = {
        route.code: [s.body_zh for s in route.stages if s.kind is StageKind.APPROVE]
        for route in routes_of("plans")
    }
    assert bodies["county-overall"] == ["政府常务会议", "党委常委会会议"]
    assert bodies["county-special"] == ["政府常务会议"]
    assert bodies["department"] == ["部门会议"]
    assert bodies["village"] == bodies["unit"] == []


def test_a_mistake_in_a_route_names_its_file(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text(
        'code="x"\nzh="x"\nen="x"\nsource="x"\nkinds=[]\norg_kinds=[]\n'
        '[[stage]]\nkey="a"\nkind="review"\nzh="a"\nen="a"\ngroup=1\n'
        'permission="edit-plans"\nnot_by=["later"]\n',
        "utf-8",
    )
    with pytest.raises(ValueError, match=r"bad\.toml"):
        read_route(path)


def test_without_a_route_it_is_said():
    only = Route("x", "x", "x", "x", ("overall",), ("county",), ())
    with pytest.raises(DomainError):
        route_for([only], "special", "county")
