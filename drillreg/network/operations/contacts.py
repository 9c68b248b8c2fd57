"""Changing posts: appoint, correct, verify, replace, end; each change leaves what was before."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from drillreg.accounts.models import Account, Person, Post
from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors, Stale
from drillreg.i18n import N_, translate
from drillreg.network.models import ContactCheck
from drillreg.network.queries.contacts import holder_on, posts_of
from drillreg.network.rules import ensure_span, has_one_holder, post_kinds_of
from drillreg.orgs.models import Org

SHOWN = {
    "name": N_("Name"),
    "kind": N_("Kind of post"),
    "title": N_("Job title"),
    "phone": N_("Mobile phone"),
    "other_phone": N_("Office phone"),
    "position": N_("Place in the list"),
}


@dataclass(frozen=True)
class PostFacts:
    """What a person may say about a post and who holds it."""

    name: str
    kind: str
    title: str
    phone: str | None = None
    other_phone: str | None = None
    position: int = 0
    deputy_of_id: int | None = None


def appoint(
    org: Org,
    facts: PostFacts,
    *,
    from_on: date,
    verified_on: date | None,
    actor: Actor | None,
    now: datetime,
    person: Person | None = None,
) -> Post:
    """Give a post of an organisation to somebody; a post of one holder must be free.

    Without `person` the holder is the one of that name already there, else somebody new.
    """
    _ensure_kind(org, facts.kind)
    _ensure_deputy(org, facts, from_on)
    if has_one_holder(facts.kind):
        held = holder_on(org, facts.kind, from_on)
        if held is not None:
            raise DomainError(
                N_("%(name)s holds this post. Replace them instead, so that the history stays."),
                name=held.person.name,
            )
    person = person or _person_at(org, facts, from_on)
    post = Post(
        person_id=person.id,
        org_id=org.id,
        from_on=from_on,
        kind=facts.kind,
        title=facts.title,
        phone=facts.phone,
        other_phone=facts.other_phone,
        position=facts.position,
        deputy_of_id=facts.deputy_of_id,
    )
    db.session.add(post)
    db.session.flush()
    record(
        "post-given",
        subject_kind="post",
        subject_id=post.id,
        org_id=org.id,
        actor=actor,
        now=now,
        changes={key: [None, value] for key, value in asdict(facts).items() if value},
        from_on=from_on,
    )
    if verified_on is not None and (post.phone or post.other_phone):
        verify(post, on=verified_on, actor=actor, now=now)
    return post


def _ensure_kind(org: Org, kind: str) -> None:
    if kind not in post_kinds_of(org.kind):
        raise FormErrors([FieldError("kind", N_("An organisation of this kind has no such post."))])


def _ensure_deputy(org: Org, facts: PostFacts, on: date) -> None:
    if facts.deputy_of_id is None:
        return
    if facts.deputy_of_id not in {post.id for post in posts_of(org, on=on)}:
        sentence = N_("The post deputised for is not held at this organisation.")
        raise FormErrors([FieldError("deputy_of_id", sentence)])


def _person_at(org: Org, facts: PostFacts, on: date) -> Person:
    """Return the person of that name who already has a post there, else a new one."""
    for post in posts_of(org, on=on):
        if post.person.name == facts.name:
            return post.person
    person = Person(name=facts.name, phone=facts.phone)
    db.session.add(person)
    db.session.flush()
    return person


def correct(
    post: Post,
    facts: PostFacts,
    *,
    row_version: int,
    verified_on: date | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Correct what is known of a post; a changed number counts as verified only when said so."""
    old = {key: _value(post, key) for key in asdict(facts)}
    if post.row_version != row_version:
        raise Stale(_shown(old), _shown(asdict(facts)))
    _ensure_kind(post.org, facts.kind)
    _ensure_deputy(post.org, facts, post.from_on)
    if facts.kind != post.kind and has_one_holder(facts.kind):
        other = holder_on(post.org, facts.kind, post.from_on)
        if other is not None and other.id != post.id:
            sentence = N_("%(name)s holds that post already.")
            raise FormErrors([FieldError("kind", sentence, {"name": other.person.name})])
    changes = {key: [old[key], new] for key, new in asdict(facts).items() if old[key] != new}
    _ensure_may_name(post, facts.name)
    for key in changes:
        if key == "name":
            post.person.name = facts.name
        else:
            setattr(post, key, getattr(facts, key))
    if {"phone", "other_phone"} & changes.keys():
        post.verified_on, post.verified_by = None, None
    record(
        "post-changed",
        subject_kind="post",
        subject_id=post.id,
        org_id=post.org_id,
        actor=actor,
        now=now,
        changes=changes,
    )
    if verified_on is not None:
        verify(post, on=verified_on, actor=actor, now=now)


