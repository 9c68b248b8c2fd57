"""What a check of the installation finds: a state, a sentence, and what to do about it."""

from dataclasses import dataclass, field
from typing import Any

from drillreg.i18n import N_, translate

LABELS = {
    "database": N_("Database"),
    "durability": N_("Durability"),
    "roles": N_("Database role"),
    "clock": N_("Clock"),
    "background": N_("Background process"),
    "work": N_("Work queue"),
    "disk": N_("Disk"),
    "data folder": N_("Data folder"),
    "https": N_("Encryption"),
    "certificate": N_("Certificate"),
    "sandbox": N_("Reading of files"),
    "fonts": N_("Fonts"),
    "user": N_("User of the process"),
    "backup": N_("Backup"),
    "calendar": N_("Calendar"),
    "trail": N_("Audit trail"),
    "map": N_("Map"),
}


@dataclass(frozen=True)
class Check:
    """One thing looked at: well, worth a warning, or broken; and what to do.

    `message` and `mend` are marked sentences; `url` is the page on which it can be mended.
    """

    name: str
    state: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)
    mend: str = ""
    url: str = ""

    @property
    def text(self) -> str:
        """Return finding and remedy in English, for the command line."""
        found = self.message % self.params
        return f"{found} {self.mend % self.params}" if self.mend else found

    @property
    def label(self) -> str:
        """Return what was looked at, in the language of the request."""
        return translate(LABELS.get(self.name, self.name))

    @property
    def finding(self) -> str:
        """Return what was found, in the language of the request."""
        return translate(self.message, **self.params)

    @property
    def remedy(self) -> str:
        """Return what to do, in the language of the request."""
        return translate(self.mend, **self.params) if self.mend else ""


def ok(name: str, message: str, url: str = "", **params: Any) -> Check:
    """Return a check that passed."""
    return Check(name, "ok", message, params, "", url)


def warn(name: str, message: str, mend: str, url: str = "", **params: Any) -> Check:
    """Return a check that an office should look at."""
    return Check(name, "warn", message, params, mend, url)


def bad(name: str, message: str, mend: str, url: str = "", **params: Any) -> Check:
    """Return a check that failed."""
    return Check(name, "bad", message, params, mend, url)
