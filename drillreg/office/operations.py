"""Changing what an office sets for itself; every change is a new row and stands in the trail."""

from dataclasses import dataclass
from datetime import datetime

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.codes import CodeItem, CodeList
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.i18n import N_
from drillreg.office.models import CodeOrder, LocalCode, SettingValue
from drillreg.office.queries import entries_of, list_at
from drillreg.office.reading import look_again, snapshot
from drillreg.office.rules import Setting, Value
from drillreg.orgs.models import Org
from drillreg.work.models import WorkItem
from drillreg.work.operations import ask_to_cancel

MOST_OWN_CODES = 200


def set_value(
    setting: Setting, value: Value | None, *, owner: Org | None, actor: Actor, now: datetime
) -> bool:
    """Give a setting a value, or None for what holds above; return whether that is a change."""
    if setting.of_installation != (owner is None):
        raise DomainError(N_("This setting does not belong to an organisation of that kind."))
    owner_id = owner.id if owner else None
    before = snapshot().settings.get(setting.key, {}).get(owner_id)
    if before == value:
        return False
    row = SettingValue(key=setting.key, owner_org_id=owner_id, value=value, **_entered(actor, now))
    db.session.add(row)
    db.session.flush()
    look_again()
    record(
        "setting-changed",
        subject_kind="setting",
        subject_id=row.id,
        actor=actor,
        now=now,
        org_id=owner_id,
        changes={setting.key: [before, value]},
        key=setting.key,
    )
    return True


def _entered(actor: Actor, now: datetime) -> dict[str, object]:
    return {"from_at": now, "set_by_id": actor.account_id, "set_by_name": actor.name}


@dataclass(frozen=True)
class Words:
    """What an entry is called, its national code, and the shipped entry it behaves like."""

    zh: str | None
    en: str | None = None
    gb_code: str | None = None
    like_code: str | None = None


def add_code(shipped: CodeList, words: Words, *, owner: Org, actor: Actor, now: datetime) -> str:
    """Add an entry of an office's own to a list and return its code."""
    _ensure(shipped.extend, N_("Entries cannot be added to this list: the program counts on it."))
    _ensure_unused(list_at(shipped.name, owner), words, but="")
    if shipped.items and shipped.items[0].attributes and shipped.get(words.like_code or "") is None:
        raise FormErrors([FieldError("like_code", N_("Choose which entry it behaves like."))])
    own = [code for code in entries_of(shipped.name, owner) if shipped.get(code) is None]
    if len(own) >= MOST_OWN_CODES:
        raise DomainError(N_("A list takes %(most)d own entries at most."), most=MOST_OWN_CODES)
    code = f"x{owner.id}-{len(own) + 1}"
    _write(shipped, code, words, hidden=False, owner=owner, actor=actor, now=now, before=None)
    return code


def change_code(
    shipped: CodeList, code: str, words: Words, *, owner: Org, actor: Actor, now: datetime
) -> None:
    """Word an entry otherwise; records keep its code, papers already issued keep their words."""
    item = _item(shipped, code, owner)
    _ensure(item.local or shipped.rename, N_("The words of this list are fixed by its source."))
    _ensure_unused(list_at(shipped.name, owner), words, but=code)
    kept = entries_of(shipped.name, owner).get(code)
    like = kept.like_code if kept else None
    words = Words(words.zh, words.en, words.gb_code, like)
    _write(shipped, code, words, hidden=item.hidden, owner=owner, actor=actor, now=now, before=item)


def show_code(
    shipped: CodeList, code: str, *, hidden: bool, owner: Org, actor: Actor, now: datetime
) -> None:
    """Offer an entry no more, or again; what was stored with it stays readable."""
    item = _item(shipped, code, owner)
    _ensure(shipped.extend, N_("The program counts on every entry of this list."))
    offered = list_at(shipped.name, owner).offered()
    if hidden and [each.code for each in offered] == [code]:
        raise DomainError(N_("At least one entry must stay to choose from."))
    kept = entries_of(shipped.name, owner).get(code)
    words = Words(
        kept.zh if kept else None,
        kept.en if kept else None,
        kept.gb_code if kept else None,
        kept.like_code if kept else None,
    )
    _write(shipped, code, words, hidden=hidden, owner=owner, actor=actor, now=now, before=item)


