"""Pages of patrols and inspections; every module hangs its views on the one blueprint."""

from drillreg.patrols.routes import inspecting, inspections, listing, plans, rounds
from drillreg.patrols.routes.blueprint import bp

__all__ = ["bp", "inspecting", "inspections", "listing", "plans", "rounds"]
