"""The blueprint that the pages of organisations share."""

from flask import Blueprint

bp = Blueprint("orgs", __name__, url_prefix="/orgs")
