"""Pages of the network: contacts, what is missing, duty rosters."""

from drillreg.network.routes import book, days, months, network, posts, rosters
from drillreg.network.routes.blueprints import contacts_bp, network_bp, roster_bp

BLUEPRINTS = (contacts_bp, network_bp, roster_bp)

__all__ = ["BLUEPRINTS", "book", "days", "months", "network", "posts", "rosters"]
