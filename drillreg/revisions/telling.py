"""What a sign says in a sentence."""

from collections.abc import Callable

from drillreg.i18n import N_, translate
from drillreg.revisions.rules import CONTACTS, ORG
from drillreg.revisions.signs import Sign


def sign_text(sign: Sign, say: Callable[..., str] = translate) -> str:
    """Return what is seen, in the language of the reader or as it is stored."""
    on = sign.on.isoformat()
    if sign.origin == ORG:
        return say(
            N_("Since the issue the organisation changed (%(names)s), last on %(day)s."),
            names="、".join(sign.names),
            day=on,
        )
    if sign.origin == CONTACTS:
        return say(
            N_("%(count)d contact numbers were not verified for 12 months, one since %(day)s."),
            count=sign.count,
            day=on,
        )
    return say(
        N_("%(count)d hazard sites were registered since the issue, the last on %(day)s."),
        count=sign.count,
        day=on,
    )
