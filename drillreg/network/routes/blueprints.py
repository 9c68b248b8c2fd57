"""The blueprints of the network, one for each entry of the menu."""

from flask import Blueprint

contacts_bp = Blueprint("contacts", __name__)
network_bp = Blueprint("network", __name__)
roster_bp = Blueprint("roster", __name__)
