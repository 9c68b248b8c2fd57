"""Commands about the search."""

from flask import Blueprint

from drillreg.plans.indexing import bring_up_to_date

bp = Blueprint("search_cli", __name__, cli_group="search")
