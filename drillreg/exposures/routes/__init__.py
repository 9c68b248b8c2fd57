"""Pages of exposure: a site's reach, links, ways out, what is exposed in a county."""

from drillreg.exposures.routes import areas, lists, sites, ways
from drillreg.exposures.routes.blueprint import bp

__all__ = ["areas", "bp", "lists", "sites", "ways"]
