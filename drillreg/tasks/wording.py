"""The words of a reminder, from the templates of `chase_kind.toml`."""

from datetime import date

from drillreg.core.codes import code_list
from drillreg.core.page import day_cn, name_of
from drillreg.i18n import current_locale
from drillreg.tasks.chasing import Chased


def named(late: Chased) -> str:
    """Return what is late, in the language of the request."""
    return late.what_en if late.what_en and current_locale() == "en" else late.what


def reminder(late: Chased, today: date) -> str:
    """Return the text to copy into a message: official, polite, with the article where known."""
    item = code_list("chase_kind").get(late.kind)
    if item is None:
        return named(late)
    template: str = item.attributes["text_en" if current_locale() == "en" else "text_zh"]
    return template.format(
        org=name_of(late.org),
        what=named(late),
        since=day_cn(late.since),
        days=(today - late.since).days,
        person=late.person or name_of(late.org),
    )
