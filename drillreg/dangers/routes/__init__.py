"""Pages of dangers."""

from drillreg.dangers.routes import (
    books,
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
    "books",
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
