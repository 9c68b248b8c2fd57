"""The numbers before headings as plain text: 第一章, 一、, （一）, 1.2.3, 附件1. Pure."""

import re
from dataclasses import dataclass

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
CHINESE = "[零〇一二三四五六七八九十百]{1,5}"
BLANK = r"[\s\u3000]"
UNITS = {
    "编": "part",
    "篇": "part",
    "部分": "part",
    "章": "chapter",
    "节": "section",
    "条": "article",
}
# From the outside to the inside, as papers nest them (GB/T 9704-2012, 7.3.3; 立法技术规范).
RANKS = {
    name: rank
    for rank, name in enumerate(("part", "chapter", "section", "article", "cn", "cnp", "ar", "arp"))
}
# Lists in a text are numbered in the same ways: these are headings only where text follows.
WEAK = frozenset({"cnp", "ar", "arp", "auto"})
PATTERNS = (
    (
        "unit",
        re.compile(rf"(第({CHINESE}|\d{{1,3}})(编|篇|部分|章|节|条){BLANK}*[、：:.．]?)(.*)"),
    ),
    ("cn", re.compile(rf"(({CHINESE})(?:[、．.]|(?={BLANK})))(.*)")),
    ("cnp", re.compile(rf"([（(〔]({CHINESE})[)）〕][、.．]?)(.*)")),
    ("arp", re.compile(r"([（(](\d{1,2})[)）])(.*)")),
    ("dec", re.compile(r"((\d{1,2}(?:[.．]\d{1,2}){1,4})[.．、]?)(?![\d.．%％])(.*)")),
    ("ar", re.compile(r"((\d{1,2})[.．、])(?!\d)(.*)")),
    ("dec", re.compile(rf"((\d{{1,2}}))(?={BLANK}+\D)(.*)")),
    (
        "annex",
        re.compile(
            rf"(附(?:件|录|表|图)(?:{BLANK}*(\d{{1,2}}|[A-Z]|{CHINESE})[：:、.．]?|(?=$)))(.*)"
        ),
    ),
)
MOST_LETTERS = 40
MOST_BEFORE_COLON = 20
SENTENCE = re.compile(r"[。；;！!？?]")
OPEN_END = ("，", ",", "、", ".", "…")


@dataclass(frozen=True)
class Mark:
    """A number before words: its family, its values (3.2.1 has three), sign and rest as written."""

    family: str
    values: tuple[int, ...]
    sign: str
    rest: str

    @property
    def last(self) -> int:
        """The number that rises from heading to heading."""
        return self.values[-1] if self.values else 0


def chinese_value(text: str) -> int:
    """Return the value of a number up to 999 in Chinese or Arabic digits: 二十一 is 21."""
    if text.isdecimal():
        return int(text)
    total, digit = 0, 0
    for sign in text:
        if sign in "百十":
            total += (digit or 1) * (100 if sign == "百" else 10)
            digit = 0
        else:
            digit = digit * 10 + DIGITS[sign] if text.strip("十百") == text else DIGITS[sign]
    return total + digit


def _annex_value(text: str | None) -> int:
    if not text:
        return 1
    return ord(text) - ord("A") + 1 if text.isascii() and text.isalpha() else chinese_value(text)


def read_mark(text: str) -> Mark | None:
    """Return the number a line begins with, or None."""
    for family, pattern in PATTERNS:
        found = pattern.fullmatch(text)
        if found is None:
            continue
        if family == "unit":
            _, number, unit, rest = found.groups()
            return Mark(UNITS[unit], (chinese_value(number),), found[1].strip(), rest.strip())
        if family == "annex":
            return Mark(family, (_annex_value(found[2]),), found[1].strip(), found[3].strip())
        parts = re.split("[.．]", found[2]) if family == "dec" else [found[2]]
        values = tuple(chinese_value(part) for part in parts)
        return Mark(family, values, found[1].strip(), found[3].strip())
    return None


def reads_as_heading(words: str) -> bool:
    """Say whether words could be a heading: short, no sentence, nothing told behind a colon."""
    if not words or len(words) > MOST_LETTERS or SENTENCE.search(words):
        return False
    if words.endswith(OPEN_END) or words.count("，") > 1:
        return False
    before, colon, after = words.replace(":", "：").partition("：")
    return not colon or (not after and len(before) <= MOST_BEFORE_COLON)
