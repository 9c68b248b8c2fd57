"""The blueprint that the pages of papers hang on, and what several of them need."""

from urllib.parse import quote

from flask import Blueprint, Response, request

from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds
from drillreg.orgs.scope import OrgScope

bp = Blueprint("documents", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Who issues papers; a village or a school comes by a link.
ISSUERS = ("county", "department", "town", "school", "village", "hospital", "enterprise")
OFFICES = ("county", "department", "town")


def org_of_address(scope: OrgScope) -> Org | None:
    """Return the organisation the address narrows a page to; raise NotFound on a wrong one."""
    text = request.args.get("org", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise NotFound(N_("There is no such organisation."))
    return get_org(int(text), scope)


def offices(scope: OrgScope, kinds: tuple[str, ...] = OFFICES) -> list[tuple[int, str]]:
    """Return the organisations of a scope that can be chosen."""
    return [(org.id, name_of(org)) for org in orgs_of_kinds(scope, kinds)]


def download(data: bytes, name: str, media_type: str, *, shown: bool = False) -> Response:
    """Answer with a file made a moment ago; nothing of it is kept."""
    response = Response(data, mimetype=media_type)
    place = "inline" if shown else "attachment"
    ascii_name = f"{name.rpartition('.')[0].encode('ascii', 'ignore').decode() or 'paper'}"
    response.headers["Content-Disposition"] = (
        f'{place}; filename="{ascii_name}.{name.rpartition(".")[2]}"; '
        f"filename*=UTF-8''{quote(name)}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response
