"""What the browser gets: nothing inline, nothing from elsewhere, nothing newer than Chromium 86."""

import re
from pathlib import Path

import pytest

from drillreg.core.assets import ROOT

STATIC = ROOT / "drillreg" / "static"
TEMPLATES = sorted((ROOT / "templates" / "shared").glob("*.html"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
TOO_NEW_STYLE = re.compile(
    r"color-mix\(|:has\(|:is\(|@layer|@container|\binset:|aspect-ratio:|oklch\(|text-wrap"
)
TOO_NEW_SCRIPT = re.compile(r"\?\.\w|\?\?=|\|\|=|\.at\(|structuredClone|replaceAll|\bstatic \{")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_templates_hold_nothing_inline(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle=|\son\w+=\"|javascript:|<style", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_templates_ask_no_other_server(path: Path) -> None:
    assert not re.search(r"(src|href|action)=\"(https?:)?//", path.read_text("utf-8"))


def test_the_stylesheet_stays_below_chromium_87() -> None:
    text = re.sub(
        r"/\*.*?\*/", "", (STATIC / "css" / "drillreg.css").read_text("utf-8"), flags=re.S
    )
    assert not TOO_NEW_STYLE.findall(text)
    assert not re.search(r"url\(\"?https?:|@import", text)
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_scripts_are_plain_and_use_no_markup(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not TOO_NEW_SCRIPT.findall(text)
    assert not re.search(r"innerHTML|insertAdjacentHTML|\beval\(|new Function|https?://", text)


def test_every_icon_used_is_drawn() -> None:
    drawn = set(re.findall(r'id="i-(\w+)"', (ROOT / "templates/shared/_icons.html").read_text()))
    text = "".join(p.read_text("utf-8") for p in (ROOT / "templates").rglob("*.html"))
    used = set(re.findall(r'href="#i-(\w+)"', text)) | set(re.findall(r"ui\.icon\(\"(\w+)\"", text))
    assert used <= drawn
