"""What one job may use: two classes, read from `data/limits.toml`."""

import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds of one job: seconds, bytes, open files, and the queue it waits in."""

    slot: str
    cpu_seconds: int
    wall_seconds: int
    memory_bytes: int
    file_bytes: int
    open_files: int = 256
    output_files: int = 200

    def as_dict(self) -> dict[str, int | str]:
        """Return the limits as plain data for the server."""
        return asdict(self)


@dataclass(frozen=True)
class Row:
    """One limit as a page shows it: both classes, the unit, the words and where it comes from."""

    key: str
    interactive: int
    background: int
    unit: str
    label: dict[str, str]
    source: str


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / "limits.toml").read_text("utf-8"))


@cache
def rows() -> tuple[Row, ...]:
    """Return every limit in the order it is shown."""
    return tuple(
        Row(
            each["key"],
            each["interactive"],
            each["background"],
            each["unit"],
            {"zh": each["zh"], "en": each["en"]},
            each["source"],
        )
        for each in _data()["limit"]
    )


@cache
def amount(key: str, slot: str) -> int:
    """Return one limit of a class, such as `amount("pages", "background")`."""
    (row,) = (row for row in rows() if row.key == key)
    return row.interactive if slot == "interactive" else row.background


def work_at_once() -> int:
    """Return how much background work runs at once where no office has set another number."""
    return int(_data()["work"]["at_once"])


def work_per_person() -> int:
    """Return how many of one person's pieces run at once; the rest of theirs waits."""
    return int(_data()["work"]["per_person"])


def _of(slot: str) -> Limits:
    return Limits(
        slot=slot,
        cpu_seconds=amount("cpu_seconds", slot),
        wall_seconds=amount("wall_seconds", slot),
        memory_bytes=amount("memory_bytes", slot),
        file_bytes=amount("file_bytes", slot),
    )


INTERACTIVE = _of("interactive")
BACKGROUND = _of("background")
