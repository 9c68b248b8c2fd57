"""What the pages of an account show of staff: the way to leave."""

from flask import render_template, url_for

from drillreg.accounts.models import Account


def leaving_link(account: Account) -> str:
    """Lead from an account to leaving it, for the security administrator."""
    return _link(account, ".leaving")


def leaving_link_below(account: Account) -> str:
    """Lead from an account to leaving it, for the office above."""
    return _link(account, ".leaving_lower")


def _link(account: Account, endpoint: str) -> str:
    if account.disabled_at is not None:
        return ""
    url = url_for(f"staff{endpoint}", public_id=account.public_id)
    return render_template("staff/_leaving_panel.html", url=url)
