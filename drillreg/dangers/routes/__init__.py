"""Pages of dangers."""

from drillreg.dangers.routes import (
    deciding,
    entering,
    figures,
    lists,
    major,
    papers,
    returns,
    rounds,
    settling,
    showing,
)
from drillreg.dangers.routes.blueprint import bp

__all__ = [
    "bp",
    "deciding",
    "entering",
    "figures",
    "lists",
    "major",
    "papers",
    "returns",
    "rounds",
    "settling",
    "showing",
]
