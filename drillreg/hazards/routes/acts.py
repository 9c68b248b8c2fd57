"""What becomes of a site as a whole: close, open again, merge, split, move; said before done."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import unit_of_work
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.core.page import name_of
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.files.operations import store
from drillreg.files.photos import CleanPhoto, clean_photo, store_photo
from drillreg.geo.shift import LABELS, ShiftedCrs
from drillreg.hazards.forms import read_reason
from drillreg.hazards.models import HazardSite
from drillreg.hazards.queries import get_site, suggested_number
from drillreg.hazards.related import sites_near, sites_with_ids
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.routes.places import OWNER_KINDS, Placed
from drillreg.hazards.rules import SiteFacts, number_after
from drillreg.hazards.scope import SITE
from drillreg.hazards.site_acts import (
    close_site,
    ensure_may_reopen,
    ensure_stands,
    merge_sites,
    move_site,
    part_of,
    reopen_site,
    split_site,
)
from drillreg.hazards.siting import read_spot
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds
from drillreg.orgs.scope import current_scope, current_scope_for, ensure_may, ensure_may_on

PDF = frozenset({"application/pdf"})
PARTS = range(2, 7)
PICTURES = (".jpg", ".jpeg", ".png", ".webp")


def _site(site_id: int) -> HazardSite:
    site = get_site(site_id, current_scope())
    ensure_may_on(Permission.EDIT_HAZARDS, SITE.code, site)
    return site


def _standing(site_id: int) -> HazardSite:
    site = _site(site_id)
    ensure_stands(site)
    return site


def _act() -> dict[str, Any]:
    return {"actor": current_actor(), "now": clock.now(), "today": clock.today()}


def _done(site: HazardSite, sentence: str) -> ResponseReturnValue:
    flash(translate(sentence), "success")
    return see_other(url_for(".show", site_id=site.id))


@bp.get("/hazards/<int:site_id>/close")
@requires(Permission.EDIT_HAZARDS)
def close(site_id: int) -> str:
    """Ask why a site is closed, and for the file that shows its danger is gone."""
    return render_template("hazards/close.html", site=_standing(site_id), form=form_view())


def _read_proof() -> tuple[str, bytes, CleanPhoto | None]:
    sent = request.files.get("proof")
    if sent is None or not sent.filename:
        raise FormErrors([FieldError("proof", N_("Choose the file that shows it."))])
    data = sent.read()
    is_photo = sent.filename.lower().endswith(PICTURES)
    return sent.filename, data, clean_photo(data, sent.filename) if is_photo else None


@bp.post("/hazards/<int:site_id>/close")
@requires(Permission.EDIT_HAZARDS)
@form_of(close)
@writes_itself
def close_now(site_id: int) -> ResponseReturnValue:
    """Close a site; a photo is cleaned before the write begins."""
    _standing(site_id)
    reason = read_reason(request.form)
    name, data, photo = _read_proof()
    with unit_of_work():
        site, how = _standing(site_id), _act()
        kept = {"org_id": site.org_id, "actor": how["actor"], "now": how["now"]}
        file = (
            store_photo(photo, **kept) if photo else store(data, name=name, media_types=PDF, **kept)
        )
        close_site(site, reason=reason, proof=file, **how)
        return _done(site, N_("The site is closed. It can still be read here with its checks."))


@bp.get("/hazards/<int:site_id>/reopen")
@requires(Permission.EDIT_HAZARDS)
def reopen(site_id: int) -> str:
    """Ask why a site is opened again."""
    site = _site(site_id)
    ensure_may_reopen(site)
    return render_template("hazards/reopen.html", site=site, form=form_view())


@bp.post("/hazards/<int:site_id>/reopen")
@requires(Permission.EDIT_HAZARDS)
@form_of(reopen)
@writes
def reopen_now(site_id: int) -> ResponseReturnValue:
    """Put a closed or merged site back into the ledger."""
    site = _site(site_id)
    ensure_may_reopen(site)
    reopen_site(site, reason=read_reason(request.form), **_act())
    return _done(site, N_("The site is in the ledger again."))


def _chosen(scope_ids: Sequence[str]) -> Sequence[HazardSite]:
    """Return the sites chosen to become part of another; raise when one is out of reach."""
    ids = {int(each) for each in scope_ids if each.isascii() and each.isdigit() and len(each) < 16}
    found = sites_with_ids(ids, current_scope_for(Permission.EDIT_HAZARDS))
    if len(found) != len(ids):
        raise DomainError(N_("One of the chosen sites is not in the ledger any more."))
    return found


@bp.get("/hazards/<int:site_id>/merge")
@requires(Permission.EDIT_HAZARDS)
def merge(site_id: int) -> str:
    """Ask which sites become part of this one; with some chosen, say what will happen."""
    site = _standing(site_id)
    form = form_view()
    asked = form.all_values("site") if form.failed else request.args.getlist("site")
    words = request.args.get("q", "")[:60]
    near = sites_near(site, current_scope_for(Permission.EDIT_HAZARDS), words=words)
    return render_template(
        "hazards/merge.html",
        site=site,
        near=near,
        chosen=_chosen(asked) if asked else (),
        words=words,
        form=form,
    )


@bp.post("/hazards/<int:site_id>/merge")
@requires(Permission.EDIT_HAZARDS)
@form_of(merge)
@writes
def merge_now(site_id: int) -> ResponseReturnValue:
    """Let one site stand for several."""
    site = _standing(site_id)
    others = _chosen(request.form.getlist("site"))
    merge_sites(site, others, reason=read_reason(request.form), **_act())
    return _done(site, N_("The sites are merged into this one."))


@bp.get("/hazards/<int:site_id>/split")
@requires(Permission.EDIT_HAZARDS)
def split(site_id: int) -> str:
    """Ask for the sites that one is split into."""
    site = _standing(site_id)
    number = suggested_number(site.org)
    values: dict[str, Any] = {"shift": ShiftedCrs.WGS84.value}
    count = _count_of_parts(request.args.get("parts") or request.form.get("parts", ""))
    for at in range(1, count + 1):
        values |= {f"number-{at}": number, f"name-{at}": f"{site.name}{at}"}
        values |= {f"lon-{at}": f"{site.lon:.6f}", f"lat-{at}": f"{site.lat:.6f}"}
        number = number_after(number)
    return render_template(
        "hazards/split.html",
        site=site,
        count=count,
        counts=list(PARTS),
        shifts=[(s.value, translate(LABELS[s])) for s in ShiftedCrs],
        form=form_view(**values),
    )


def _count_of_parts(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and int(text) in PARTS else PARTS[0]


def _read_part(site: HazardSite, at: int) -> tuple[SiteFacts, int | None]:
    """Return one part of a site as typed, and the division it lies in."""
    names = ("number", "name", "lon", "lat", "threatened_people", "threatened_households")
    fields = {name: request.form.get(f"{name}-{at}", "") for name in names}
    reader = FormReader({**fields, "shift": request.form.get("shift", "")})
    number = reader.text("number", translate(N_("Number")), required=True, max_length=60)
    name = reader.text("name", translate(N_("Name of the site")), required=True, max_length=120)
    people = reader.integer("threatened_people", translate(N_("People threatened")))
    households = reader.integer("threatened_households", translate(N_("Households threatened")))
    spot = read_spot(reader)
    if reader.errors or spot is None:
        raise FormErrors([replace(each, field=f"{each.field}-{at}") for each in reader.errors])
    placed = Placed(spot.lon, spot.lat)
    placed.ensure_editable()
    facts = part_of(
        site,
        number=number,
        name=name,
        name_en=None,
        lon=spot.lon,
        lat=spot.lat,
        source_crs="EPSG:4326" if spot.shift is ShiftedCrs.WGS84 else spot.shift.value,
        threatened_people=people,
        threatened_households=households,
        threatened_property=None,
    )
    return facts, placed.division.id if placed.division else None


@bp.post("/hazards/<int:site_id>/split")
@requires(Permission.EDIT_HAZARDS)
@form_of(split)
@writes
def split_now(site_id: int) -> ResponseReturnValue:
    """Let several new sites stand for one."""
    site = _standing(site_id)
    count = _count_of_parts(request.form.get("parts", ""))
    reason = read_reason(request.form)
    parts = [_read_part(site, at) for at in range(1, count + 1)]
    numbers = [facts.number for facts, _ in parts]
    for at, number in enumerate(numbers, 1):
        if number in numbers[: at - 1]:
            sentence = N_("The number %(number)s is used twice here.")
            raise FormErrors([FieldError(f"number-{at}", sentence, {"number": number})])
    split_site(site, parts, reason=reason, **_act())
    return _done(site, N_("The site is split. The new sites stand in the ledger."))


def _owners(site: HazardSite) -> list[tuple[int, str]]:
    found: Sequence[Org] = orgs_of_kinds(current_scope_for(Permission.EDIT_HAZARDS), OWNER_KINDS)
    return [(org.id, name_of(org)) for org in found if org.id != site.org_id]


@bp.get("/hazards/<int:site_id>/move")
@requires(Permission.EDIT_HAZARDS)
def move(site_id: int) -> str:
    """Ask who is responsible for a site from now on; with somebody chosen, say what follows."""
    site = _standing(site_id)
    form = form_view(org_id=request.args.get("org_id", ""), number=site.number)
    chosen = FormReader({"org_id": str(form.value("org_id"))}).integer("org_id", "")
    org = get_org(chosen, current_scope_for(Permission.EDIT_HAZARDS)) if chosen else None
    return render_template(
        "hazards/move.html",
        site=site,
        org=org,
        owners=_owners(site),
        suggested=suggested_number(org) if org else "",
        form=form,
    )


@bp.post("/hazards/<int:site_id>/move")
@requires(Permission.EDIT_HAZARDS)
@form_of(move)
@writes
def move_now(site_id: int) -> ResponseReturnValue:
    """Make another organisation responsible for a site."""
    site = _standing(site_id)
    reader = FormReader(request.form)
    label = translate(N_("Responsible organisation"))
    org_id = reader.integer("org_id", label, required=True)
    number = reader.text("number", translate(N_("Number")), required=True, max_length=60)
    version = reader.integer("row_version", "") or 0
    reader.finish()
    org = get_org(org_id or 0, current_scope())
    ensure_may(Permission.EDIT_HAZARDS, org)
    reason = read_reason(request.form)
    move_site(site, org=org, number=number, row_version=version, reason=reason, **_act())
    return _done(site, N_("Another organisation is responsible for the site now."))
