"""What the system pages look after; it lies at no organisation."""

MAY_REFUSE: dict[str, str] = {}

PLACELESS = {
    "none": {},
    "setting": {"key": "drills.report-days"},
    "security-setting": {"key": "accounts.totp-for-everybody"},
    "code-list": {"name": "hazard_kind"},
    "code": {"name": "hazard_kind", "code": "landslide", "act": "hide"},
}


def things_at(org):
    """Return nothing: no setting or list is one organisation's own object."""
    return {}
