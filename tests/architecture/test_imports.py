"""The layering rule of pyproject.toml, kept by the test run itself."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_database


def test_imports_only_point_downwards():
    # In a process of its own: import-linter reconfigures logging.
    tool = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run([tool], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
