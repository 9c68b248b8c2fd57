"""The contact book, and the contacts of one organisation."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts.models import Post
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.masking import masked_phone
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.documents.answer import pdf_answer
from drillreg.i18n import N_, translate
from drillreg.network.forms.contacts import read_book_filter, read_duty_phone
from drillreg.network.operations.contacts import set_duty_phone, verify_all
from drillreg.network.papers import book_paper
from drillreg.network.queries.contacts import (
    book_count,
    book_page,
    checks_of,
    duty_phone_check,
    past_posts_of,
    posts_of,
    whole_book,
)
from drillreg.network.queries.rosters import on_duty_now
from drillreg.network.routes.blueprints import contacts_bp as bp
from drillreg.network.rules import asked_of, is_stale, stale_before
from drillreg.orgs.choices import place_options
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import (
    OrgScope,
    current_scope,
    current_scope_for,
    ensure_may,
    may_here,
)
from drillreg.sheets.export import send_rows

COLUMNS = (
    N_("Organisation name"),
    N_("Kind"),
    N_("Kind of post"),
    N_("Job title"),
    N_("Name"),
    N_("Mobile phone"),
    N_("Office phone"),
    N_("Duty phone"),
    N_("Since"),
    N_("Verified on"),
)


def kept_among(org_ids: Any) -> frozenset[int]:
    """Return at which organisations the person making this request keeps the contacts."""
    return current_scope_for(Permission.KEEP_CONTACTS).among(org_ids)


@bp.get("/contacts")
@requires(Permission.VIEW)
def index() -> str:
    """Show the contact book of one's reach."""
    scope, today = current_scope(), clock.today()
    wanted = read_book_filter(request.args, scope)
    page = book_page(wanted, scope, today=today, cursor=request.args.get("after"))
    return render_template(
        "network/book.html",
        page=page,
        total=book_count(wanted, scope, today=today),
        wanted=wanted,
        kept=kept_among(post.org_id for post in page.rows),
        masked=masked_phone,
        stale=lambda day: is_stale(day, today),
        places=place_options(scope, wanted.within),
        stale_before=stale_before(today),
    )


@bp.get("/contacts/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export(fmt: str) -> ResponseReturnValue:
    """Hand out the filtered book; numbers stay hidden where one does not keep the contacts."""
    scope, today = current_scope(), clock.today()
    found = whole_book(read_book_filter(request.args, scope), scope, today=today)
    kept = kept_among(post.org_id for post in found)
    header = [translate(label) for label in COLUMNS]
    rows = ([*_cells(post, plain=post.org_id in kept)] for post in found)
    return send_rows(translate(N_("Contact book")), header, rows, fmt)


@bp.get("/contacts/print.pdf")
@requires(Permission.VIEW)
def print_book() -> ResponseReturnValue:
    """Print the filtered book; numbers stay hidden where one does not keep the contacts."""
    scope, today = current_scope(), clock.today()
    wanted = read_book_filter(request.args, scope)
    found = whole_book(wanted, scope, today=today)
    kept = kept_among(post.org_id for post in found)
    whose = wanted.within.name if wanted.within else current_actor().org_name

    def number(post: Post) -> str:
        phone = post.phone or post.other_phone
        return (phone or "") if post.org_id in kept else masked_phone(phone)

    return pdf_answer(book_paper(f"{whose}通讯录", found, number=number, today=today))


def _cells(post: Post, *, plain: bool) -> list[Any]:
    phone, other = post.phone, post.other_phone
    return [
        post.org.name,
        code_label(post.org.kind, "org_kind"),
        code_label(post.kind, "post_kind"),
        post.title,
        post.person.name,
        phone if plain else masked_phone(phone),
        other if plain else masked_phone(other),
        post.org.duty_phone,
        post.from_on,
        post.verified_on,
    ]


@bp.get("/orgs/<int:org_id>/contacts")
@requires(Permission.VIEW)
def of_org(org_id: int) -> str:
    """Show who holds which post of an organisation, today or on another day."""
    org, today = get_org(org_id, current_scope()), clock.today()
    on = FormReader(request.args).date("on", "") or today
    return render_template(
        "network/contacts.html",
        org=org,
        on=on,
        today=today,
        posts=posts_of(org, on=on),
        past=past_posts_of(org, before=today),
        asked=asked_of(org.kind),
        rules=code_list("network_rule"),
        checks=checks_of(org),
        phone_check=duty_phone_check(org),
        on_duty=[each for each in on_duty_now(scope_at(org), local_now()) if each.duties],
        may_keep=org.closed_on is None and may_here(Permission.KEEP_CONTACTS, org),
        plain=may_here(Permission.KEEP_CONTACTS, org),
        masked=masked_phone,
        stale=lambda day: is_stale(day, today),
        form=form_view(duty_phone=org.duty_phone or ""),
    )


def local_now() -> Any:
    """Return what the clock on the wall shows."""
    return clock.local(clock.now()).replace(tzinfo=None)


def scope_at(org: Org) -> OrgScope:
    """Return the scope of one organisation and what stands below it, as of today."""
    return OrgScope(current_scope().on, frozenset({org.path}))


def kept_org(org_id: int) -> Org:
    """Return an organisation whose contacts one may change."""
    org = get_org(org_id, current_scope())
    ensure_may(Permission.KEEP_CONTACTS, org)
    return org


@bp.post("/orgs/<int:org_id>/contacts/verify")
@requires(Permission.KEEP_CONTACTS)
@writes
def verify_org(org_id: int) -> ResponseReturnValue:
    """Note that every number of an organisation is right."""
    org = kept_org(org_id)
    done = verify_all(org, on=clock.today(), actor=current_actor(), now=clock.now())
    flash(translate(N_("%(count)d numbers were noted as right."), count=done), "success")
    return see_other(url_for(".of_org", org_id=org_id))


@bp.post("/orgs/<int:org_id>/contacts/duty-phone")
@requires(Permission.KEEP_CONTACTS)
@form_of(of_org)
@writes
def duty_phone(org_id: int) -> ResponseReturnValue:
    """Note the duty phone of an organisation as verified, changed or not."""
    org = kept_org(org_id)
    phone = read_duty_phone(request.form)
    set_duty_phone(org, phone, on=clock.today(), actor=current_actor(), now=clock.now())
    flash(translate(N_("The duty phone was noted as verified.")), "success")
    return see_other(url_for(".of_org", org_id=org_id))