def reset_code(shipped: CodeList, code: str, *, owner: Org, actor: Actor, now: datetime) -> None:
    """Let the shipped words of an entry count again."""
    item = _item(shipped, code, owner)
    if item.local:
        raise DomainError(N_("An own entry has no shipped words. Hide it instead."))
    _write(shipped, code, Words(None), hidden=False, owner=owner, actor=actor, now=now, before=item)


def move_code(
    shipped: CodeList, code: str, *, step: int, owner: Org, actor: Actor, now: datetime
) -> None:
    """Move an entry one place up (-1) or down (1) among those the office sees."""
    _ensure(shipped.extend, N_("The order of this list has a meaning and stays."))
    _item(shipped, code, owner)
    codes = [item.code for item in list_at(shipped.name, owner)]
    at = codes.index(code)
    to = min(max(at + step, 0), len(codes) - 1)
    if at == to:
        return
    codes.insert(to, codes.pop(at))
    db.session.add(
        CodeOrder(
            list_name=shipped.name, owner_org_id=owner.id, codes=codes, **_entered(actor, now)
        )
    )
    db.session.flush()
    look_again()
    record(
        "codes-reordered",
        subject_kind="code-list",
        subject_id=None,
        actor=actor,
        now=now,
        org_id=owner.id,
        list=shipped.name,
        code=code,
    )


def _ensure(holds: bool, sentence: str) -> None:
    if not holds:
        raise DomainError(sentence)


def _item(shipped: CodeList, code: str, owner: Org) -> CodeItem:
    item = list_at(shipped.name, owner).get(code)
    if item is None or (item.local and code not in entries_of(shipped.name, owner)):
        raise DomainError(N_("This list has no such entry."))
    return item


def _ensure_unused(seen: CodeList, words: Words, *, but: str) -> None:
    taken = {item.label["zh"] for item in seen.offered() if item.code != but}
    if words.zh in taken:
        raise FormErrors([FieldError("zh", N_("The list already has an entry of this name."))])


def _write(
    shipped: CodeList,
    code: str,
    words: Words,
    *,
    hidden: bool,
    owner: Org,
    actor: Actor,
    now: datetime,
    before: CodeItem | None,
) -> None:
    row = LocalCode(
        list_name=shipped.name,
        owner_org_id=owner.id,
        code=code,
        zh=words.zh,
        en=words.en,
        gb_code=words.gb_code,
        like_code=words.like_code,
        hidden=hidden,
        **_entered(actor, now),
    )
    db.session.add(row)
    db.session.flush()
    look_again()
    after = list_at(shipped.name, owner).get(code)
    told = [_told(before), _told(after)]
    record(
        "code-added" if before is None else "code-changed",
        subject_kind="code-list",
        subject_id=row.id,
        actor=actor,
        now=now,
        org_id=owner.id,
        changes={
            name: [told[0].get(name), told[1].get(name)]
            for name in told[1]
            if told[0].get(name) != told[1].get(name)
        },
        list=shipped.name,
        code=code,
    )


def _told(item: CodeItem | None) -> dict[str, object]:
    if item is None:
        return {}
    return {**item.label, "gb_code": item.gb_code, "hidden": item.hidden}


def stop_work(item: WorkItem, *, actor: Actor, now: datetime) -> None:
    """Stop a piece of somebody's work: at once when it waits, at its next step when it runs."""
    ask_to_cancel(item, now=now)
    record(
        "work-stopped",
        subject_kind="work",
        subject_id=item.id,
        actor=actor,
        now=now,
        org_id=item.org_id,
        kind=item.kind,
    )
