"""The difference of two versions of a plan of 100 pages, as the page works it out."""

import time
from dataclasses import dataclass
from random import Random

from drillreg.plans.comparing import compare
from drillreg.plans.differing import PARAGRAPH, Change
from tests.bench.result import Row
from tests.bench.sizes import Size
from tests.faults.installation import Installation

# GB/T 9704: 22 lines of 28 characters a page.
PAGE = 22 * 28
PAGES, SECTIONS = 100, 50
SECONDS = 0.3
WORDS = (
    "镇应急办", "各村委会", "县应急管理局", "包保责任人", "监测员", "接到预警后", "立即",
    "五分钟内", "通知", "转移", "危险区群众", "清点人数", "报告", "组织", "抢险队伍", "物资",
    "避难场所", "道路", "负责", "值守", "巡查", "学校", "卫生院", "派出所", "停电时", "逐户",
    "上门", "夜间", "汛期",
)  # fmt: skip


@dataclass(frozen=True)
class Chapter:
    """A section as a comparison needs it."""

    key: str
    level: int
    heading: str
    body: str


def paragraph(random: Random) -> str:
    """Return a paragraph of some 120 characters with an empty line behind it."""
    parts = ("".join(random.choices(WORDS, k=4)) + random.choice("，，；。") for _ in range(8))
    return "".join(parts) + "\n\n"


def chapters(pages: int) -> list[Chapter]:
    """Return a text of so many pages in sections of equal length."""
    random = Random("plan")
    found = []
    for at in range(SECTIONS):
        body = ""
        while len(body) < pages * PAGE / SECTIONS:
            body += paragraph(random)
        found.append(Chapter(f"s{at}", 1, f"第{at}节", body))
    return found


def revised(before: list[Chapter]) -> list[Chapter]:
    """Return a hard revision: words in half of the paragraphs changed, some out, some in, moved."""
    random = Random("revision")
    found = []
    for section in before:
        body = ""
        for text in PARAGRAPH.findall(section.body):
            fate = random.random()
            if fate < 0.05:
                continue
            if fate < 0.5:
                for _ in range(3):
                    text = text.replace(random.choice(WORDS), random.choice(WORDS), 1)
            body += text + (paragraph(random) if fate > 0.95 else "")
        found.append(Chapter(section.key, section.level, section.heading, body))
    return [*found[5:8], *found[:5], *found[9:]]


def two_versions(installation: Installation, size: Size) -> list[Row]:
    """Measure the difference against the time that is allowed for it."""
    row = Row("difference of two versions / limit", "any", "s", 1.0, False)
    if installation.backend == "postgresql":
        return []
    before = chapters(2 if size.name == "toy" else PAGES)
    after = revised(before)
    for _ in range(size.rounds):
        started = time.perf_counter()
        found = compare(before, after)
        row.ours.append(time.perf_counter() - started)
        row.limit.append(SECONDS)
    again = "".join(
        piece.text
        for section in found
        for part in section.paragraphs
        for piece in part.pieces
        if piece.change is not Change.REMOVED
    )
    right = again == "".join(section.body for section in after)
    count = sum(section.is_changed for section in found)
    length = sum(len(section.body) for section in before)
    row.note = f"{length} characters, {count} sections changed" + (
        "" if right else ", wrong answers"
    )
    return [row]
