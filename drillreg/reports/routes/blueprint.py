"""The blueprint that the pages of reports hang on, and what several of them need."""

from typing import Any

from flask import Blueprint, request

from drillreg.core.access import Permission
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.drills import wording as drill_wording
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.past import org_to_narrow
from drillreg.orgs.queries import orgs_of_kinds
from drillreg.orgs.scope import OrgScope, current_scope, ensure_may_on
from drillreg.reports import wording
from drillreg.reports.models import Report
from drillreg.reports.queries import get_report
from drillreg.reports.rules import (
    STANDING_COLOURS,
    STANDING_WORDS,
    STATE_COLOURS,
    STATE_WORDS,
    standing,
)
from drillreg.reports.scope import REPORT

# What the paper says in Chinese, and the message that says it on the page.
PRINTED = {
    **{wording.MODES[mode]: word for mode, word in drill_wording.MODES.items()},
    **{wording.RATINGS[rating]: word for rating, word in drill_wording.RATINGS.items()},
}

bp = Blueprint("reports", __name__, url_prefix="/reports")

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Organisations that are offered to narrow a list; anything else comes by a link.
NODES = ("county", "department", "town")


def report_to_change(report_id: int, permission: Permission) -> Report:
    """Return a report that the person may change; NotFound outside, NotAllowed without right."""
    report = get_report(report_id, current_scope())
    ensure_may_on(permission, REPORT.code, report)
    return report


def org_of_address(scope: OrgScope) -> Org | None:
    """Return the organisation the address narrows a list to; raise NotFound on a wrong one."""
    text = request.args.get("org", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise NotFound(N_("There is no such organisation."))
    return org_to_narrow(int(text), scope)


def word_of_address(name: str, choices: tuple[str, ...]) -> str:
    """Return an argument of the address when it is one of the choices, else an empty text."""
    text = request.args.get(name, "")
    return text if text in choices else ""


def words_of_address() -> str:
    """Return the words a list is searched for."""
    return request.args.get("words", "").strip()[:100]


def nodes(scope: OrgScope, chosen: Org | None) -> list[tuple[int, str]]:
    """Return the organisations that a list can be narrowed to."""
    found = list(orgs_of_kinds(scope, NODES))
    if chosen and chosen.id not in {org.id for org in found}:
        found.append(chosen)
    return [(org.id, name_of(org)) for org in found]


def words() -> dict[str, Any]:
    """Return what the templates of reports need to name states."""
    return {
        "printed": PRINTED,
        "state_words": STATE_WORDS,
        "state_colours": STATE_COLOURS,
        "standing_words": STANDING_WORDS,
        "standing_colours": STANDING_COLOURS,
        "standing": standing,
    }
