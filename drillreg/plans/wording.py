"""The words a page has for states, secrecy and acts of plans."""

from drillreg.i18n import N_

STATE_WORDS = {
    "draft": N_("Draft"),
    "current": N_("In force"),
    "review-due": N_("Review overdue"),
    "superseded": N_("Superseded"),
    "abolished": N_("Abolished"),
    "withdrawn": N_("Withdrawn"),
}
STATE_COLOURS = {"draft": "sky", "current": "green", "review-due": "red", "abolished": "line"}
SECRECY_WORDS = {
    "public": N_("Public"),
    "internal": N_("Internal"),
    "line": N_("Classified: kept outside this system"),
}
ACT_WORDS = {
    "plan-registered": N_("Registered"),
    "plan-corrected": N_("Entry corrected"),
    "plan-paper-added": N_("Paper attached"),
    "plan-paper-voided": N_("Paper struck out"),
    "plan-issued": N_("Issued"),
    "plan-revision-started": N_("Revision started"),
    "plan-draft-withdrawn": N_("Draft withdrawn"),
    "plan-abolished": N_("Abolished"),
}
