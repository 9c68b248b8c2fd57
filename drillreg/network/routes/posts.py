"""Posts: appointing, correcting, verifying, replacing, ending, looking at a hidden number."""

from datetime import date
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts.models import Post
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, is_htmx, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.network.forms.contacts import EndForm, PostForm
from drillreg.network.operations.contacts import (
    appoint,
    correct,
    end,
    replace,
    reveal,
    strike_out,
    verify,
)
from drillreg.network.queries.contacts import get_post, posts_of
from drillreg.network.queries.rosters import duties_ahead
from drillreg.network.routes.blueprints import contacts_bp as bp
from drillreg.network.routes.book import kept_org
from drillreg.network.rules import post_kinds_of
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope, ensure_may


def _form_context(org: Org, but: Post | None = None) -> dict[str, Any]:
    held = posts_of(org, on=clock.today())
    return {
        "org": org,
        "kinds": [(code, code_label(code, "post_kind")) for code in post_kinds_of(org.kind)],
        "deputy_of": [
            (post.id, f"{post.title} {post.person.name}")
            for post in held
            if but is None or post.id != but.id
        ],
        "today": clock.today(),
    }


def _kept(post_id: int) -> Post:
    post = get_post(post_id, current_scope())
    ensure_may(Permission.KEEP_CONTACTS, post.org)
    return post


def _verified_on(form: PostForm, today: date) -> date | None:
    return today if form.verified else None


def _back_to(org_id: int) -> ResponseReturnValue:
    return see_other(url_for("contacts.of_org", org_id=org_id))


@bp.get("/orgs/<int:org_id>/contacts/new")
@requires(Permission.KEEP_CONTACTS)
def new(org_id: int) -> str:
    """Ask who has a post of an organisation."""
    org = kept_org(org_id)
    form = form_view(
        kind=request.args.get("kind", ""), from_on=clock.today().isoformat(), verified="1"
    )
    return render_template("network/post_form.html", post=None, form=form, **_form_context(org))


@bp.post("/orgs/<int:org_id>/contacts/new")
@requires(Permission.KEEP_CONTACTS)
@form_of(new)
@writes
def create(org_id: int) -> ResponseReturnValue:
    """Give a post to somebody."""
    org, today = kept_org(org_id), clock.today()
    form = PostForm.read(request.form, org=org, today=today)
    appoint(
        org,
        form.facts,
        from_on=form.from_on,
        verified_on=_verified_on(form, today),
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("%(name)s was entered."), name=form.facts.name), "success")
    return _back_to(org_id)


@bp.get("/contacts/<int:post_id>/edit")
@requires(Permission.KEEP_CONTACTS)
def edit(post_id: int) -> str:
    """Ask for corrections to a post."""
    post = _kept(post_id)
    names = ("kind", "title", "phone", "other_phone", "position", "deputy_of_id", "row_version")
    form = form_view(
        **{name: getattr(post, name) for name in names},
        name=post.person.name,
        from_on=post.from_on.isoformat(),
    )
    return render_template(
        "network/post_form.html", post=post, form=form, **_form_context(post.org, post)
    )


@bp.post("/contacts/<int:post_id>/edit")
@requires(Permission.KEEP_CONTACTS)
@form_of(edit)
@writes
def save(post_id: int) -> ResponseReturnValue:
    """Correct a post."""
    post, today = _kept(post_id), clock.today()
    form = PostForm.read(request.form, org=post.org, today=today)
    correct(
        post,
        form.facts,
        row_version=form.row_version,
        verified_on=_verified_on(form, today),
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The changes were saved.")), "success")
    return _back_to(post.org_id)


@bp.post("/contacts/<int:post_id>/verify")
@requires(Permission.KEEP_CONTACTS)
@writes
def verify_now(post_id: int) -> ResponseReturnValue:
    """Note that a number is right; the line of the list is answered to HTMX."""
    post, today = _kept(post_id), clock.today()
    verify(post, on=today, actor=current_actor(), now=clock.now())
    flash(translate(N_("%(name)s: the number was noted as right."), name=post.person.name))
    return _back_to(post.org_id)


@bp.get("/contacts/<int:post_id>/replace")
@requires(Permission.KEEP_CONTACTS)
def replacing(post_id: int) -> str:
    """Ask who follows the holder of a post, and show what they still have open."""
    post = _kept(post_id)
    form = form_view(
        kind=post.kind,
        title=post.title,
        other_phone=post.other_phone,
        position=post.position,
        deputy_of_id=post.deputy_of_id,
        from_on=clock.today().isoformat(),
        verified="1",
    )
    return render_template(
        "network/replace.html",
        post=post,
        form=form,
        duties=duties_ahead(post.person_id, post.org, today=clock.today()),
        **_form_context(post.org, post),
    )


@bp.post("/contacts/<int:post_id>/replace")
@requires(Permission.KEEP_CONTACTS)
@form_of(replacing)
@writes
def replace_now(post_id: int) -> ResponseReturnValue:
    """End a post and give it to the next holder in one act."""
    post, today = _kept(post_id), clock.today()
    form = PostForm.read({**request.form.to_dict(), "kind": post.kind}, org=post.org, today=today)
    replace(
        post,
        form.facts,
        from_on=form.from_on,
        verified_on=_verified_on(form, today),
        actor=current_actor(),
        now=clock.now(),
    )
    flash(
        translate(
            N_("%(new)s follows %(old)s since %(day)s."),
            new=form.facts.name,
            old=post.person.name,
            day=form.from_on.isoformat(),
        ),
        "success",
    )
    return _back_to(post.org_id)


@bp.get("/contacts/<int:post_id>/end")
@requires(Permission.KEEP_CONTACTS)
def ending(post_id: int) -> str:
    """Ask since when nobody, or nobody there, has a post."""
    post = _kept(post_id)
    return render_template(
        "network/end.html",
        post=post,
        org=post.org,
        duties=duties_ahead(post.person_id, post.org, today=clock.today()),
        form=form_view(to_on=clock.today().isoformat()),
        today=clock.today(),
    )


@bp.post("/contacts/<int:post_id>/end")
@requires(Permission.KEEP_CONTACTS)
@form_of(ending)
@writes
def end_now(post_id: int) -> ResponseReturnValue:
    """End a post, or strike it out when it was entered by mistake."""
    post = _kept(post_id)
    form = EndForm.read(request.form, today=clock.today())
    if form.mistake:
        strike_out(post, reason=form.reason, actor=current_actor(), now=clock.now())
    else:
        end(post, to_on=form.to_on, actor=current_actor(), now=clock.now())
    flash(translate(N_("The post was ended. The history keeps it.")), "success")
    return _back_to(post.org_id)


@bp.post("/contacts/<int:post_id>/reveal")
@requires(Permission.VIEW)
@writes
def reveal_number(post_id: int) -> ResponseReturnValue:
    """Show a hidden number to somebody who needs it, and record who looked."""
    post = get_post(post_id, current_scope())
    reveal(post, actor=current_actor(), now=clock.now())
    template = "network/_revealed.html" if is_htmx() else "network/revealed.html"
    return render_template(template, post=post)
