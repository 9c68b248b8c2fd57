"""The words of the demo's papers, read so that they can be searched at once."""

from drillreg.demo.lookup import Lookup
from drillreg.plans.indexing import read_papers


def read_demo_papers(known: Lookup) -> None:
    """Read what the papers of the demo's plans say; the sweep goes on where this stops."""
    read_papers(known.now)
