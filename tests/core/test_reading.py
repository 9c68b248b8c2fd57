from datetime import date

import pytest

from drillreg.core.errors import FormErrors
from drillreg.core.reading import FormReader


def read(kind, text, **rules):
    reader = FormReader({"x": text})
    value = getattr(reader, kind)("x", "X", **rules)
    reader.finish()
    return value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "  白岩镇 ", "白岩镇"),
        ("text", "e\u0301", "é"),
        ("integer", "436", 436),
        ("integer", "", None),
        ("number", "113.95", 113.95),
        ("date", "2026-05-12", date(2026, 5, 12)),
        ("date", "", None),
    ],
)
def test_what_a_person_types_is_read(kind, text, value):
    assert read(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text", "白\u202e岩"),
        ("text", "a\u200bdmin"),
        ("text", "x" * 201),
        ("text", "bell\x07"),
        ("integer", "１２３"),
        ("integer", "1_000"),
        ("integer", "²"),
        ("integer", "-1"),
        ("number", "nan"),
        ("number", "1e400"),
        ("number", "inf"),
        ("date", "2026-02-30"),
        ("date", "1800-01-01"),
        ("date", "12.5.2026"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(kind, text):
    with pytest.raises(FormErrors) as refused:
        read(kind, text)
    assert refused.value.errors[0].field == "x"
    assert refused.value.errors[0].params["label"] == "X"


def test_all_errors_of_a_form_are_told_at_once():
    reader = FormReader({})
    reader.text("name", "Name", required=True)
    reader.date("day", "Day", required=True)
    with pytest.raises(FormErrors) as refused:
        reader.finish()
    assert [e.field for e in refused.value.errors] == ["name", "day"]
