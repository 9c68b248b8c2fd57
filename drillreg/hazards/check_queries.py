"""Reading checks within a scope for their pages: what was answered before, a page of a book."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.files.models import StoredFile
from drillreg.hazards.models import CheckSheet, HazardCheck, HazardSite
from drillreg.hazards.queries import SiteFilter, conditions, get_check
from drillreg.hazards.scope import SITE
from drillreg.hazards.standing import is_standing
from drillreg.i18n import N_
from drillreg.orgs.models import Division, Org
from drillreg.orgs.scope import OrgScope

# So many sites stand on one page of a book.
MOST_SITES = 60


def numbers_before(site: HazardSite) -> dict[str, Any]:
    """Return the answers of the last check of a site that had any, by item."""
    kept = db.session.scalar(
        select(HazardCheck.answers)
        .where(HazardCheck.site_id == site.id, HazardCheck.answers.is_not(None))
        .order_by(HazardCheck.checked_on.desc(), HazardCheck.id.desc())
        .limit(1)
    )
    return dict(kept["items"]) if kept else {}


def check_with_site(check_id: int, scope: OrgScope) -> HazardCheck:
    """Return a check with its site and that site's places, or raise NotFound out of scope."""
    check = get_check(check_id, scope)
    db.session.refresh(check.site, ["org", "division"])
    return check


def sheet_of(check: HazardCheck, scope: OrgScope) -> CheckSheet | None:
    """Return the page of the paper book a check stands on, where it is in scope."""
    return db.session.scalar(
        select(CheckSheet)
        .join(CheckSheet.org)
        .where(CheckSheet.id == check.sheet_id, scope.allows())
    )


def get_sheet(sheet_id: int, scope: OrgScope) -> CheckSheet:
    """Return a page of a paper book with its organisation and photo, or raise NotFound."""
    found = db.session.scalar(
        select(CheckSheet)
        .join(CheckSheet.org)
        .options(contains_eager(CheckSheet.org), joinedload(CheckSheet.file))
        .where(CheckSheet.id == sheet_id, scope.allows())
    )
    if found is None:
        raise NotFound(N_("There is no such sheet."))
    return found


def sheet_photo(sheet_id: int, scope: OrgScope) -> StoredFile:
    """Return the photo of a page of a paper book, or raise NotFound out of scope."""
    return get_sheet(sheet_id, scope).file


def sites_of_book(
    org: Org, scope: OrgScope, *, today: date, after: int = 0
) -> Sequence[HazardSite]:
    """Return the sites below an organisation or in its division, one more than a page has."""
    wanted = SiteFilter(within=org)
    return db.session.scalars(
        select(HazardSite)
        .join(HazardSite.org)
        .options(
            contains_eager(HazardSite.org),
            joinedload(HazardSite.division).joinedload(Division.parent),
        )
        .where(*conditions(wanted, scope, today), HazardSite.id > after)
        .order_by(HazardSite.id)
        .limit(MOST_SITES + 1)
    ).all()


def sheets_of_book(org: Org, *, from_on: date, until_on: date) -> Sequence[CheckSheet]:
    """Return the pages entered for an organisation, read in scope, that touch some days."""
    return db.session.scalars(
        select(CheckSheet)
        .where(
            CheckSheet.org_id == org.id,
            CheckSheet.from_on <= until_on,
            CheckSheet.until_on >= from_on,
        )
        .order_by(CheckSheet.id.desc())
        .limit(20)
    ).all()


def sites_of_cells(ids: Collection[int], scope: OrgScope) -> dict[int, HazardSite]:
    """Return the standing sites in scope among some, by key, each with its organisation."""
    found = db.session.scalars(
        select(HazardSite)
        .join(HazardSite.org)
        .options(contains_eager(HazardSite.org))
        .where(HazardSite.id.in_(sorted(ids)), SITE.within(scope), is_standing())
    )
    return {site.id: site for site in found}


def days_checked(
    sites: Collection[HazardSite], scope: OrgScope, *, from_on: date, until_on: date
) -> set[tuple[int, date]]:
    """Return the days on which sites, read within the scope, were checked, as (site, day)."""
    if not sites:
        return set()
    rows = db.session.execute(
        select(HazardCheck.site_id, HazardCheck.checked_on)
        .join(HazardCheck.site)
        .join(HazardSite.org)
        .where(
            HazardCheck.site_id.in_([site.id for site in sites]),
            HazardCheck.checked_on.between(from_on, until_on),
            scope.allows_record(SITE.code, HazardSite.id, dated=HazardCheck.checked_on),
        )
        .group_by(HazardCheck.site_id, HazardCheck.checked_on)
    )
    return {(row[0], row[1]) for row in rows}


def checks_on_sheet(sheet: CheckSheet, scope: OrgScope) -> Sequence[tuple[HazardSite, int]]:
    """Return the sites on a page of a book that are in scope, with how many days were ticked."""
    rows = db.session.execute(
        select(HazardSite, func.count())
        .join(HazardCheck, HazardCheck.site_id == HazardSite.id)
        .join(HazardSite.org)
        .where(HazardCheck.sheet_id == sheet.id, SITE.within(scope))
        .group_by(HazardSite.id)
        .order_by(HazardSite.id)
    )
    return [(row[0], int(row[1])) for row in rows]
