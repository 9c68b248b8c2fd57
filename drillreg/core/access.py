"""Marks that say who may call a view; `accounts.guard` enforces them before every request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from flask import g

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """What a role can be allowed to do."""

    VIEW = "view"
    EDIT_ORGS = "edit-orgs"
    EDIT_PLANS = "edit-plans"
    ISSUE_PLANS = "issue-plans"
    EDIT_HAZARDS = "edit-hazards"
    LOG_CHECKS = "log-checks"
    PLAN_DRILLS = "plan-drills"
    RECORD_DRILLS = "record-drills"
    WRITE_REPORTS = "write-reports"
    APPROVE_REPORTS = "approve-reports"
    ASSIGN_TASKS = "assign-tasks"
    GRANT_ACCESS = "grant-access"
    KEEP_CONTACTS = "keep-contacts"
    KEEP_NUMBERS = "keep-numbers"
    MANAGE_ACCOUNTS = "manage-accounts"
    MANAGE_SYSTEM = "manage-system"
    READ_AUDIT = "read-audit"


class Everyone(StrEnum):
    """Marks of views that ask for no permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"


@dataclass(frozen=True)
class Reach:
    """Where a permission holds: paths of territorial subtrees, ids of supervising departments."""

    paths: frozenset[str] = frozenset()
    overseers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Actor:
    """Who is acting; stored with every change."""

    account_id: int
    person_id: int | None
    name: str
    org_id: int | None = None
    org_name: str = ""
    org_name_en: str = ""
    roles: frozenset[str] = frozenset()
    reach: dict[Permission, Reach] = field(default_factory=dict)
    address: str = ""

    def may(self, permission: Permission) -> bool:
        """Say whether the actor has the permission anywhere."""
        return permission in self.reach


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a view as needing `permission`."""

    def mark(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return mark


def signed_in(view: View) -> View:
    """Mark a view as open to everybody who is signed in."""
    view.access = Everyone.SIGNED_IN  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Mark a view as open to anyone, on purpose."""
    view.access = Everyone.PUBLIC  # type: ignore[attr-defined]
    return view


def current_actor() -> Actor:
    """Return the person making this request."""
    actor: Actor = g.actor
    return actor


def actor_or_none() -> Actor | None:
    """Return the person making this request, or None for anonymous."""
    actor: Actor | None = g.get("actor")
    return actor
