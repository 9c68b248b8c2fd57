"""Official Chinese of a report: names, title, opening and the summary that writes itself.

The paper is Chinese whatever language its reader works in, so nothing here is translated.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from drillreg.documents.paper import day_text
from drillreg.drills.rules import DrillMode, Rating

MODES = {DrillMode.FULL: "实战", DrillMode.TABLETOP: "桌面推演"}
RATINGS = {Rating.EXCELLENT: "优", Rating.GOOD: "良", Rating.FAIR: "中", Rating.POOR: "差"}
# AQ/T 9009-2015, conclusion of an evaluation.
RATING_NOTE = (
    "优：无差错完成全部目标；良：达到预期，差错较少；"
    "中：有明显缺陷，未影响总目标；差：出现重大错误或被迫中止。"
)
DEFAULT_NUMBER = "{word}演练报〔{year}〕{number}号"


@dataclass(frozen=True)
class DrillFacts:
    """What a summary is made of; times are of the wall clock, durations in seconds."""

    title: str
    org: str
    held_on: date
    mode: DrillMode
    place: str = ""
    started: datetime | None = None
    plan_title: str = ""
    plan_number: str = ""
    participants: int | None = None
    expected: int | None = None
    groups: Sequence[tuple[str, int]] = field(default=())
    evacuation_seconds: int | None = None
    target_seconds: int | None = None
    rating: Rating | None = None
    own_words: str = ""


def formal_name(name: str, kind: str) -> str:
    """Return the name an organisation signs papers with: 白岩镇 → 白岩镇人民政府."""
    if kind in {"county", "town"} and name[-1:] in set("县区市镇乡旗"):
        return f"{name}人民政府"
    if kind == "town" and name.endswith("街道"):
        return f"{name}办事处"
    if kind == "village" and name.endswith("村"):
        return f"{name}民委员会"
    if kind == "village" and name.endswith("社区"):
        return f"{name}居民委员会"
    return name


def number_template(word: str, template: str = "") -> str:
    """Return how the numbers of an issuer read; `{year}` and `{number}` are filled in later.

    `word` stands for the issuer (机关代字); `template` is a county's own pattern, such as
    `{word}应急报〔{year}〕{number}号`.
    """
    pattern = template if "{word}" in template and "{number}" in template else DEFAULT_NUMBER
    return pattern.replace("{word}", word.replace("{", "").replace("}", ""))


def time_text(moment: datetime) -> str:
    """Write a time of day as papers do: 9时30分."""
    return f"{moment.hour}时{moment.minute:02d}分"


def duration_text(seconds: int) -> str:
    """Write a duration: 2分41秒, 3分钟, 45秒."""
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{rest}秒"
    return f"{minutes}分{rest:02d}秒" if rest else f"{minutes}分钟"


def drill_title(title: str) -> str:
    """Return the title of a drill so that it reads as one: 消防疏散 → 消防疏散演练."""
    return title if title.endswith(("演练", "演习", "推演")) else f"{title}演练"


def report_title(title: str) -> str:
    """Return the title of the report of a drill."""
    return f"关于{drill_title(title)}的总结报告"


def opening(facts: DrillFacts) -> str:
    """Return the sentence that opens the report."""
    plan = ""
    if facts.plan_title:
        number = f"（{facts.plan_number}）" if facts.plan_number else ""
        plan = f"按照《{facts.plan_title}》{number}"
    title = drill_title(facts.title)
    return f"{day_text(facts.held_on)}，{facts.org}{plan}组织了{title}。现将情况报告如下。"


def against_target(seconds: int, target: int | None) -> str:
    """Say how a measured time stands against its target, in seconds both."""
    measured = f"用时{duration_text(seconds)}"
    if not target:
        return measured
    goal = f"{measured}，目标{duration_text(target)}"
    if seconds == target:
        return f"{goal}，刚好达到"
    word = "比目标快" if seconds < target else "超过目标"
    return f"{goal}，{word}{duration_text(abs(target - seconds))}"


def _when_and_where(facts: DrillFacts) -> str:
    start = f"{time_text(facts.started)}开始，" if facts.started else ""
    place = f"在{facts.place}" if facts.place else ""
    return f"演练{start}{place}以{MODES[facts.mode]}方式进行。"


def _head_counts(facts: DrillFacts) -> str:
    if facts.participants is None:
        return ""
    expected = f"应到{facts.expected}人，" if facts.expected else ""
    groups = "、".join(f"{name}{people}人" for name, people in facts.groups)
    return f"{expected}实到{facts.participants}人" + (f"，其中{groups}。" if groups else "。")


def composed_summary(facts: DrillFacts) -> str:
    """Return the summary a report starts with, in paragraphs: what the record already says."""
    first = _when_and_where(facts) + _head_counts(facts)
    second = ""
    if facts.evacuation_seconds is not None:
        time = against_target(facts.evacuation_seconds, facts.target_seconds)
        second = f"从下达指令到清点完毕{time}。"
    if facts.rating:
        second += f"综合评定为{RATINGS[facts.rating]}。"
    return "\n".join(text for text in (first, second, facts.own_words.strip()) if text)
