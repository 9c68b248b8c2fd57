"""The Chinese catalogue is complete to the last string, and holds nothing else."""

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import drillreg
from drillreg.app import shipped_folder
from drillreg.i18n import TRANSLATIONS

pytestmark = pytest.mark.one_database

KEYWORDS = {"N_": None, "_": None, "gettext": None, "translate": None}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sdfg]|%\((\w+)\)\.\d[fg]")


def messages_in_use():
    """Return every marked sentence and where it stands."""
    found = {}
    sources = [
        (Path(drillreg.__file__).parent, [("**.py", "python")]),
        (shipped_folder("templates"), [("**.html", "jinja2")]),
    ]
    for folder, methods in sources:
        options = {"**.html": {"trimmed": "false"}}
        for name, line, message, _, _ in extract_from_dir(
            str(folder), methods, options, keywords=KEYWORDS
        ):
            if isinstance(message, str):
                found.setdefault(message, f"{name}:{line}")
    return found


@pytest.fixture(scope="module")
def catalogue():
    entries = {}
    for path in sorted((TRANSLATIONS / "zh_Hans_CN" / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as reader:
            for message in read_po(reader, locale="zh_Hans_CN", abort_invalid=True):
                if message.id:
                    entries.setdefault(message.id, []).append((path.stem, message))
    return entries


def test_every_sentence_has_its_chinese(catalogue):
    missing = {
        text: place
        for text, place in messages_in_use().items()
        if text not in catalogue or not catalogue[text][0][1].string
    }
    assert missing == {}


def test_no_entry_stands_in_two_catalogues(catalogue):
    assert {i: [d for d, _ in found] for i, found in catalogue.items() if len(found) > 1} == {}


def test_no_entry_is_left_over(catalogue):
    used = messages_in_use()
    assert [f"{found[0][0]}: {i}" for i, found in catalogue.items() if i not in used] == []


def test_nothing_is_fuzzy(catalogue):
    assert [i for i, found in catalogue.items() if found[0][1].fuzzy] == []


def test_placeholders_agree(catalogue):
    def names(text):
        return Counter(a or b for a, b in PLACEHOLDER.findall(text))

    assert [
        i for i, found in catalogue.items() if set(names(found[0][1].string)) != set(names(i))
    ] == []


def test_chinese_uses_chinese_punctuation(catalogue):
    odd = [
        f"{i} → {found[0][1].string}"
        for i, found in catalogue.items()
        if re.search(r"[\u4e00-\u9fff][,;:!?](?!\d)", found[0][1].string)
        or "！" in found[0][1].string
    ]
    assert odd == []
