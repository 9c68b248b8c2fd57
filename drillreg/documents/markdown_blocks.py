"""From a Markdown text to the blocks of a paper: paragraphs, counted items, tables, stress."""

from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from drillreg.documents.markdown import tokens
from drillreg.documents.paper import Align, Block, Column, Paragraph, Part, Strong, Table, text_of
from drillreg.documents.paper import Row as TableRow
from drillreg.geo.svg import text_width

ALIGNS: dict[str, Align] = {"text-align:center": "center", "text-align:right": "right"}
# A column is at most this many times as wide as the narrowest.
WIDEST = 5


def blocks_of(text: str) -> list[Block]:
    """Return the blocks of a text, whatever was typed; nothing of it becomes markup."""
    return list(_Reader(tokens(text)).blocks())


class _Reader:
    """Goes through the parts of a text once; `lists` holds the count of each list around."""

    def __init__(self, found: Sequence[Token]) -> None:
        self.found = found
        self.at = 0
        self.lists: list[int | None] = []
        self.mark = ""

    def blocks(self) -> Iterator[Block]:
        while self.at < len(self.found):
            token = self.found[self.at]
            self.at += 1
            if token.type == "table_open":
                yield self._table()
            elif token.type == "inline":
                words = _words(token)
                yield Paragraph([self.mark, *words] if self.mark else words)
                self.mark = ""
            else:
                self._count(token)

    def _count(self, token: Token) -> None:
        if token.type == "ordered_list_open":
            self.lists.append(int(token.attrs.get("start", 1)))
        elif token.type == "bullet_list_open":
            self.lists.append(None)
        elif token.type in {"ordered_list_close", "bullet_list_close"}:
            self.lists.pop()
        elif token.type == "list_item_open":
            count = self.lists[-1]
            self.mark = "● " if count is None else _item_mark(count, len(self.lists))
            if count is not None:
                self.lists[-1] = count + 1

    def _table(self) -> Table:
        rows: list[list[Sequence[Part]]] = []
        aligns: list[Align] = []
        while self.found[self.at].type != "table_close":
            token = self.found[self.at]
            self.at += 1
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "th_open":
                aligns.append(ALIGNS.get(str(token.attrs.get("style", "")), "left"))
            elif token.type == "inline":
                rows[-1].append(_words(token))
        self.at += 1
        heads = [_bare(cell) for cell in rows[0]]
        body: list[TableRow] = list(rows[1:])
        shares = [
            _share([heads[at], *(_bare(row[at]) for row in rows[1:])]) for at in range(len(heads))
        ]
        least = max(shares) / WIDEST
        columns = [
            Column(head, max(share, least), align)
            for head, share, align in zip(heads, shares, aligns, strict=True)
        ]
        return Table(columns, body, ruled=True)


def _item_mark(count: int, depth: int) -> str:
    """Return what stands before an item: 1. and below that （1）."""
    return f"{count}．" if depth == 1 else f"（{count}）"


def _share(texts: Sequence[str]) -> float:
    """Return how wide a column wants to be, from its longest cell; long text breaks anyway."""
    return max(2.0, min(max(text_width(text, 1) for text in texts), 20.0))


def _bare(words: Sequence[Part]) -> str:
    return "".join(
        part if isinstance(part, str) else part.text
        for part in words
        if isinstance(part, (str, Strong))
    )


def _words(token: Token) -> list[Part]:
    """Return the text of a line; strong and stressed words stand in 黑体."""
    parts: list[Part] = []
    depth = 0
    for child in token.children or []:
        depth += child.nesting if child.type.startswith(("strong", "em_")) else 0
        text = "\n" if child.type in {"softbreak", "hardbreak"} else child.content
        if text:
            parts.append(Strong(text) if depth else text)
    return parts


def plain_text(text: str) -> str:
    """Return what a text says, a line a paragraph, without its marks; tables are left out."""
    return "\n".join(text_of(each.text) for each in blocks_of(text) if isinstance(each, Paragraph))
