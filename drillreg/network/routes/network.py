"""The network page: which organisation lacks a leader, liaison, duty phone, verified contact."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from drillreg.accounts.models import Post
from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.masking import masked_phone
from drillreg.core.page import day_cn, name_of
from drillreg.i18n import N_, current_locale, translate
from drillreg.network.forms.contacts import read_gap_filter
from drillreg.network.queries.contacts import contacts_of_orgs
from drillreg.network.queries.gaps import (
    Gap,
    GroupBy,
    Line,
    all_gaps,
    gaps_count,
    gaps_page,
    matrix,
)
from drillreg.network.routes.blueprints import network_bp as bp
from drillreg.network.routes.book import kept_among
from drillreg.network.rules import answer_until, asked_kinds, stale_before
from drillreg.orgs.choices import place_options
from drillreg.orgs.scope import current_scope
from drillreg.sheets.export import send_rows

# Who is called first about what is missing.
CALLED_FIRST = ("liaison", "leader", "deputy-in-charge", "watch")


def _words(gap: Gap) -> list[str]:
    return [code_label(code, "network_rule") for code in gap.missing]


def reminder(gap: Gap) -> str:
    """Return the sentence to send to an organisation about what is missing."""
    between = ", " if current_locale() == "en" else "、"
    return translate(
        N_("%(org)s: the emergency network lacks %(missing)s. Please complete it by %(day)s."),
        org=name_of(gap.org),
        missing=between.join(_words(gap)),
        day=day_cn(answer_until(clock.today())),
    )


def first_to_call(posts: list[Post]) -> Post | None:
    """Return whom to call at an organisation, where there is anybody."""
    rank = {kind: at for at, kind in enumerate(CALLED_FIRST)}
    with_phone = [post for post in posts if post.phone or post.other_phone]
    return min(with_phone, key=lambda post: rank.get(post.kind, 9), default=None)


def _by() -> GroupBy:
    return "department" if request.args.get("by") == "department" else "town"


def _sum(lines: list[Line]) -> Line:
    codes = code_list("network_rule").codes()
    return Line(
        None,
        "",
        None,
        sum(line.total for line in lines),
        sum(line.incomplete for line in lines),
        {code: sum(line.missing[code] for line in lines) for code in codes},
    )


@bp.get("/network/")
@requires(Permission.VIEW)
def index() -> str:
    """Count what is missing by town or department, and list the rows behind the numbers."""
    scope, today = current_scope(), clock.today()
    wanted = read_gap_filter(request.args, scope)
    page = gaps_page(wanted, scope, today=today, cursor=request.args.get("after"))
    contacts = contacts_of_orgs([gap.org.id for gap in page.rows], scope, today=today)
    lines = matrix(scope, today=today, by=_by())
    return render_template(
        "network/index.html",
        lines=lines,
        in_all=_sum(lines),
        by=_by(),
        rules=code_list("network_rule"),
        page=page,
        total=gaps_count(wanted, scope, today=today),
        wanted=wanted,
        to_call={org_id: first_to_call(posts) for org_id, posts in contacts.items()},
        kept=kept_among(gap.org.id for gap in page.rows),
        masked=masked_phone,
        reminder=reminder,
        reminders="\n".join(reminder(gap) for gap in page.rows),
        places=place_options(scope, wanted.within),
        kinds=[(code, code_label(code, "org_kind")) for code in asked_kinds()],
        stale_before=stale_before(today),
        today=today,
    )


@bp.get("/network/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export(fmt: str) -> ResponseReturnValue:
    """Hand out the filtered list with the reasons of each row."""
    scope, today = current_scope(), clock.today()
    found = all_gaps(read_gap_filter(request.args, scope), scope, today=today)
    rules = list(code_list("network_rule"))
    labels = (N_("Organisation name"), N_("Kind"), N_("Duty phone"))
    header = [translate(label) for label in labels]
    header += [code_label(rule.code, "network_rule") for rule in rules]
    missing = translate(N_("missing"))
    rows: list[list[Any]] = [
        [
            gap.org.name,
            code_label(gap.org.kind, "org_kind"),
            gap.org.duty_phone,
            *(missing if rule.code in gap.missing else "" for rule in rules),
        ]
        for gap in found
    ]
    return send_rows(translate(N_("Gaps of the emergency network")), header, rows, fmt)
