"""Typed settings, read once from the environment; a wrong value stops the start."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

PREFIX = "DRILLREG_"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingError(Exception):
    """A setting is missing or cannot be read; the text names it."""


@dataclass(frozen=True)
class Settings:
    """Everything an installation can set; each field is `DRILLREG_<NAME>` in the environment."""

    data_dir: Path = Path("instance")
    database_url: str = ""
    secret_key: str = ""
    public_url: str = "http://127.0.0.1:8000"
    bind: str = "127.0.0.1:8000"
    web_workers: int = 2
    timezone: str = "Asia/Shanghai"
    site_title_zh: str = "应急预案与演练管理"
    site_title_en: str = "Plans and drills"
    https: bool = False
    plain_http: bool = False
    tls_cert: str = ""
    tls_key: str = ""
    trusted_proxies: int = 0
    trusted_hosts: str = ""
    tiles_url: str = ""
    tiles_key: str = ""
    tiles_subdomains: str = ""
    tiles_credit: str = ""
    tiles_crs: str = "wgs84"
    session_idle_minutes: int = 30
    session_hours: int = 12
    upload_megabytes: int = 20
    sandbox_without_network_isolation: bool = False
    log_level: str = "INFO"

    def __post_init__(self) -> None:
        """Serving a certificate is HTTPS; half a certificate stops the start."""
        if bool(self.tls_cert) != bool(self.tls_key):
            raise SettingError(f"{PREFIX}TLS_CERT and {PREFIX}TLS_KEY go together")
        if self.tls_cert:
            object.__setattr__(self, "https", True)

    @property
    def is_loopback(self) -> bool:
        """Say whether only this very machine can reach the site."""
        bound = self.bind.rpartition(":")[0].strip("[]")
        return bound in LOOPBACK and urlsplit(self.public_url).hostname in LOOPBACK

    def url_of_database(self) -> str:
        """Return the database address: the one set, else SQLite in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'drillreg.sqlite'}"


def _read_bool(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("give 1 or 0")


READERS: dict[type, Callable[[str], Any]] = {int: int, bool: _read_bool, str: str, Path: Path}


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from an environment; raise SettingError naming the first bad one."""
    known = {PREFIX + f.name.upper(): f for f in fields(Settings)}
    values: dict[str, Any] = {}
    for name, text in environ.items():
        if not name.startswith(PREFIX) or name.startswith(PREFIX + "TEST_"):
            continue
        if name not in known:
            raise SettingError(f"{name} is not a setting of drillreg")
        try:
            values[known[name].name] = READERS[known[name].type](text)  # type: ignore[index]
        except ValueError as error:
            raise SettingError(f"{name}={text!r} cannot be read: {error}") from None
    return Settings(**values)


def with_secret(found: Settings) -> Settings:
    """Return settings that have a secret key, kept in the data folder when none was set."""
    if found.secret_key:
        return found
    keeper = found.data_dir / "secret_key"
    if not keeper.exists():
        keeper.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        keeper.touch(mode=0o600)
        keeper.write_text(secrets.token_urlsafe(48))
    values = {f.name: getattr(found, f.name) for f in fields(found)}
    return Settings(**{**values, "secret_key": keeper.read_text().strip()})


def settings() -> Settings:
    """Return the settings of the current application."""
    found: Settings = current_app.extensions["drillreg.settings"]
    return found
