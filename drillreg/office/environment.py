"""The settings of the environment as a page shows them: secrets are never written out."""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from sqlalchemy import make_url

from drillreg.config import PREFIX, Settings, settings

SECRET = frozenset({"secret_key", "tiles_key"})
HIDDEN = "••••••••"


@dataclass(frozen=True)
class Variable:
    """One setting of the environment: its name, what it is now, and what it means."""

    name: str
    value: str
    default: str
    meaning: dict[str, str]

    @property
    def is_default(self) -> bool:
        """Say whether nobody set it."""
        return self.value == self.default


@cache
def meanings() -> dict[str, dict[str, str]]:
    """Return what each setting of the environment means, from `data/environment.toml`."""
    path = Path(__file__).parent / "data" / "environment.toml"
    return tomllib.loads(path.read_text("utf-8"))


def environment() -> tuple[Variable, ...]:
    """Return every setting of the environment with secrets and passwords masked."""
    found = settings()
    return tuple(
        Variable(
            PREFIX + each.name.upper(),
            _text(each.name, getattr(found, each.name)),
            _text(each.name, each.default),
            meanings()[each.name],
        )
        for each in fields(Settings)
    )


def _text(name: str, value: object) -> str:
    if name in SECRET:
        return HIDDEN if value else ""
    if name == "database_url" and value:
        return make_url(str(value)).render_as_string(hide_password=True)
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
