"""Headers as offices write them."""

from drillreg.sheets.columns import find_header, match_columns

WORDS = {"name": ["名称"], "area": ["面积"], "people": ["威胁人数", "人数"]}


def test_width_spaces_marks_brackets_and_units_do_not_matter():
    header = ["＊ 名　称：", "面积（平方米）", "威胁人数(人)"]
    assert match_columns(header, WORDS) == {"name": 0, "area": 1, "people": 2}


def test_an_exact_word_wins_over_one_with_a_unit():
    assert match_columns(["面积(亩)", "面积"], WORDS) == {"area": 1}


def test_the_earlier_word_wins_and_a_column_serves_one_field():
    words = {"people": ["威胁人数", "人数"], "guests": ["人数"]}
    assert match_columns(["人数", "威胁人数"], words) == {"people": 1, "guests": 0}
    assert match_columns(["人数"], words) == {"people": 0}


def test_a_title_is_not_a_header():
    rows = [["台账", "台账"], ["名称", "人数"], ["后山", "3"]]
    assert find_header(rows, WORDS)[:3] == (1, ["名称", "人数"], 2)


def test_without_known_words_the_first_full_row_is_the_header():
    rows = [["标题", ""], ["甲", "乙"], ["1", "2"]]
    assert find_header(rows, {})[:3] == (1, ["甲", "乙"], 0)
    assert find_header([], {})[:3] == (0, [], 0)
