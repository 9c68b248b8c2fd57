"""`python -m tests.trial FOLDER`: bring the files of a folder in and say what came of each."""

import sys
import tempfile
from pathlib import Path

from tests.trial.book import Book
from tests.trial.parts import PARTS


def main(folder: Path) -> int:
    """Try every known file of a folder on an installation of its own; 1 when a point fails."""
    with tempfile.TemporaryDirectory(prefix="drillreg-trial-") as scratch:
        book = Book(folder, Path(scratch))
        with book.app.app_context():
            for part in PARTS:
                book.try_part(part)
        book.close()
    return book.conclude()


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: python -m tests.trial FOLDER")
    sys.exit(main(Path(sys.argv[1])))
