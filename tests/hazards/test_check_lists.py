"""Check lists as data, and what fails of them; the rules of ways, grades and hashes."""

from datetime import date, timedelta

import pytest

from drillreg.core.errors import DomainError
from drillreg.evidence.rules import Grade
from drillreg.hazards.check_lists import (
    FOLDER,
    failures,
    kept_answers,
    list_for,
    list_of,
    shown_answers,
)
from drillreg.hazards.check_rules import (
    MOST_BITS,
    Way,
    bands_of,
    bits_apart,
    ensure_check_complete,
    ensure_check_day,
    grade_of,
    is_first_hand,
    speed_kmh,
)
from drillreg.hazards.rules import CheckResult

DAY = date(2026, 5, 12)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("landslide", "geological"),
        ("subsidence", "geological"),
        ("dam", "water"),
        ("forest", "forest"),
        ("fire-place", "fire"),
        ("school-place", "school"),
        ("dangerous-goods", "dangerous-goods"),
        ("mine", "mine"),
        ("road", "road"),
        ("other", "general"),
        ("unheard-of", "general"),
    ],
)
def test_every_kind_has_its_list(kind, expected):
    assert list_for(kind, DAY).key == expected


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_lists_are_whole(path):
    kinds = {"geological": "landslide", "water": "dam", "school": "school-place"}
    kinds |= {"fire": "fire-place", "general": "other"}
    found = list_for(kinds.get(path.stem, path.stem), DAY)
    assert found.key == path.stem
    assert found.source
    keys = [item.key for item in found.items]
    assert len(set(keys)) == len(keys)
    for item in found.items:
        assert item.label["zh"]
        assert item.label["en"]
        assert item.fails <= set(item.answers)
        if item.type in {"yes-no", "choice"}:
            assert item.fails
            assert item.fails < set(item.answers)


def test_a_number_fails_outside_its_limits():
    item = list_for("landslide", DAY).get("crack-width")
    assert [item.has_failed(value) for value in (-1.0, 0.0, 50.0, 50.1)] == [
        True, False, False, True
    ]  # fmt: skip
    assert item.failure_in_words(62.5) == "最宽裂缝宽度：62.5 毫米"


def test_answers_stay_readable_by_their_version():
    asked = list_for("landslide", DAY)
    kept = kept_answers(
        asked, {"cracks": "yes", "water": "muddy", "own-geological-cards": "no", "more": "雨后"}
    )
    assert kept["version"] == "2024-01-01"
    assert kept["failed"] == ["cracks", "water", "own-geological-cards"]
    assert list_of(kept).version == date(2024, 1, 1)
    assert [each["words"] for each in failures(kept, "")][:2] == [
        "坡上、坡顶有新裂缝：有",
        "泉水、沟水：变浑",
    ]
    assert [each.failed for each in shown_answers(kept)] == [True, True, False, True]
    assert list_of({**kept, "version": "1999-01-01"}) is None
    assert failures(None, "墙裂") == [{"item": "note", "words": "墙裂"}]


def test_what_a_check_must_say():
    failed = {"failed": ["cracks"]}
    ensure_check_complete(CheckResult.ABNORMAL, "", failed)
    ensure_check_complete(CheckResult.ABNORMAL, "裂", None)
    for result, note, answers in (
        (CheckResult.ABNORMAL, "", None),
        (CheckResult.NORMAL, "", failed),
    ):
        with pytest.raises(DomainError):
            ensure_check_complete(result, note, answers)
    ensure_check_day(DAY - timedelta(days=35), DAY, timedelta(days=35))
    with pytest.raises(DomainError):
        ensure_check_day(DAY - timedelta(days=8), DAY)


def test_what_a_check_proves():
    assert grade_of(has_photo=False, upper_number="") is Grade.SELF_REPORTED
    assert grade_of(has_photo=True, upper_number="") is Grade.EVIDENCED
    assert grade_of(has_photo=False, upper_number="SZ-1") is Grade.EVIDENCED
    seen = {"is_outside": True, "grade": Grade.EVIDENCED}
    assert is_first_hand(Way.UNANNOUNCED, **seen)
    assert not is_first_hand(Way.PATROL, **seen)
    assert not is_first_hand(Way.JOINT, is_outside=False, grade=Grade.EVIDENCED)
    assert not is_first_hand(Way.JOINT, is_outside=True, grade=Grade.SELF_REPORTED)


def test_hashes_a_few_bits_apart_share_a_band():
    one = 0x0F1E2D3C4B5A6978
    for at in range(0, 61, 4):
        other = one ^ (0b1111 << at if at % 8 else 1 << at | 1 << 63 | 1 << 30 | 1 << 17)
        first, second = f"{one:016x}", f"{other:016x}"
        assert bits_apart(first, second) <= MOST_BITS
        assert set(bands_of(first)) & set(bands_of(second))
    # A covered lens is like any other.
    assert bands_of("0" * 16) == bands_of("f" * 16) == bands_of(None) == []


def test_a_way_in_no_time_counts_a_second():
    assert speed_kmh(10_000, 0) == speed_kmh(10_000, 1) == 36_000
