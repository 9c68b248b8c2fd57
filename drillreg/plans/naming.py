"""How plans and their numbers are written."""

import re

YEAR_IN_BRACKETS = re.compile(r"\s*[\[(（【［〔]\s*([0-9]{4})\s*[\])）】］〕]\s*")
# What the usual title of a kind ends with, where it is not 应急预案.
TITLE_ENDINGS = {
    "on-site": "现场处置方案",
    "joint": "联合应急预案",
    "handbook": "应急工作手册",
    "action": "应急行动方案",
}


def tidy_number(text: str) -> str:
    """Return a document number with its year in the brackets of GB/T 9704-2012: 〔2026〕12号."""
    return YEAR_IN_BRACKETS.sub(r"〔\1〕", text)


def suggested_title(org: str, event: str, event_code: str, kind: str) -> str:
    """Return the usual Chinese title of a plan: organisation, event, kind of paper."""
    if kind in TITLE_ENDINGS:
        about = "突发事件" if event_code == "general" else event.removesuffix("事件")
        return f"{org}{about}{TITLE_ENDINGS[kind]}"
    if kind == "event":
        return f"{org}重大活动应急预案"
    if kind == "overall":
        return f"{org}突发事件总体应急预案"
    if event_code == "general":
        return f"{org}综合应急预案" if kind == "unit-overall" else f"{org}突发事件应急预案"
    return f"{org}{event.removesuffix('事件')}应急预案"
