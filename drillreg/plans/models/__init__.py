"""Tables of plans: the register with its versions and papers, and the sections of a version."""

from drillreg.plans.models.register import Plan, PlanFile, PlanVersion
from drillreg.plans.models.sections import PlanSection

__all__ = ["Plan", "PlanFile", "PlanSection", "PlanVersion"]
