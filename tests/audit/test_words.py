"""Everything the trail can hold has words in both languages."""

import ast
import re
from collections.abc import Iterator

import pytest

from drillreg.core.assets import ROOT
from drillreg.core.codes import code_list
from drillreg.scheduler.jobs import JOBS

pytestmark = pytest.mark.one_database

CODE = re.compile(r"[a-z]+(-[a-z]+)+")


def recorded() -> Iterator[tuple[str, str, str]]:
    """Yield (file, what, code) of acts and kinds of subjects written in calls."""
    for path in sorted((ROOT / "drillreg").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if not re.search("record|audit|note", name):
                continue
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and CODE.fullmatch(str(first.value)):
                yield path.name, "audit_action", first.value
            for keyword in node.keywords:
                if keyword.arg == "subject_kind" and isinstance(keyword.value, ast.Constant):
                    yield path.name, "audit_subject", keyword.value.value


def test_acts_and_subjects_have_words() -> None:
    found = list(recorded())
    assert len(found) > 30
    wordless = [each for each in found if code_list(each[1]).get(each[2]) is None]
    assert wordless == []


def test_jobs_have_words() -> None:
    assert [job.name for job in JOBS if code_list("scheduled_job").get(job.name) is None] == []
