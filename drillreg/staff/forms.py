"""Reading the forms of people who leave."""

from collections.abc import Mapping

from drillreg.core.reading import FormReader
from drillreg.i18n import N_, translate
from drillreg.staff.leaving import Wish


def read_wish(fields: Mapping[str, str]) -> Wish:
    """Return what was typed about somebody who leaves, or raise FormErrors."""
    reader = FormReader(fields)
    wish = Wish(
        reason=reader.text("reason", translate(N_("Reason")), required=True, max_length=200),
        successor=reader.text("successor", translate(N_("Taken over by")), max_length=40).lower(),
        with_posts=reader.flag("with_posts"),
        with_roles=reader.flag("with_roles"),
    )
    if wish.successor == "" and (wish.with_posts or wish.with_roles):
        reader.fail("successor", N_("Choose who takes over, or leave posts and roles out."))
    reader.finish()
    return wish
