"""What a trial writes down: a row for every file, and whether each point held."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from drillreg.app import create_app
from drillreg.config import Settings
from drillreg.core import clock
from drillreg.core.db import Base, db
from drillreg.core.errors import DomainError, FormErrors
from drillreg.i18n import translate
from drillreg.imports.applying import bring_in
from drillreg.imports.planning import Examined, Upload, examine
from drillreg.imports.registry import kind_of
from drillreg.sandbox import client as sandbox

MOST_REASONS = 8


def say(text: str = "") -> None:
    """Print one line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class MissingError(Exception):
    """A file that a part needs is not in the folder."""


class Book:
    """The folder, an empty installation, and what was found out."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.folder = folder
        self.points: list[tuple[str, bool, str]] = []
        self.app = create_app(Settings(data_dir=scratch, log_level="WARNING"))
        with self.app.app_context():
            Base.metadata.create_all(db.engine)

    def close(self) -> None:
        """Stop the file reader and let the database go."""
        sandbox.stop()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def bytes_of(self, name: str) -> bytes:
        """Return a file of the folder."""
        path = self.folder / name
        if not path.is_file():
            raise MissingError(name)
        return path.read_bytes()

    def files_of(self, pattern: str) -> list[Path]:
        """Return the files of the folder that fit a pattern."""
        return sorted(self.folder.glob(pattern))

    def try_part(self, part: Callable[["Book"], None]) -> None:
        """Try one part; what is not there is said, what is refused or breaks is a failed point."""
        say(f"\n== {(part.__doc__ or '').strip().splitlines()[0].rstrip('.')}")
        try:
            part(self)
        except MissingError as missing:
            say(f"{missing}: not there")
            self.points.append(((part.__doc__ or "").strip().rstrip("."), True, "not there"))
        except DomainError as error:
            self.check((part.__doc__ or "").strip().rstrip("."), False, sentence_of(error))

    def row(self, name: str, counts: Mapping[str, object], reasons: Iterable[str] = ()) -> None:
        """Print a file, its counts, and its reasons, the most frequent first."""
        shown = ", ".join(f"{key} {value}" for key, value in counts.items() if value not in (0, ""))
        say(f"{name}\n    {shown or 'nothing'}")
        counted = Counter(reasons).most_common()
        for reason, count in counted[:MOST_REASONS]:
            say(f"    {count:6} × {reason}")
        if len(counted) > MOST_REASONS:
            rest = sum(count for _, count in counted[MOST_REASONS:])
            say(f"    {rest:6} × {len(counted) - MOST_REASONS} further reasons")

    def check(self, point: str, holds: bool, found: str) -> None:
        """Note whether a point held, and what was found."""
        self.points.append((point, holds, found))
        say(f"    {'PASS' if holds else 'FAIL'}  {point}: {found}")

    def conclude(self) -> int:
        """Print all points together; return 1 when one of them failed."""
        say("\n== Points")
        for point, holds, found in self.points:
            word = "----" if found == "not there" else "PASS" if holds else "FAIL"
            say(f"{word}  {point}: {found}")
        failed = sum(not holds for _, holds, _ in self.points)
        say(f"\n{len(self.points) - failed} of {len(self.points)} points hold")
        return 1 if failed else 0

    def bring_in(self, what: str, files: Mapping[str, bytes], **options) -> Examined:
        """Import divisions, organisations or boundaries as the command does, and print the row."""
        kind = kind_of(what)
        options = kind.check_options(options)
        upload = Upload(dict(files), options, None, clock.today(), in_background=True)
        found = examine(kind, upload)
        grid, chosen = found.source.grid, found.chosen
        reasons = [translate(note.message, **note.params) for note in chosen.explained]
        counts = {"in": len(chosen.entries), "as it is": chosen.same, "explained": len(reasons)}
        self.row(", ".join(files), {**counts, "encoding": grid.encoding}, reasons)
        for message, params in (*grid.notices, *found.plan.notices):
            say(f"    note: {translate(message, **params)}")
        if chosen.entries:
            bring_in(kind, files, options, found, org_id=None)
        return found


def sentence_of(error: DomainError) -> str:
    """Return what a refusal says, with the sentences of its fields."""
    parts = error.errors if isinstance(error, FormErrors) else [error]
    return " ".join(translate(part.message, **part.params) for part in parts)
