"""Where each permission of a person holds: by the roles held, by grants, by what lay there once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from drillreg.accounts.rules import roles
from drillreg.core.access import Holder, Permission, Reach


@dataclass(frozen=True)
class Granted:
    """A live grant as it reaches an account: by an organisation, or (None) by itself."""

    kind: str
    key: int
    permission: Permission
    org_id: int | None


def reach_of(
    assignments: Collection[tuple[str, str, int]],
    grants: Iterable[Granted] = (),
    *,
    account_id: int = 0,
    former: frozenset[tuple[int, date]] = frozenset(),
) -> dict[Permission, Reach]:
    """Return where each permission holds, from (role, organisation path, organisation id).

    A grant to an organisation reaches those whose role there is open to the permission, a grant
    to an account one whose roles are. `former` counts for viewing alone.
    """
    paths: dict[Permission, set[str]] = {}
    overseers: dict[Permission, set[int]] = {}
    for code, path, org_id in assignments:
        role = roles()[code]
        for permission in role.territory:
            paths.setdefault(permission, set()).add(path)
        for permission in role.overseen:
            overseers.setdefault(permission, set()).add(org_id)
    granted = _granted(assignments, grants)
    return {
        permission: Reach(
            frozenset(paths.get(permission, ())),
            frozenset(overseers.get(permission, ())),
            frozenset(granted.get(permission, ())),
            former if permission is Permission.VIEW else frozenset(),
            Holder(account_id, _orgs_open_to(assignments, permission), permission),
        )
        for permission in paths.keys() | overseers.keys() | granted.keys()
    }


def _orgs_open_to(
    assignments: Iterable[tuple[str, str, int]], permission: Permission
) -> frozenset[int]:
    return frozenset(
        org_id for code, _, org_id in assignments if permission in roles()[code].open_to
    )


def _granted(
    assignments: Collection[tuple[str, str, int]], grants: Iterable[Granted]
) -> dict[Permission, set[tuple[str, int]]]:
    found: dict[Permission, set[tuple[str, int]]] = {}
    for grant in grants:
        # Whoever may do more to a record may view it, too.
        for permission in {grant.permission, Permission.VIEW}:
            orgs = _orgs_open_to(assignments, permission)
            if orgs if grant.org_id is None else grant.org_id in orgs:
                found.setdefault(permission, set()).add((grant.kind, grant.key))
    return found
