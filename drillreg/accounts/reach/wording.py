"""What people read about grants and reasons."""

from collections.abc import Iterable

from drillreg.accounts.reach.rules import GrantState
from drillreg.accounts.reach.seeing import Reason, Why
from drillreg.accounts.rules import roles
from drillreg.core.access import Permission
from drillreg.core.codes import code_label
from drillreg.core.page import day_cn, name_of
from drillreg.i18n import N_, current_locale, pick, translate
from drillreg.orgs.models import Grant

STATE_WORDS = {
    GrantState.LIVE: N_("Holds"),
    GrantState.COMING: N_("Not begun"),
    GrantState.ENDED: N_("Run out"),
    GrantState.REVOKED: N_("Revoked"),
}
STATE_COLOURS = {
    GrantState.LIVE: "green",
    GrantState.COMING: "sky",
    GrantState.ENDED: "",
    GrantState.REVOKED: "",
}
WHY_WORDS = {
    Why.TERRITORY: N_("Territory"),
    Why.OVERSIGHT: N_("Supervision in a field"),
    Why.GRANT: N_("Grant"),
    Why.FORMER: N_("Former territory"),
}


def permissions_words(permissions: Iterable[Permission]) -> str:
    """Return permissions in words, one after the other."""
    separator = ", " if current_locale() == "en" else "、"
    return separator.join(code_label(each, "permission") for each in permissions)


def until_words(grant: Grant) -> str:
    """Return until when a grant holds."""
    if grant.until_on is None:
        return translate(N_("until revoked"))
    return translate(N_("until %(day)s"), day=day_cn(grant.until_on))


def reason_words(reason: Reason) -> str:
    """Return in a sentence why somebody has a record in scope."""
    words = {
        "role": pick(roles()[reason.role].label),
        "org": name_of(reason.org),
        "field": code_label(reason.field, "field"),
        "since": day_cn(reason.since),
        "until": day_cn(reason.until),
    }
    if reason.grant is not None:
        return translate(
            N_("%(role)s at %(org)s. %(name)s granted it for: %(occasion)s (%(why)s), %(until)s."),
            **{**words, "until": until_words(reason.grant)},
            name=reason.grant.given_by_name,
            occasion=code_label(reason.grant.reason_kind, "grant_reason"),
            why=reason.grant.reason,
        )
    sentences = {
        Why.TERRITORY: N_("%(role)s at %(org)s, in whose territory it lies."),
        Why.OVERSIGHT: N_(
            "%(role)s at %(org)s, which supervises it in the field of %(field)s since %(since)s."
        ),
        Why.FORMER: N_(
            "%(role)s at %(org)s, in whose territory it lay until %(until)s: sees what was dated"
            " before."
        ),
    }
    return translate(sentences[reason.why], **words)
