"""Counting: heads as 一、（一）1.（1）, tables and figures through the paper. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drillreg.documents.paper import Block, Figure, Heading, Photos, Table

LEVELS = 4
DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Counted:
    """A block and what stands before its words: the number of a head, 表1, 图2."""

    block: Block
    marks: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Return the only mark, or nothing."""
        return self.marks[0] if self.marks else ""


def chinese_number(value: int) -> str:
    """Write 1 to 99 as papers count: 一, 十, 十二, 二十, 九十九; beyond that in digits."""
    if value > 99:
        return str(value)
    tens, ones = divmod(value, 10)
    if not tens:
        return DIGITS[ones]
    front = "" if tens == 1 else DIGITS[tens]
    return f"{front}十{DIGITS[ones] if ones else ''}"


def head_mark(level: int, value: int) -> str:
    """Return what stands before a head (GB/T 9704-2012, 7.3.3)."""
    return {
        1: f"{chinese_number(value)}、",
        2: f"（{chinese_number(value)}）",
        3: f"{value}.",
        4: f"（{value}）",
    }[level]


class _Counts:
    """How far heads, tables and figures have been counted."""

    def __init__(self) -> None:
        self.heads = [0] * LEVELS
        self.tables = self.figures = 0

    def head(self, heading: Heading) -> tuple[str, ...]:
        at = heading.level - 1
        if not heading.numbered:
            return ()
        self.heads[at] += 1
        self.heads[at + 1 :] = [0] * (LEVELS - at - 1)
        return (head_mark(heading.level, self.heads[at]),)

    def table(self) -> tuple[str, ...]:
        self.tables += 1
        return (f"表{self.tables}",)

    def figure(self, count: int) -> tuple[str, ...]:
        first = self.figures + 1
        self.figures += count
        return tuple(f"图{at}" for at in range(first, first + count))

    def marks(self, block: Block) -> tuple[str, ...]:
        if isinstance(block, Heading):
            return self.head(block)
        if isinstance(block, Table) and block.caption:
            return self.table()
        if isinstance(block, Figure) and block.caption:
            return self.figure(1)
        return self.figure(len(block.photos)) if isinstance(block, Photos) else ()


def counted(blocks: Sequence[Block]) -> Iterator[Counted]:
    """Yield every block with its number; a head of a higher level starts those below anew."""
    counts = _Counts()
    for block in blocks:
        yield Counted(block, counts.marks(block))