def _ensure_may_name(post: Post, name: str) -> None:
    """Raise when a new name would be what somebody signs with: only they correct that."""
    if name == post.person.name:
        return
    held = select(Account.id).where(Account.person_id == post.person_id).limit(1)
    if db.session.scalar(held) is not None:
        sentence = N_(
            "%(name)s has an account and corrects the name there. Replace them if it is another"
            " person."
        )
        raise FormErrors([FieldError("name", sentence, {"name": post.person.name})])


def _value(post: Post, key: str) -> Any:
    return post.person.name if key == "name" else getattr(post, key)


def _shown(values: dict[str, Any]) -> dict[str, str]:
    return {
        translate(label): "" if values[key] is None else str(values[key])
        for key, label in SHOWN.items()
    }


def verify(post: Post, *, on: date, actor: Actor | None, now: datetime) -> None:
    """Note that somebody reached the holder of a post under their number."""
    phone = post.phone or post.other_phone
    if not phone:
        raise DomainError(N_("Without a phone number there is nothing to verify."))
    _ensure_held(post, on)
    name = actor.name if actor else ""
    post.verified_on, post.verified_by = on, name
    db.session.add(
        ContactCheck(
            org_id=post.org_id,
            post_id=post.id,
            phone=phone,
            checked_on=on,
            account_id=actor.account_id if actor else None,
            checked_by=name,
            recorded_at=now,
        )
    )
    record(
        "contact-verified",
        subject_kind="post",
        subject_id=post.id,
        org_id=post.org_id,
        actor=actor,
        now=now,
        on=on,
    )


def _ensure_held(post: Post, day: date) -> None:
    if post.to_on is not None and post.to_on <= day:
        raise DomainError(N_("%(name)s does not hold this post any more."), name=post.person.name)


def verify_all(org: Org, *, on: date, actor: Actor, now: datetime) -> int:
    """Note that every number of an organisation is right; return how many were noted."""
    done = 0
    for post in posts_of(org, on=on):
        if post.phone or post.other_phone:
            verify(post, on=on, actor=actor, now=now)
            done += 1
    if org.duty_phone:
        set_duty_phone(org, org.duty_phone, on=on, actor=actor, now=now)
        done += 1
    return done


def set_duty_phone(org: Org, phone: str, *, on: date, actor: Actor | None, now: datetime) -> None:
    """Note the 24-hour duty phone of an organisation, verified on a day."""
    changes = {} if org.duty_phone == phone else {"duty_phone": [org.duty_phone, phone]}
    org.duty_phone = phone
    db.session.add(
        ContactCheck(
            org_id=org.id,
            post_id=None,
            phone=phone,
            checked_on=on,
            account_id=actor.account_id if actor else None,
            checked_by=actor.name if actor else "",
            recorded_at=now,
        )
    )
    record(
        "duty-phone-verified",
        subject_kind="org",
        subject_id=org.id,
        org_id=org.id,
        actor=actor,
        now=now,
        changes=changes,
        on=on,
    )


def end(post: Post, *, to_on: date, actor: Actor, now: datetime) -> None:
    """End a post as of a day, from which on the holder does not have it any more."""
    if post.to_on is not None:
        raise DomainError(N_("%(name)s does not hold this post any more."), name=post.person.name)
    ensure_span(post.from_on, to_on)
    post.to_on = to_on
    record(
        "post-ended",
        subject_kind="post",
        subject_id=post.id,
        org_id=post.org_id,
        actor=actor,
        now=now,
        to_on=to_on,
    )


def replace(
    post: Post,
    facts: PostFacts,
    *,
    from_on: date,
    verified_on: date | None,
    actor: Actor,
    now: datetime,
) -> Post:
    """End a post and give it to somebody else on the same day, in one act."""
    ensure_span(from_on, None, not_before=post.from_on)
    if facts.name == post.person.name:
        sentence = N_("%(name)s holds this post already.")
        raise FormErrors([FieldError("name", sentence, {"name": facts.name})])
    end(post, to_on=from_on, actor=actor, now=now)
    db.session.flush()
    return appoint(post.org, facts, from_on=from_on, verified_on=verified_on, actor=actor, now=now)


def strike_out(post: Post, *, reason: str, actor: Actor, now: datetime) -> None:
    """Strike out a post that was entered by mistake; it never counted."""
    post.voided_at, post.voided_by_id, post.void_reason = now, actor.account_id, reason
    record(
        "post-voided",
        subject_kind="post",
        subject_id=post.id,
        org_id=post.org_id,
        actor=actor,
        now=now,
        reason=reason,
    )


def reveal(post: Post, *, actor: Actor, now: datetime) -> None:
    """Record that somebody who only sees hidden numbers looked at one."""
    record(
        "contact-revealed",
        subject_kind="post",
        subject_id=post.id,
        org_id=post.org_id,
        actor=actor,
        now=now,
    )
