"""Tables of plans: the register with its versions and papers, sections and parts of a version."""

from drillreg.plans.models.parts import PlanLevel, PlanMember, PlanResource, PlanRoute
from drillreg.plans.models.register import Plan, PlanFile, PlanVersion
from drillreg.plans.models.sections import PlanSection

__all__ = [
    "Plan",
    "PlanFile",
    "PlanLevel",
    "PlanMember",
    "PlanResource",
    "PlanRoute",
    "PlanSection",
    "PlanVersion",
]
