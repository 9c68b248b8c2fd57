"""The sandbox task that opens a Word document: the one door to mammoth.

Answers plain blocks: headings by style, paragraphs, lists, tables, notes; no pictures.
"""

import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import mammoth

from drillreg.documents.word_gate import DAMAGED, look_inside
from drillreg.sandbox.refusals import Refused

STYLES = "\n".join(
    f"p[style-name='{name}'] => h{level}:fresh"
    for level in range(1, 7)
    for name in (f"标题 {level}", f"标题{level}")
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
NOTE_REF = re.compile(r"#(?:footnote|endnote)-(?:ref-)?\d+\Z")
MARKED = re.compile(r"([\\*_|`<>&\[\]])")
# What Markdown would take for a list, a heading or a rule at the start of a line.
LINE_START = re.compile(r"^(\s*)(?:(\d{1,9})([.)])(?=\s|$)|([-+#=~]))")
MOST_CELLS = 20_000


def escaped(text: str) -> str:
    """Return a text as Markdown that shows it letter by letter."""
    return "\n".join(_escaped_line(line) for line in text.split("\n"))


def _escaped_line(line: str) -> str:
    line = MARKED.sub(r"\\\1", line)
    return LINE_START.sub(lambda m: m[1] + (f"{m[2]}\\{m[3]}" if m[2] else f"\\{m[4]}"), line)


def tidy(text: str) -> str:
    """Return the lines of a text without blanks around them and without empty lines."""
    lines = (line.strip() for line in text.replace("\xa0", " ").split("\n"))
    return "\n".join(line for line in lines if line)


class _Table:
    """A table being read: cells by row, those that reach over several filled with blanks."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.reaching: dict[int, int] = {}
        self.merged = False
        self.span = (1, 1)

    def start_row(self) -> None:
        self.rows.append([])
        self._fill()

    def start_cell(self, attributes: dict[str, str | None]) -> None:
        self._fill()
        across, down = (_span(attributes.get(name)) for name in ("colspan", "rowspan"))
        self.span = across, down
        self.merged = self.merged or self.span != (1, 1)

    def end_cell(self, text: str) -> None:
        if not self.rows:
            self.rows.append([])
        row, (across, down) = self.rows[-1], self.span
        for column in range(len(row), len(row) + across):
            if down > 1:
                self.reaching[column] = down - 1
        row += [text, *[""] * (across - 1)]

    def _fill(self) -> None:
        row = self.rows[-1] if self.rows else []
        while self.reaching.get(len(row), 0):
            self.reaching[len(row)] -= 1
            row.append("")

    def block(self) -> dict[str, Any] | None:
        rows = [row for row in self.rows if any(row)]
        if not rows:
            return None
        width = max(map(len, rows))
        if width * len(rows) > MOST_CELLS:
            raise Refused(DAMAGED)
        full = [row + [""] * (width - len(row)) for row in rows]
        lines = ["| " + " | ".join(escaped(cell) for cell in row) + " |" for row in full]
        body = "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])
        text = "\n".join("\t".join(filter(None, row)) for row in full)
        return {"kind": "table", "text": text, "body": body, "merged": self.merged}


def _span(text: str | None) -> int:
    return min(max(int(text), 1), 200) if text and text.isdigit() else 1


class BlockReader(HTMLParser):
    """Turns the HTML that mammoth wrote into blocks, and the notes by their number."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[dict[str, Any]] = []
        self.notes: dict[int, str] = {}
        self.text: list[str] = []
        self.refs: list[int] = []
        self.lists: list[list[Any]] = []  # kind, count, items of the outermost one
        self.items: list[tuple[int, str, str]] = []
        self.tables: list[_Table] = []
        self.note: int | None = None
        self.back = False
        self.numbers: dict[str, int] = {}

    # What mammoth writes around text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block, or note a line break, a cell or a reference."""
        found = dict(attrs)
        if tag == "br":
            self.text.append(" " if self.tables else "\n")
        elif tag in {"ol", "ul"}:
            self._end_text()
            self.lists.append([tag, 0])
        elif tag == "li":
            self._start_item(found.get("id") or "")
        elif tag == "table":
            self._end_text()
            self.tables.append(_Table())
        elif tag == "tr" and self.tables:
            self.tables[-1].start_row()
        elif tag in {"td", "th"} and self.tables:
            self.tables[-1].start_cell(found)
        elif tag == "a" and NOTE_REF.search(found.get("href") or ""):
            self._reference(str(found["href"]))

    def _start_item(self, name: str) -> None:
        if NOTE_REF.search(f"#{name}"):
            self.note = self._number(name)
        elif self.lists:
            self.lists[-1][1] += 1

    def _number(self, name: str) -> int:
        """Number notes in the order in which the text refers to them."""
        name = name.lstrip("#").replace("-ref", "")
        return self.numbers.setdefault(name, len(self.numbers) + 1)

    def _reference(self, target: str) -> None:
        self.back = True  # the sign itself, [1] or an arrow, is replaced by ours
        if "-ref-" not in target:
            number = self._number(target)
            self.text.append(f"（注{number}）")
            self.refs.append(number)

    def handle_endtag(self, tag: str) -> None:
        """Close a block."""
        if tag == "a":
            self.back = False
        elif tag in HEADINGS or tag == "p":
            self._end_text(HEADINGS.get(tag, 0))
        elif tag == "li":
            self._end_item()
        elif tag in {"ol", "ul"} and self.lists:
            self._end_text()
            self.lists.pop()
            if not self.lists:
                self._end_list()
        elif tag in {"td", "th"} and self.tables:
            self.tables[-1].end_cell(" ".join(tidy("".join(self.text)).split("\n")))
            self.text.clear()
        elif tag == "table" and self.tables:
            self._end_table()

    def handle_data(self, data: str) -> None:
        """Take text."""
        if not self.back:
            self.text.append(data)

    # Blocks

    def _end_text(self, level: int = 0) -> None:
        if self.tables:  # several paragraphs of one cell
            self.text.append("\n")
            return
        text = tidy("".join(self.text))
        self.text.clear()
        if self.note is not None:
            self.notes[self.note] = "\n".join(filter(None, [self.notes.get(self.note), text]))
        elif self.lists and text:
            depth, (kind, count) = len(self.lists), self.lists[-1]
            self.items.append((depth, f"{count}." if kind == "ol" else "-", text))
        elif level and text:
            self._add("heading", " ".join(text.split("\n")), escaped(text), level=level)
        else:  # clerks break lines where they should begin paragraphs
            for line in filter(None, text.split("\n")):
                self._add("text", line, escaped(line))

    def _end_item(self) -> None:
        self._end_text()
        self.note = None

    def _end_list(self) -> None:
        if not self.items:
            return
        lines = [
            "   " * (depth - 1) + f"{sign} " + escaped(text).replace("\n", " ")
            for depth, sign, text in self.items
        ]
        text = "\n".join(text for *_, text in self.items)
        alone = self.items[0] if len(self.items) == 1 else None
        level = alone[0] if alone and alone[1] != "-" else 0
        self._add("list", text, "\n".join(lines), level=level)
        self.items.clear()

    def _end_table(self) -> None:
        table = self.tables.pop()
        found = table.block()
        if found is None:
            return
        if self.tables:  # a table in a cell stays as its text
            self.text.append(found["text"])
        else:
            self.text.clear()
            self._add(**found)

    def _add(self, kind: str, text: str, body: str, **more: Any) -> None:
        self.blocks.append({"kind": kind, "text": text, "body": body, "refs": self.refs, **more})
        self.refs = []

    def result(self) -> list[dict[str, Any]]:
        """Return the blocks, each note behind the block that refers to it."""
        self._end_text()
        placed: list[dict[str, Any]] = []
        left = dict(self.notes)
        for block in self.blocks:
            refs = block.pop("refs")
            placed.append(block)
            placed += [_note(number, left.pop(number)) for number in refs if number in left]
        return placed + [_note(number, text) for number, text in sorted(left.items())]


def _note(number: int, text: str) -> dict[str, Any]:
    said = f"注{number}：{text}"
    return {"kind": "note", "text": said, "body": escaped(said)}


def blocks_of(data: bytes) -> tuple[list[dict[str, Any]], int]:
    """Return the blocks of a .docx and how many pictures were left out."""
    pictures: list[None] = []

    def count(_: Any) -> dict[str, str]:
        pictures.append(None)
        return {"src": ""}

    html = mammoth.convert_to_html(
        io.BytesIO(data),
        style_map=STYLES,
        convert_image=mammoth.images.img_element(count),
        external_file_access=False,
    ).value
    reader = BlockReader()
    reader.feed(html)
    reader.close()
    return reader.result(), len(pictures)


def read_word(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Read `paper`: its whole text, and its blocks unless it has more than `at_most` paragraphs.

    `at_most` and `unpacked_bytes` come with the arguments. Raises Refused with a sentence.
    """
    path = inputs / "paper"
    inside = look_inside(path, most=args["unpacked_bytes"])
    answer = {"text": inside.text, "links": inside.links, "blocks": None, "pictures": 0}
    if inside.paragraphs > args["at_most"]:
        return answer
    try:
        blocks, pictures = blocks_of(path.read_bytes())
    except Refused:
        raise
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:  # whatever a broken file makes the reader stumble over
        raise Refused(DAMAGED) from error
    return {**answer, "blocks": blocks, "pictures": pictures}
