"""The trial itself: it runs on a folder that holds nothing, and on a small calendar."""

import json

import pytest

from tests.trial.__main__ import main

pytestmark = pytest.mark.one_database


def test_an_empty_folder_fails_nothing(tmp_path, capsys):
    assert main(tmp_path) == 0
    said = capsys.readouterr().out
    assert said.count("not there") > 10
    assert "FAIL" not in said


def test_a_calendar_comes_in_and_nothing_is_written_into_the_folder(tmp_path, capsys):
    folder = tmp_path / "calendar"
    folder.mkdir()
    days = [{"name": "国庆节", "date": "2026-10-01", "isOffDay": True}]
    (folder / "holiday-cn_2026.json").write_text(json.dumps({"year": 2026, "days": days}))
    before = sorted(tmp_path.rglob("*"))
    assert main(tmp_path) == 0
    assert "PASS  every day of the calendars in" in capsys.readouterr().out
    assert sorted(tmp_path.rglob("*")) == before
