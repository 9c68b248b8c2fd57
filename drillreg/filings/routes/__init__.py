"""Pages of filing, split by noun: lists, sending, answering, papers, publications, trainings."""

from drillreg.filings.routes import answering, lists, papers, publishing, sending, trainings
from drillreg.filings.routes.blueprint import bp

__all__ = ["answering", "bp", "lists", "papers", "publishing", "sending", "trainings"]
