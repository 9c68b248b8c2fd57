"""Pages of accounts: signing in, one's own account, the list, phones, the first set-up."""

from drillreg.accounts.routes import (
    acting,
    below,
    doors,
    mine,
    people,
    phones,
    roles,
    second_step,
    setting_up,
    signing,
)
from drillreg.accounts.routes.blueprint import bp, people_bp

__all__ = [
    "acting",
    "below",
    "bp",
    "doors",
    "mine",
    "people",
    "people_bp",
    "phones",
    "roles",
    "second_step",
    "setting_up",
    "signing",
]
