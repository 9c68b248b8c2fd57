"""How large the installation is on which something is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Numbers of counties, towns in each, units, sites, checks, plans; rounds and seconds."""

    name: str
    counties: int
    towns: int
    units: int
    sites: int
    checks: int
    imported: int
    rounds: int
    seconds: float
    texts: int

    @property
    def orgs(self) -> int:
        """Return how many organisations there are."""
        return self.counties * (1 + self.towns * (1 + self.units))


SIZES = {
    "toy": Size("toy", 2, 2, 3, 200, 400, 300, 1, 0.3, 60),
    "small": Size("small", 10, 20, 249, 100_000, 1_000_000, 100_000, 3, 3.0, 5_000),
    "full": Size("full", 100, 28, 249, 1_000_000, 10_000_000, 1_000_000, 3, 5.0, 50_000),
}
