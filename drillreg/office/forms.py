"""Reading the forms of the system pages."""

from collections.abc import Mapping

from drillreg.core.codes import CodeList
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, pick, translate
from drillreg.office.operations import Words
from drillreg.office.rules import Setting, Value, read_value

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
