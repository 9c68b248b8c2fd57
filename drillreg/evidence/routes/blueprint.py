"""The blueprint of evidence, and where a piece of it is shown."""

from flask import Blueprint

from drillreg.core.subjects import subject_url
from drillreg.evidence.models import Evidence

bp = Blueprint("evidence", __name__, url_prefix="/evidence")

# Records without a page of their own: the kind of record that shows them, and what names it.
SHOWN_BY = {"plan-version": ("plan", "plan_id")}


def page_of(found: Evidence) -> str:
    """Return the address of the page that shows what a piece of evidence is about."""
    kind, name = SHOWN_BY.get(found.subject_kind, (found.subject_kind, ""))
    return subject_url(kind, found.attributes.get(name) if name else found.subject_id)
