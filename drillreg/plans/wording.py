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
    "plan-text-started": N_("Text begun from the template"),
    "plan-text-brought": N_("Text brought in from Word"),
    "plan-text-written": N_("Text written"),
    "plan-section-added": N_("Section added"),
    "plan-section-named": N_("Section renamed"),
    "plan-section-removed": N_("Section removed"),
    "plan-issued": N_("Issued"),
    "plan-revision-started": N_("Revision started"),
    "plan-draft-withdrawn": N_("Draft withdrawn"),
    "plan-abolished": N_("Abolished"),
    "plan-part-changed": N_("Parts of the plan changed"),
    "plan-copied": N_("Copied from another plan"),
    "plan-name-replaced": N_("Name replaced in the text"),
    "plan-abridged": N_("Abridged plan edited"),
    "action-card-saved": N_("Action card edited"),
    "action-card-voided": N_("Action card taken out of use"),
}
