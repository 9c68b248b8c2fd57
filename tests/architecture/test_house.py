"""House rules that hold over every file, each broken once on purpose to see it fail."""

import ast
import re
from pathlib import Path

import pytest

import drillreg
from drillreg.app import shipped_folder

pytestmark = pytest.mark.one_database

PACKAGE = Path(drillreg.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
TEMPLATES = sorted(shipped_folder("templates").rglob("*.html"))
BUDGETS = {"rules": 200, "models": 250, "queries": 300, "operations": 350, "routes": 300}


def named(path):
    return str(path.relative_to(PACKAGE.parent))


def test_only_one_place_commits():
    commits = [
        named(path)
        for path in SOURCES
        if re.search(r"session\(?\)?\.commit\(", path.read_text("utf-8"))
    ]
    assert commits == ["drillreg/core/db.py"]


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "services", "base", "misc"])
def test_no_module_is_a_drawer_for_anything(word):
    assert [named(p) for p in SOURCES if p.stem == word or p.parent.name == word] == []


def test_modules_stay_within_their_budget():
    fat = {
        named(path): len(path.read_text("utf-8").splitlines())
        for path in SOURCES
        if path.stem in BUDGETS and len(path.read_text("utf-8").splitlines()) > BUDGETS[path.stem]
    }
    assert fat == {}


def test_every_public_query_of_a_feature_takes_a_scope_or_an_actor():
    """Records already fetched in scope (an Org, a Drill …) may be asked about directly."""
    allowed_first = {"scope", "actor", "org", "site", "plan", "version", "drill", "report"}
    bare = []
    for feature in ("plans", "hazards", "drills", "reports", "maps"):
        path = PACKAGE / feature / "queries.py"
        for node in ast.parse(path.read_text("utf-8")).body if path.exists() else []:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                if re.match("ColumnElement|Select", ast.unparse(node.returns)):
                    continue  # a building block of statements, not a read
                names = {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}
                if not names & allowed_first and not node.name.endswith("_to_sweep"):
                    bare.append(f"{feature}.{node.name}")
    assert bare == []


def test_no_template_has_inline_style_or_script():
    found = [
        f"{path.name}: {match.group(0)}"
        for path in TEMPLATES
        if path.parent.name not in {"print"} and "<style" not in path.read_text("utf-8")
        for match in re.finditer(
            r'\sstyle="|\son(click|change|submit|load)=|<script(?![^>]*src=)',
            path.read_text("utf-8"),
        )
    ]
    assert found == []


def test_every_template_folder_belongs_to_a_package():
    folders = {path.parent.relative_to(shipped_folder("templates")).parts[0] for path in TEMPLATES}
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders - packages == {"shared"}


def test_every_template_says_what_it_needs():
    silent = [
        str(path.relative_to(shipped_folder("templates")))
        for path in TEMPLATES
        if not path.read_text("utf-8").startswith("{#")
    ]
    assert silent == []


def test_no_file_names_a_registry_or_this_machine():
    words = re.compile(r"pypi\.org|registry\.npmjs|pythonhosted|deb\.debian|(?<!\w)/(work|root)/")
    root = PACKAGE.parent
    tracked = [
        path
        for pattern in ("*.toml", "*.lock", "*.json", "Makefile", "*.md", ".ci/*", ".npmrc")
        for path in root.glob(pattern)
    ]
    found = [
        str(path.relative_to(root))
        for path in [*SOURCES, *TEMPLATES, *tracked]
        if path.is_file() and words.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_foreign_keys_point_down():
    """A table may only refer to tables of its own package or of packages below."""
    order = [
        "workdays", "work files audit", "orgs", "office", "accounts",
        "documents evidence fulltext notices imports steps", "tasks",
        "network resources duties signoffs", "staff", "hazards",
        "dangers exposures patrols", "plans",
        "books filings revisions", "drills", "maps", "reports", "supervision", "scheduler",
    ]  # fmt: skip
    rank = {name: at for at, level in enumerate(order) for name in level.split()}
    models = [
        (path.relative_to(PACKAGE).parts[0], path.read_text("utf-8"))
        for path in [*PACKAGE.glob("*/models.py"), *PACKAGE.glob("*/models/*.py")]
    ]
    home = {
        table: package
        for package, code in models
        for table in re.findall(r'__tablename__ = "(\w+)"', code)
    }
    upward = []
    for package, code in models:
        for target in re.findall(r'ForeignKey\("(\w+)\.', code):
            if rank[home[target]] > rank[package]:
                upward.append(f"{package} -> {target}")
    assert upward == []
