"""Photos of a site itself: added, one of them shown first, struck out for a reason."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, NotFound
from drillreg.files.photos import CleanPhoto, store_photo
from drillreg.hazards.models import HazardSite, SitePhoto
from drillreg.hazards.scope import SITE
from drillreg.hazards.site_acts import SUBJECT
from drillreg.i18n import N_
from drillreg.orgs.scope import OrgScope

MOST_AT_ONCE = 6
MOST = 60


def photos_of(site: HazardSite) -> Sequence[SitePhoto]:
    """Return the photos of a site that stand, the main one first, then the newest taken."""
    return db.session.scalars(
        select(SitePhoto)
        .where(SitePhoto.site_id == site.id, SitePhoto.voided_at.is_(None))
        .order_by(SitePhoto.is_main.desc(), SitePhoto.id.desc())
    ).all()


def photos_seen(site: HazardSite, scope: OrgScope) -> Sequence[SitePhoto]:
    """Return the photos as their reader may know them: none once the site left their territory."""
    return photos_of(site) if SITE.cut(scope, site) is None else ()


def get_site_photo(photo_id: int, site: HazardSite, scope: OrgScope) -> SitePhoto:
    """Return a photo of a site that stands and the reader sees, or raise NotFound."""
    if SITE.cut(scope, site) is not None:
        raise NotFound(N_("There is no such photo."))
    found = db.session.scalar(
        select(SitePhoto).where(
            SitePhoto.id == photo_id,
            SitePhoto.site_id == site.id,
            SitePhoto.voided_at.is_(None),
        )
    )
    if found is None:
        raise NotFound(N_("There is no such photo."))
    return found


def add_photos(
    site: HazardSite,
    photos: Sequence[CleanPhoto],
    *,
    caption: str,
    actor: Actor,
    now: datetime,
) -> list[SitePhoto]:
    """Keep cleaned photos of a site; the first there is becomes the main one."""
    standing = photos_of(site)
    if len(standing) + len(photos) > MOST:
        raise DomainError(N_("A site has at most %(most)d photos. Strike old ones out."), most=MOST)
    has_main = any(each.is_main for each in standing)
    made = []
    for photo in photos:
        file = store_photo(photo, org_id=site.org_id, actor=actor, now=now)
        made.append(
            SitePhoto(
                site_id=site.id,
                file_id=file.id,
                caption=caption or None,
                is_main=not has_main,
                added_at=now,
                added_by_name=actor.name,
            )
        )
        has_main = True
        _noted("hazard-photo-added", site, actor, now, file=file.sha256)
    db.session.add_all(made)
    db.session.flush()
    return made


def make_main(site: HazardSite, photo: SitePhoto, *, actor: Actor, now: datetime) -> None:
    """Show a photo first."""
    _no_main(site)
    photo.is_main = True
    _noted("hazard-photo-chosen", site, actor, now, photo=photo.id)


def _no_main(site: HazardSite) -> None:
    db.session.execute(
        update(SitePhoto)
        .where(SitePhoto.site_id == site.id, SitePhoto.is_main)
        .values(is_main=False)
    )


def strike_photo(
    site: HazardSite, photo: SitePhoto, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Take a photo off the page of a site; where it was the main one, the newest follows."""
    was_main = photo.is_main
    photo.voided_at, photo.voided_by_id, photo.void_reason = now, actor.account_id, reason
    photo.is_main = False
    db.session.flush()
    left = photos_of(site)
    if was_main and left:
        left[0].is_main = True
    _noted("hazard-photo-struck-out", site, actor, now, photo=photo.id, reason=reason)


def _noted(action: str, site: HazardSite, actor: Actor, now: datetime, **detail: str | int) -> None:
    record(
        action,
        subject_kind=SUBJECT,
        subject_id=site.id,
        org_id=site.org_id,
        actor=actor,
        now=now,
        **detail,  # type: ignore[arg-type]
    )
