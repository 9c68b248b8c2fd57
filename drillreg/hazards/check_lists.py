"""Check lists: what is looked at on a kind of site, as versioned data, and what fails of it."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from drillreg.core.codes import code_list
from drillreg.i18n import pick

FOLDER = Path(__file__).parent / "data" / "check_lists"
GENERAL = "general"
YES, NO = "yes", "no"
# An office's own questions stand beside the items of a list under names of their own.
OWN = "own-"
OWN_WORDS = {YES: {"zh": "是", "en": "Yes"}, NO: {"zh": "否", "en": "No"}}

Words = dict[str, str]


@dataclass(frozen=True)
class CheckItem:
    """One thing to look at: `type` is yes-no, number, choice, text or photo.

    `answers` are the words of yes/no and of choices by code; `fails` the codes that are failures.
    A number fails below `least` or above `most`, both in `unit`.
    """

    key: str
    type: str
    label: Words
    answers: Mapping[str, Words] = field(default_factory=dict)
    fails: frozenset[str] = frozenset()
    unit: Words = field(default_factory=dict)
    least: float | None = None
    most: float | None = None

    @property
    def options(self) -> list[tuple[str, str]]:
        """The answers to choose from: (code, word in the language of the request)."""
        return [(code, pick(word)) for code, word in self.answers.items()]

    def has_failed(self, answer: Any) -> bool:
        """Say whether an answer is a failure."""
        if self.type == "number":
            below = self.least is not None and answer < self.least
            return below or (self.most is not None and answer > self.most)
        return answer in self.fails

    def answer_text(self, answer: Any, language: str | None = None) -> str:
        """Return an answer in words: in the language of the request, or in `language`."""

        def word(found: Words) -> str:
            return found[language] if language else pick(found)

        if self.type == "number":
            return f"{answer:g} {word(self.unit)}".strip()
        found = self.answers.get(str(answer))
        return word(found) if found else str(answer)

    def failure_in_words(self, answer: Any) -> str:
        """Return what failed as it is kept: in Chinese, the language of the record."""
        return f"{self.label['zh']}：{self.answer_text(answer, 'zh')}"


@dataclass(frozen=True)
class CheckList:
    """The items of one version of a list, which holds from the day `version`."""

    key: str
    title: Words
    source: str
    version: date
    items: Sequence[CheckItem]

    def get(self, key: str) -> CheckItem | None:
        """Return an item, or None."""
        return next((item for item in self.items if item.key == key), None)


@dataclass(frozen=True)
class _Shipped:
    """A list as its file has it: for which events, and its versions, the oldest first."""

    events: frozenset[str]
    versions: Sequence[CheckList]


def _item(entry: Mapping[str, Any]) -> CheckItem:
    kind = entry["type"]
    answers: dict[str, Words] = {}
    fails: set[str] = set()
    if kind == "yes-no":
        answers = {YES: entry["yes"], NO: entry["no"]}
        fails = {entry["fails"]}
    elif kind == "choice":
        answers = {each["code"]: {"zh": each["zh"], "en": each["en"]} for each in entry["choices"]}
        fails = {each["code"] for each in entry["choices"] if each.get("fails")}
    return CheckItem(
        key=entry["key"],
        type=kind,
        label={"zh": entry["zh"], "en": entry["en"]},
        answers=answers,
        fails=frozenset(fails),
        unit=entry.get("unit", {}),
        least=entry.get("least"),
        most=entry.get("most"),
    )


@cache
def _shipped() -> Mapping[str, _Shipped]:
    found = {}
    for path in sorted(FOLDER.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        versions = [
            CheckList(
                path.stem,
                data["title"],
                data["source"],
                version["from"],
                tuple(map(_item, version["item"])),
            )
            for version in data["version"]
        ]
        versions.sort(key=lambda each: each.version)
        found[path.stem] = _Shipped(frozenset(data["events"]), versions)
    return found


def _own(code: str, label: Words) -> CheckItem:
    return CheckItem(OWN + code, "yes-no", label, OWN_WORDS, frozenset({NO}))


def list_for(kind: str, on: date) -> CheckList:
    """Return the list by which sites of a kind are checked on a day, with the office's questions.

    A kind without a list of its own is checked by the general one; a day before the first version
    by the first.
    """
    item = code_list("hazard_kind").get(kind)
    event = item.attributes.get("event_type") if item else None
    shipped = _shipped()
    key = next((key for key, each in shipped.items() if event in each.events), GENERAL)
    versions = shipped[key].versions
    holding = [each for each in versions if each.version <= on] or versions[:1]
    own = [
        _own(question.code, question.label)
        for question in code_list("check_question").offered()
        if question.attributes.get("list") == key
    ]
    found = holding[-1]
    # Questions come before the free text and the photo that end a list.
    asked = [each for each in found.items if each.type not in {"text", "photo"}]
    ending = [each for each in found.items if each.type in {"text", "photo"}]
    return CheckList(key, found.title, found.source, found.version, (*asked, *own, *ending))


@dataclass(frozen=True)
class Answered:
    """One answer as it is shown: the item's words, the answer's words, whether it failed."""

    label: str
    text: str
    failed: bool


def kept_answers(found: CheckList, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers as a check keeps them: by which version, what, and what failed.

    The words of an office's own questions are kept with them, since offices may reword these.
    """
    failed = [
        item.key
        for item in found.items
        if item.key in answers and item.has_failed(answers[item.key])
    ]
    own = {
        item.key: dict(item.label)
        for item in found.items
        if item.key in answers and item.key.startswith(OWN)
    }
    kept: dict[str, Any] = {"list": found.key, "version": found.version.isoformat()}
    return kept | {"items": dict(answers), "failed": failed} | ({"own": own} if own else {})


def _version_of(kept: Mapping[str, Any]) -> CheckList | None:
    shipped = _shipped().get(str(kept.get("list")))
    versions = shipped.versions if shipped else ()
    day = kept.get("version")
    return next((each for each in versions if each.version.isoformat() == day), None)


def list_of(kept: Mapping[str, Any]) -> CheckList | None:
    """Return the version of the list by which answers were given; None when it is not there."""
    found = _version_of(kept)
    if found is None:
        return None
    own = [_own(key.removeprefix(OWN), label) for key, label in kept.get("own", {}).items()]
    return CheckList(found.key, found.title, found.source, found.version, (*found.items, *own))


def shown_answers(kept: Mapping[str, Any] | None) -> list[Answered]:
    """Return answers in words, in the order of the list, in the language of the request."""
    found = list_of(kept) if kept else None
    if found is None or not kept:
        return []
    items = kept["items"]
    return [
        Answered(
            pick(item.label), item.answer_text(items[item.key]), item.key in kept.get("failed", ())
        )
        for item in found.items
        if item.key in items
    ]


def failures(kept: Mapping[str, Any] | None, note: str) -> list[dict[str, str]]:
    """Return what an abnormal check found, item by item, as dangers are drafted from it.

    A check that says so in its note alone has one failure, "note".
    """
    found = list_of(kept) if kept else None
    failed = [
        {"item": item.key, "words": item.failure_in_words(kept["items"][item.key])}
        for item in (found.items if found and kept else ())
        if kept and item.key in kept.get("failed", ())
    ]
    return failed or ([{"item": "note", "words": note}] if note else [])
