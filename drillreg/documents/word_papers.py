"""Reading a Word document somebody uploaded, in the closed child."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drillreg.sandbox import client
from drillreg.sandbox.limits import BACKGROUND, INTERACTIVE, amount

TASK = "drillreg.documents.reading_word:read_word"
# Read while a person waits: about 80 pages.
PARAGRAPHS_AT_ONCE = 1500
PARAGRAPHS_AT_MOST = 100_000


@dataclass(frozen=True)
class WordPaper:
    """A Word document: all its words, and its blocks unless it is too long to wait for.

    A block has `kind` (heading, text, list, table, note), `text` (plain), `body` (Markdown),
    and may have `level` (of its style; of a list of one item its depth) and `merged` cells.
    """

    text: str
    blocks: Sequence[Mapping[str, Any]] | None
    pictures: int
    links: int


def read_paper(data: bytes, *, in_background: bool = False) -> WordPaper:
    """Read a .docx in the child; call it outside a transaction.

    Raises SandboxRefused with a sentence for old, damaged, protected, macro and bomb files, and
    the errors of `client.run`.
    """
    limits = BACKGROUND if in_background else INTERACTIVE
    args = {
        "unpacked_bytes": amount("unpacked_bytes", limits.slot),
        "at_most": PARAGRAPHS_AT_MOST if in_background else PARAGRAPHS_AT_ONCE,
    }
    found = client.run(TASK, args, inputs={"paper": data}, limits=limits).value
    return WordPaper(**found)
