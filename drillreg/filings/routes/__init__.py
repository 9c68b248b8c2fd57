"""Pages of filing, split by noun: lists, sending, answering, papers, publications, trainings."""

from drillreg.filings.routes import (
    answering,
    lists,
    papers,
    published,
    publishing,
    sending,
    trainings,
)
from drillreg.filings.routes.blueprint import bp

published_bp = published.bp

__all__ = [
    "answering",
    "bp",
    "lists",
    "papers",
    "published_bp",
    "publishing",
    "sending",
    "trainings",
]
