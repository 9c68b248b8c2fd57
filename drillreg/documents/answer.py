"""Handing out a paper that nobody keeps: printed when it is asked for."""

from flask import Response, make_response

from drillreg.core.db import db
from drillreg.documents.layouts import Layout
from drillreg.documents.paper import Paper
from drillreg.documents.pdf import print_paper


def pdf_answer(paper: Paper, layout: Layout | None = None) -> Response:
    """Print a paper and return it to be looked at; nothing is held open while the child prints."""
    db.session.rollback()
    response = make_response(print_paper(paper, layout=layout).pdf)
    response.mimetype = "application/pdf"
    response.headers.set("Content-Disposition", "inline", filename=f"{paper.title}.pdf")
    response.headers["Cache-Control"] = "no-store"
    return response
