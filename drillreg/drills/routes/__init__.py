"""Pages of drills, split by noun: lists, the month, one drill, programmes, records, feeds."""

from drillreg.drills.routes import doing, feeds, lists, months, planning, programmes, records, shows
from drillreg.drills.routes.blueprint import bp

__all__ = [
    "bp",
    "doing",
    "feeds",
    "lists",
    "months",
    "planning",
    "programmes",
    "records",
    "shows",
]
