"""What one job may use, as data."""

from dataclasses import asdict, dataclass

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


# The whole address space counts as memory; the loaded libraries alone take about 0.4 GB of it.
INTERACTIVE = Limits(
    slot="interactive",
    cpu_seconds=20,
    wall_seconds=25,
    memory_bytes=1536 * MEGABYTE,
    file_bytes=50 * MEGABYTE,
)
BACKGROUND = Limits(
    slot="background",
    cpu_seconds=300,
    wall_seconds=360,
    memory_bytes=4096 * MEGABYTE,
    file_bytes=500 * MEGABYTE,
)
