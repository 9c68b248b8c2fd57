"""The blueprint that every page of hazard sites hangs on."""

from flask import Blueprint

bp = Blueprint("hazards", __name__)
