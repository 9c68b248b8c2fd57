import re
from dataclasses import fields
from pathlib import Path

import pytest

import drillreg
from drillreg.config import SettingError, Settings, read_settings, with_secret

pytestmark = pytest.mark.one_database


def test_settings_come_from_the_environment():
    found = read_settings({"DRILLREG_HTTPS": "1", "DRILLREG_WEB_WORKERS": "3", "PATH": "/bin"})
    assert (found.https, found.web_workers) == (True, 3)


@pytest.mark.parametrize(
    ("name", "text"), [("DRILLREG_HTTPS", "maybe"), ("DRILLREG_WEB_WORKERS", "two")]
)
def test_a_value_that_cannot_be_read_stops_the_start_and_is_named(name, text):
    with pytest.raises(SettingError, match=name):
        read_settings({name: text})


def test_a_misspelt_setting_stops_the_start():
    with pytest.raises(SettingError, match="DRILLREG_HTPS"):
        read_settings({"DRILLREG_HTPS": "1"})


def test_the_secret_is_made_once_and_only_the_user_may_read_it(tmp_path):
    first = with_secret(Settings(data_dir=tmp_path))
    second = with_secret(Settings(data_dir=tmp_path))
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) > 40
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_every_setting_stands_in_the_readme():
    readme = (Path(drillreg.__file__).parents[1] / "README.md").read_text("utf-8")
    told = set(re.findall(r"`(DRILLREG_\w+)`", readme))
    assert told == {f"DRILLREG_{f.name.upper()}" for f in fields(Settings)}
