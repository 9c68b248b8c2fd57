"""What a county sets for itself, and what the environment of the installation says."""

from collections.abc import Sequence

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import NotAllowed, NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, pick, translate
from drillreg.office.environment import environment
from drillreg.office.forms import read_setting
from drillreg.office.operations import set_value
from drillreg.office.queries import get_setting, history_of, last_changes, setting_found
from drillreg.office.routes.blueprint import bp, chosen_owner, owners_for
from drillreg.office.rules import Setting, definitions, groups, text_of
from drillreg.orgs.models import Org


def _page(permission: Permission, edit: str) -> str:
    owners = owners_for(permission)
    owner = chosen_owner(owners)
    changes = {None: last_changes(None), owner.id: last_changes(owner)}
    mine = [each for each in definitions().values() if each.permission is permission]
    rows = [
        (each, setting_found(each.key, owner), changes[_key(each, owner)].get(each.key))
        for each in mine
    ]
    return render_template(
        "office/settings.html",
        owner=owner,
        owners=owners,
        groups=[(group, [row for row in rows if row[0].group == group.code]) for group in groups()],
        names={org.id: org for org in owners},
        shown=shown,
        edit="office.setting"
        if permission is Permission.MANAGE_SYSTEM
        else "office.security_setting",
        environment=environment() if permission is Permission.MANAGE_SYSTEM else (),
    )


def _key(setting: Setting, owner: Org) -> int | None:
    return None if setting.of_installation else owner.id


def shown(setting: Setting, value: object) -> str:
    """Return a value in words."""
    if value is None:
        return translate(N_("as above in the tree"))
    if isinstance(value, bool):
        return translate(N_("Yes")) if value else translate(N_("No"))
    text = "、".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{text} {pick(setting.unit)}".strip()


def _mine(key: str, permission: Permission, owners: Sequence[Org]) -> Setting:
    found = get_setting(key)
    if found.permission is not permission:
        raise NotFound(N_("There is no such setting."))
    if found.of_installation and all(org.parent_id is not None for org in owners):
        raise NotAllowed(N_("Only an administrator of a whole county sets this."))
    return found


def _edit(key: str, permission: Permission, save: str) -> str:
    owners = owners_for(permission)
    owner, setting = chosen_owner(owners), _mine(key, permission, owners)
    holder = None if setting.of_installation else owner
    found = setting_found(key, owner)
    own = not found.is_default and found.owner_org_id == (holder.id if holder else None)
    return render_template(
        "office/setting.html",
        setting=setting,
        owner=owner,
        holder=holder,
        found=found,
        above=setting.default if holder is None else _above(setting, owner),
        names={org.id: org for org in owners},
        history=history_of(key, holder),
        shown=shown,
        save=save,
        form=form_view(value=text_of(found.value), inherit="" if own else "1"),
    )


def _above(setting: Setting, owner: Org) -> object:
    parent = owner.path[: -len(f"{owner.id:08d}/")]
    return setting_found(setting.key, parent or None).value


def _save(key: str, permission: Permission, back: str) -> ResponseReturnValue:
    owners = owners_for(permission)
    owner, setting = chosen_owner(owners), _mine(key, permission, owners)
    holder = None if setting.of_installation else owner
    value = read_setting(setting, request.form)
    changed = set_value(setting, value, owner=holder, actor=current_actor(), now=clock.now())
    words = N_("“%(name)s” was saved.") if changed else N_("“%(name)s” stays as it was.")
    flash(translate(words, name=pick(setting.label)), "success")
    return see_other(url_for(back, org=owner.id))


@bp.get("/settings")
@requires(Permission.MANAGE_SYSTEM)
def settings() -> str:
    """Show what the county has set, what counts by default, and the environment."""
    return _page(Permission.MANAGE_SYSTEM, "office.setting")


@bp.get("/settings/<key>")
@requires(Permission.MANAGE_SYSTEM)
def setting(key: str) -> str:
    """Ask for the value of one setting and show what it was."""
    return _edit(key, Permission.MANAGE_SYSTEM, "office.save_setting")


@bp.post("/settings/<key>")
@requires(Permission.MANAGE_SYSTEM)
@form_of(setting)
@writes
def save_setting(key: str) -> ResponseReturnValue:
    """Set one setting."""
    return _save(key, Permission.MANAGE_SYSTEM, ".settings")


@bp.get("/security-settings")
@requires(Permission.MANAGE_ACCOUNTS)
def security_settings() -> str:
    """Show the settings that the security administrator decides."""
    return _page(Permission.MANAGE_ACCOUNTS, "office.security_setting")


@bp.get("/security-settings/<key>")
@requires(Permission.MANAGE_ACCOUNTS)
def security_setting(key: str) -> str:
    """Ask for the value of one setting of the security administrator."""
    return _edit(key, Permission.MANAGE_ACCOUNTS, "office.save_security_setting")


@bp.post("/security-settings/<key>")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(security_setting)
@writes
def save_security_setting(key: str) -> ResponseReturnValue:
    """Set one setting of the security administrator."""
    return _save(key, Permission.MANAGE_ACCOUNTS, ".security_settings")
