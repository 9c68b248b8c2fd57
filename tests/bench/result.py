"""What was measured: ratios to a limit of the same run, their spread, and the target."""

from dataclasses import dataclass, field
from statistics import median


@dataclass
class Row:
    """One measured thing on one database.

    `ours` and `limit` are paired rounds. The ratio is ours to the limit; where `more_is_better`
    both are rates, else both are seconds.
    """

    name: str
    backend: str
    unit: str
    target: float | None
    more_is_better: bool
    ours: list[float] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)
    note: str = ""

    def ratios(self) -> list[float]:
        """Return the ratio of each round."""
        return [a / b for a, b in zip(self.ours, self.limit, strict=False) if b]

    def verdict(self) -> str:
        """Return ok, worse, or why nothing can be said."""
        found = self.ratios()
        if not found or self.target is None:
            return "not compared"
        ratio = median(found)
        holds = ratio >= self.target if self.more_is_better else ratio <= self.target
        return "ok" if holds else "worse"

    def as_dict(self) -> dict:
        """Return the row as plain data."""
        found = self.ratios()
        return {
            "name": self.name,
            "database": self.backend,
            "unit": self.unit,
            "ours": [round(value, 4) for value in self.ours],
            "limit": [round(value, 4) for value in self.limit],
            "ratio": round(median(found), 4) if found else None,
            "spread": [round(min(found), 4), round(max(found), 4)] if found else None,
            "target": self.target,
            "verdict": self.verdict(),
            "note": self.note,
        }

    def line(self) -> str:
        """Return the row as one line of a table."""
        found = self.ratios()
        ours = f"{median(self.ours):10.3f}" if self.ours else " " * 10
        limit = f"{median(self.limit):10.3f}" if self.limit else " " * 10
        ratio = f"{median(found):7.3f} ({min(found):.3f}–{max(found):.3f})" if found else "–"
        sign = "≥" if self.more_is_better else "≤"
        target = f"{sign} {self.target:g}" if self.target is not None else ""
        text = f"{self.name:34} {self.backend:10} {ours} {limit} {self.unit:5} {ratio:24} "
        return f"{text}{target:8} {self.verdict()}  {self.note}".rstrip()


HEAD = (
    f"{'what':34} {'database':10} {'ours':>10} {'limit':>10} {'unit':5} "
    f"{'ratio (least–most)':24} {'target':8}"
)
