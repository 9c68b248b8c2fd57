"""Marks that say who may call a view; `accounts.guard` enforces them before every request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
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
    REPORT_DANGERS = "report-dangers"
    ASSIGN_DANGERS = "assign-dangers"
    PLAN_PATROLS = "plan-patrols"
    PLAN_DRILLS = "plan-drills"
    RECORD_DRILLS = "record-drills"
    WRITE_REPORTS = "write-reports"
    APPROVE_REPORTS = "approve-reports"
    ASSIGN_TASKS = "assign-tasks"
    GRANT_ACCESS = "grant-access"
    KEEP_CONTACTS = "keep-contacts"
    KEEP_NUMBERS = "keep-numbers"
    KEEP_RULES = "keep-rules"
    RESET_ACCOUNTS = "reset-accounts"
    BIND_DEVICES = "bind-devices"
    MANAGE_ACCOUNTS = "manage-accounts"
    MANAGE_SYSTEM = "manage-system"
    READ_AUDIT = "read-audit"


class Everyone(StrEnum):
    """Marks of views that ask for no permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"


@dataclass(frozen=True)
class Holder:
    """To whom grants of a permission are given when they reach a person: account, organisations."""

    account_id: int
    org_ids: frozenset[int]
    permission: Permission


@dataclass(frozen=True)
class Reach:
    """Where a permission holds: paths of territorial subtrees, ids of supervising departments.

    `granted` names single records by kind and key; `former` the organisations that have left the
    territory, each with the day from which on it no longer belonged there.
    """

    paths: frozenset[str] = frozenset()
    overseers: frozenset[int] = frozenset()
    granted: frozenset[tuple[str, int]] = frozenset()
    former: frozenset[tuple[int, date]] = frozenset()
    holder: Holder | None = None


@dataclass(frozen=True)
class Actor:
    """Who is acting; stored with every change.

    Whoever acts for somebody keeps their own `account_id`, has the other's roles and reach, and a
    name that says both, which is how it stands in every record.
    """

    account_id: int
    person_id: int | None
    name: str
    org_id: int | None = None
    org_name: str = ""
    org_name_en: str = ""
    roles: frozenset[str] = frozenset()
    reach: Mapping[Permission, Reach] = field(default_factory=dict)
    address: str = ""
    acting_for_account_id: int | None = None
    acting_for_name: str = ""

    @property
    def account_ids(self) -> frozenset[int]:
        """Return the accounts behind this act: two eyes are not four where they overlap."""
        return frozenset({self.account_id, self.acting_for_account_id or self.account_id})

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


def devices_too(entry: Mapping[str, str] | None = None) -> Callable[[View], View]:
    """Mark a view as open to a bound phone as well, which reaches nothing else.

    `entry` names the fields of an entry, by marked words, that a phone which is no longer let in
    gets shown again, so that nothing of it is lost.
    """

    def mark(view: View) -> View:
        view.devices_too = entry or {}  # type: ignore[attr-defined]
        return view

    return mark


def current_actor() -> Actor:
    """Return the person making this request."""
    actor: Actor = g.actor
    return actor


def actor_or_none() -> Actor | None:
    """Return the person making this request, or None for anonymous."""
    actor: Actor | None = g.get("actor")
    return actor
