"""Papers of filings: what was sent, the receipt, the forms that the system makes."""

from flask import Response
from flask.typing import ResponseReturnValue

from drillreg.core.access import Permission, requires
from drillreg.core.errors import NotFound
from drillreg.documents.answer import pdf_answer
from drillreg.files.web import send_stored
from drillreg.filings.papers import application_paper, registration_paper
from drillreg.filings.queries import get_filing
from drillreg.filings.routes.blueprint import bp
from drillreg.filings.routing import route_of
from drillreg.filings.rules import FilingState
from drillreg.i18n import N_
from drillreg.orgs.scope import current_scope


@bp.get("/<int:filing_id>/papers/<int:paper_id>")
@requires(Permission.VIEW)
def paper(filing_id: int, paper_id: int) -> ResponseReturnValue:
    """Hand out a paper that was sent along."""
    for each in get_filing(filing_id, current_scope()).papers:
        if each.id == paper_id:
            return send_stored(each.file)
    raise NotFound(N_("There is no such paper."))


@bp.get("/<int:filing_id>/receipt")
@requires(Permission.VIEW)
def receipt(filing_id: int) -> ResponseReturnValue:
    """Hand out the receipt of a filing outside this system."""
    found = get_filing(filing_id, current_scope()).receipt
    if found is None:
        raise NotFound(N_("There is no such paper."))
    return send_stored(found)


@bp.get("/<int:filing_id>/application.pdf")
@requires(Permission.VIEW)
def application(filing_id: int) -> Response:
    """Print the application form."""
    found = get_filing(filing_id, current_scope())
    if "application" not in route_of(found.route).papers:
        raise NotFound(N_("There is no such paper."))
    return pdf_answer(application_paper(found))


@bp.get("/<int:filing_id>/registration.pdf")
@requires(Permission.VIEW)
def registration(filing_id: int) -> Response:
    """Print the registration form, or the receipt, of a filing that was recorded here."""
    found = get_filing(filing_id, current_scope())
    if found.state is not FilingState.RECORDED:
        raise NotFound(N_("There is no such paper."))
    return pdf_answer(registration_paper(found))
