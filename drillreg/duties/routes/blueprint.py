"""The blueprint that the pages of duties hang on, and what several of them need."""

from flask import Blueprint, request
from werkzeug.datastructures import MultiDict

from drillreg.core.errors import NotFound
from drillreg.duties.book import RuleBook, book_of
from drillreg.i18n import N_
from drillreg.orgs.calendars import calendar_owner
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import OrgScope

bp = Blueprint("duties", __name__, url_prefix="/duties")


def org_of_address(scope: OrgScope, name: str = "org") -> Org | None:
    """Return the organisation in scope an argument of the address names, None where it has none."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise NotFound(N_("There is no such organisation."))
    return get_org(int(text), scope)


def book_for(org: Org) -> RuleBook:
    """Return the rules that hold for an organisation: those of its county."""
    return book_of(calendar_owner(org))


def about_of(fields: "MultiDict[str, str]") -> tuple[int, str]:
    """Return what an address or form says a result is about: key, kind of event."""
    key = fields.get("key", "") or "0"
    if not (key.isascii() and key.isdigit() and len(key) <= 15):
        raise NotFound(N_("There is no such rule here."))
    return int(key), fields.get("event_type", "")[:60]
