"""Reading the forms of the system pages."""

from collections.abc import Mapping

from drillreg.core.codes import CodeList, code_list
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, pick, translate
from drillreg.office.days import SeasonFacts
from drillreg.office.operations import Words
from drillreg.office.rules import Setting, Value, read_value
from drillreg.workdays.rules import LONGEST_NAME, DayKind, NamedDay

WORD_LENGTH = 40


def read_setting(setting: Setting, fields: Mapping[str, str]) -> Value | None:
    """Return the value typed, or None when what holds above shall count; raise FormErrors."""
    reader = FormReader(fields)
    if reader.flag("inherit"):
        return None
    text = reader.text("value", pick(setting.label), required=True)
    value: Value | None = None
    if not reader.errors:
        try:
            value = read_value(setting, text)
        except DomainError as error:
            reader.fail("value", error.message, **error.params)
    reader.finish()
    return value


def read_day(fields: Mapping[str, str]) -> NamedDay:
    """Return one day declared off or worked, or raise FormErrors."""
    reader = FormReader(fields)
    day = reader.date("day", translate(N_("Day")), required=True)
    kind = reader.choice("kind", translate(N_("Off or worked")), [kind.value for kind in DayKind])
    name = reader.text("name_zh", translate(N_("Name")), required=True, max_length=LONGEST_NAME)
    reader.finish()
    assert day is not None  # noqa: S101 - finish() has raised otherwise
    return NamedDay(day, DayKind(kind), name)


def read_season(fields: Mapping[str, str]) -> SeasonFacts:
    """Return a season as typed, or raise FormErrors."""
    reader = FormReader(fields)
    kind = reader.choice("kind", translate(N_("Kind")), code_list("period_kind").codes())
    name = reader.text("name_zh", translate(N_("Name")), required=True, max_length=LONGEST_NAME)
    first = reader.date("first_on", translate(N_("First day")), required=True)
    last = reader.date("last_on", translate(N_("Last day")), required=True)
    if first and last and last < first:
        reader.fail("last_on", N_("A season cannot end before it begins."))
    reader.finish()
    assert first is not None and last is not None  # noqa: PT018, S101 - finish() has raised
    return SeasonFacts(kind, name, first, last, reader.flag("yearly"))


def read_words(shipped: CodeList, fields: Mapping[str, str]) -> Words:
    """Return the words typed for an entry of a code list, or raise FormErrors."""
    reader = FormReader(fields)
    words = Words(
        zh=reader.text("zh", translate(N_("Chinese name")), required=True, max_length=WORD_LENGTH),
        en=reader.text("en", translate(N_("English name")), max_length=WORD_LENGTH * 2) or None,
        gb_code=reader.text("gb_code", translate(N_("National code")), max_length=20) or None,
        like_code=reader.choice(
            "like_code", translate(N_("Behaves like")), shipped.codes(), required=False
        )
        or None,
    )
    reader.finish()
    return words
