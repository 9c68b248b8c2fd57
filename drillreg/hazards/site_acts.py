"""What becomes of a site as a whole: closed, opened again, merged, split, moved; each for a reason.

What ended keeps its page, its number and its checks; its evidence ends the day before.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.files.models import StoredFile
from drillreg.files.versions import Slot, add_version
from drillreg.hazards.models import HazardSite, SiteKeeper
from drillreg.hazards.operations import create_site, ensure_number_free
from drillreg.hazards.registering import note_sites
from drillreg.hazards.rules import SiteEnding, SiteFacts
from drillreg.hazards.scope import SITE
from drillreg.hazards.telling import CHANGED, CLOSED, MERGED, MOVED, SPLIT, tell
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.records import pass_grants
from drillreg.steps.operations import Addressee, add_step

SUBJECT = "hazard_site"
CLOSING_SLOT = "closing"
# What was split lives on in its parts.
REOPENED = frozenset({SiteEnding.CLOSED, SiteEnding.MERGED})


def _noted(
    code: str,
    site: HazardSite,
    reason: str,
    actor: Actor,
    now: datetime,
    to: Addressee | None = None,
    **detail: Any,
) -> None:
    """Write an act into the history of a site and into the trail."""
    add_step(
        code,
        subject_kind=SUBJECT,
        subject_id=site.id,
        org_id=site.org_id,
        actor=actor,
        now=now,
        remark=reason,
        to=to,
    )
    record(
        code,
        subject_kind=SUBJECT,
        subject_id=site.id,
        org_id=site.org_id,
        actor=actor,
        now=now,
        reason=reason,
        **detail,
    )


def ensure_stands(site: HazardSite) -> None:
    """Raise unless a site is in the ledger."""
    if site.voided_at is not None:
        raise DomainError(N_("%(site)s is not in the ledger any more."), site=site.name)


def _end(
    site: HazardSite, how: SiteEnding, reason: str, actor: Actor, now: datetime, today: date
) -> None:
    ensure_stands(site)
    site.voided_at, site.voided_by_id, site.void_reason = now, actor.account_id, reason
    site.ending, site.changed_at = how, now
    note_sites(HazardSite.id == site.id, day=today, now=now)


def close_site(
    site: HazardSite,
    *,
    reason: str,
    proof: StoredFile,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Take a site out of the ledger because its danger is gone; `proof` shows it."""
    _end(site, SiteEnding.CLOSED, reason, actor, now, today)
    add_version(Slot(SUBJECT, site.id, CLOSING_SLOT), proof, actor=actor, now=now)
    _noted("hazard-site-closed", site, reason, actor, now, file=proof.sha256)
    tell(CLOSED, [site.id], now=now, today=today)


def ensure_may_reopen(site: HazardSite) -> None:
    """Raise unless a site was closed or merged."""
    if site.ending not in REOPENED:
        raise DomainError(N_("Only a site that was closed or merged can be opened again."))


def reopen_site(site: HazardSite, *, reason: str, actor: Actor, now: datetime, today: date) -> None:
    """Put a site that was closed or merged back into the ledger."""
    ensure_may_reopen(site)
    site.voided_at = site.voided_by_id = site.void_reason = None
    site.ending = site.merged_into_id = None
    site.changed_at = now
    note_sites(HazardSite.id == site.id, day=today, now=now)
    _noted("hazard-site-reopened", site, reason, actor, now)
    tell(CHANGED, [site.id], now=now, today=today)


def merge_sites(
    site: HazardSite,
    others: Sequence[HazardSite],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Let one site stand for several: the others end and name it as what they became."""
    ensure_stands(site)
    if not others:
        raise DomainError(N_("Choose the sites that become part of this one."))
    if site.id in {each.id for each in others}:
        raise DomainError(N_("A site cannot be merged into itself."))
    for other in others:
        _end(other, SiteEnding.MERGED, reason, actor, now, today)
        other.merged_into_id = site.id
        to = Addressee(f"{site.number} {site.name}")
        _noted("hazard-site-merged", other, reason, actor, now, to, into=site.id)
    site.changed_at = now
    names = "、".join(f"{other.number} {other.name}" for other in others)
    ids = [other.id for other in others]
    _noted("hazard-site-took-in", site, f"{names}：{reason}", actor, now, others=ids)
    tell(MERGED, [site.id, *ids], now=now, today=today)


def split_site(
    site: HazardSite,
    parts: Sequence[tuple[SiteFacts, int | None]],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> list[HazardSite]:
    """Let several new sites of the same owner stand for one, which ends.

    `parts` are facts and division of each; who answers for the old site answers for the parts.
    """
    ensure_stands(site)
    if len(parts) < 2:
        raise DomainError(N_("A site is split into at least two."))
    _end(site, SiteEnding.SPLIT, reason, actor, now, today)
    made = []
    for facts, division_id in parts:
        part = create_site(
            facts=facts, org=site.org, division_id=division_id, actor=actor, now=now, today=today
        )
        part.split_from_id = site.id
        made.append(part)
    _copy_keepers(site, made, today)
    names = "、".join(f"{part.number} {part.name}" for part in made)
    ids = [part.id for part in made]
    _noted("hazard-site-split", site, f"{names}：{reason}", actor, now, parts=ids)
    tell(SPLIT, [site.id, *ids], now=now, today=today)
    return made


def _copy_keepers(site: HazardSite, parts: Sequence[HazardSite], today: date) -> None:
    keepers = db.session.scalars(
        select(SiteKeeper).where(SiteKeeper.site_id == site.id, SiteKeeper.to_on.is_(None))
    ).all()
    db.session.add_all(
        SiteKeeper(
            site_id=part.id,
            tier=each.tier,
            name=each.name,
            post=each.post,
            phone=each.phone,
            from_on=today,
        )
        for part in parts
        for each in keepers
    )


def facts_of(site: HazardSite) -> SiteFacts:
    """Return what a form would say about a site as it stands."""
    names = SiteFacts.__dataclass_fields__
    return SiteFacts(**{name: getattr(site, name) for name in names})


def part_of(site: HazardSite, **changed: Any) -> SiteFacts:
    """Return the facts of a part of a site: all of the whole but what is given."""
    whole = asdict(facts_of(site)) | {"outside_number": None, "wkb": None}
    return replace(SiteFacts(**whole), **changed)


def move_site(
    site: HazardSite,
    *,
    org: Org,
    number: str,
    row_version: int,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Make another organisation responsible for a site, from today on, under a number of its own.

    The old owner's evidence ends, the new one's begins; the checks so far stay where they count.
    """
    ensure_stands(site)
    if site.row_version != row_version:
        raise DomainError(N_("Somebody changed this site meanwhile. Look at it again."))
    if site.org_id == org.id:
        raise FormErrors([FieldError("org_id", N_("This organisation is responsible already."))])
    ensure_number_free(number, org, site.id)
    changes = {"org_id": [site.org_id, org.id], "number": [site.number, number]}
    old_name, old_id = site.org.name, site.org_id
    pass_grants(SITE.code, site.id, org)
    site.org_id, site.number, site.number_taken = org.id, number, number
    site.changed_at = now
    db.session.flush()
    note_sites(HazardSite.id == site.id, day=today, now=now)
    said = f"{old_name}：{reason}"
    to = Addressee(org.name, org_id=org.id)
    _noted("hazard-site-moved", site, said, actor, now, to, changes=changes, was=old_id)
    tell(MOVED, [site.id], now=now, today=today)
