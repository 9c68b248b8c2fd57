"""Pages of accounts: signing in, one's own account, the list, phones, the first set-up."""

from drillreg.accounts.routes import (
    acting,
    below,
    mine,
    people,
    phones,
    second_step,
    setting_up,
    signing,
)
from drillreg.accounts.routes.blueprint import bp, people_bp

__all__ = [
    "acting",
    "below",
    "bp",
    "mine",
    "people",
    "people_bp",
    "phones",
    "second_step",
    "setting_up",
    "signing",
]
