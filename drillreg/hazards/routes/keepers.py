"""Who answers for a site at which level, now and before; the history of a site."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.hazards.history import history_page
from drillreg.hazards.keeping import (
    LABELS,
    add_keeper,
    answers_on,
    change_keeper,
    get_keeper,
    keepers_of,
    read_keeper,
    tier_word,
)
from drillreg.hazards.models import HazardSite
from drillreg.hazards.queries import get_site
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.scope import SITE
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, ensure_may_on, may_on


def _editable(site_id: int) -> HazardSite:
    site = get_site(site_id, current_scope())
    ensure_may_on(Permission.EDIT_HAZARDS, SITE.code, site)
    return site


@bp.get("/hazards/<int:site_id>/keepers")
@requires(Permission.VIEW)
def keepers(site_id: int) -> str:
    """Show who answers and answered for a site, and ask for another one."""
    scope, today = current_scope(), clock.today()
    site = get_site(site_id, scope)
    found = keepers_of(site) if SITE.cut(scope, site) is None else ()
    return render_template(
        "hazards/keepers.html",
        site=site,
        keepers=[(each, tier_word(each), answers_on(each, today)) for each in found],
        tiers=code_list("keeper_tier").options(),
        form=form_view(from_on=today.isoformat(), replaces="1"),
        may_edit=site.voided_at is None and may_on(Permission.EDIT_HAZARDS, SITE.code, site),
        today=today,
    )


@bp.post("/hazards/<int:site_id>/keepers")
@requires(Permission.EDIT_HAZARDS)
@form_of(keepers)
@writes
def keepers_add(site_id: int) -> ResponseReturnValue:
    """Let somebody answer for a site, in place of who did or beside them."""
    site = _editable(site_id)
    facts = read_keeper(request.form, clock.today())
    replaces = FormReader(request.form).flag("replaces")
    add_keeper(site, facts, replaces=replaces, actor=current_actor(), now=clock.now())
    flash(translate(N_("%(name)s answers for this site now."), name=facts.name), "success")
    return see_other(url_for(".keepers", site_id=site.id))


@bp.get("/hazards/<int:site_id>/keepers/<int:keeper_id>")
@requires(Permission.EDIT_HAZARDS)
def keeper(site_id: int, keeper_id: int) -> str:
    """Show one who answers for a site, to correct or to end it."""
    site = _editable(site_id)
    found = get_keeper(keeper_id, site)
    return render_template(
        "hazards/keeper.html",
        site=site,
        keeper=found,
        tiers=code_list("keeper_tier").options(keep=found.tier),
        form=form_view(
            **{name: getattr(found, name) for name in LABELS}, row_version=found.row_version
        ),
    )


@bp.post("/hazards/<int:site_id>/keepers/<int:keeper_id>")
@requires(Permission.EDIT_HAZARDS)
@form_of(keeper)
@writes
def keeper_save(site_id: int, keeper_id: int) -> ResponseReturnValue:
    """Correct or end who answers for a site."""
    site = _editable(site_id)
    found = get_keeper(keeper_id, site)
    version = FormReader(request.form).integer("row_version", "") or 0
    change_keeper(
        site,
        found,
        read_keeper(request.form, clock.today()),
        row_version=version,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The changes are saved.")), "success")
    return see_other(url_for(".keepers", site_id=site.id))


@bp.get("/hazards/<int:site_id>/history")
@requires(Permission.VIEW)
def history(site_id: int) -> str:
    """Show who changed what of a site, when, from what to what."""
    scope = current_scope()
    site = get_site(site_id, scope)
    left = SITE.cut(scope, site)
    page = history_page(
        site,
        before=clock.day_begins(left) if left else None,
        on=clock.today(),
        cursor=request.args.get("after"),
    )
    return render_template("hazards/history.html", site=site, page=page)
