"""The words a page has for states of revisions."""

from typing import Any

from drillreg.i18n import N_, force_locale, translate


def kept(message: str, **params: Any) -> str:
    """Return a marked sentence as it is stored for everybody: in Chinese, whoever acts."""
    with force_locale("zh_Hans_CN"):
        return translate(message, **params)


FOLLOW_WORDS = {
    "followed": N_("Rests on the version in force"),
    "confirmed": N_("Confirmed: no change needed"),
    "writing": N_("Draft follows it"),
    "behind": N_("Rests on an older version"),
    "unstated": N_("Does not say which version"),
    "orphaned": N_("Plan above abolished"),
    "waiting": N_("Plan above not issued yet"),
}
FOLLOW_COLOURS = {
    "followed": "green",
    "confirmed": "green",
    "writing": "sky",
    "behind": "red",
    "unstated": "orange",
    "orphaned": "red",
    "waiting": "line",
}
ANSWER_WORDS = {"revise": N_("To be revised"), "keep": N_("No revision")}
OUTCOME_WORDS = {
    "keep": N_("The plan stays as it is"),
    "revise": N_("The plan has to be revised"),
    "abolish": N_("The plan should be abolished"),
}
DRAFTING_WORDS = {"draft": N_("Being drawn up"), "approved": N_("Approved")}
PROGRESS_WORDS = {
    "waiting": N_("Not begun"),
    "begun": N_("Draft begun"),
    "signing": N_("In sign-off"),
    "issued": N_("Was issued"),
}
PROGRESS_COLOURS = {"waiting": "", "begun": "sky", "signing": "yellow", "issued": "green"}
