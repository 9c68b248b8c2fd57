"""What an import of any kind must be able to do, and what it finds out before it writes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from drillreg.orgs.models import Org
from drillreg.orgs.rows import Problem, Sentence
from drillreg.sandbox.limits import Limits
from drillreg.work.models import ImportBatch

CHUNK = 200


@dataclass(frozen=True)
class Source:
    """What was uploaded: bytes by file name, the choices of the form, the organisation it is for.

    `owner` is None for a command that imports for the whole installation.
    """

    files: dict[str, bytes]
    options: dict[str, Any]
    owner: Org | None
    in_background: bool = False


@dataclass(frozen=True)
class Found:
    """What an import would do, told before anything is written."""

    columns: Sequence[tuple[str, str]]
    encoding: str
    counts: dict[str, int]
    notices: Sequence[Sentence]
    problems: Sequence[Problem]
    header: Sequence[str]
    sample: Sequence[Sequence[str]]
    # Kept with the batch for the moment it is applied or undone.
    extra: dict[str, Any] = field(default_factory=dict)
    # Outlines for the map of the preview, as GeoJSON.
    outlines: bytes = b""
    # What is written, in order; each step in a transaction of its own and safe to repeat.
    steps: Sequence[Any] = ()


@dataclass(frozen=True)
class Importer:
    """One kind of import."""

    find: Callable[[Source], Found]
    write: Callable[[ImportBatch, Any, datetime, date], None]
    show: Callable[[ImportBatch, date], None]
    hide: Callable[[ImportBatch], None]


def limits_for(source: Source, interactive: Limits, background: Limits) -> Limits:
    """Return the bounds of reading: a page waits for the answer, the worker has longer."""
    return background if source.in_background else interactive


def chunks(rows: Sequence[Any], size: int = CHUNK) -> list[Sequence[Any]]:
    """Return rows cut into pieces of at most `size`."""
    return [rows[start : start + size] for start in range(0, len(rows), size)]
