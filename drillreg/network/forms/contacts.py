"""Reading the forms and filters of contacts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, translate
from drillreg.network.operations.contacts import PostFacts
from drillreg.network.queries.contacts import BookFilter
from drillreg.network.queries.gaps import GapFilter
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import OrgScope

PHONE = re.compile(r"\+?[0-9][0-9 ()*#转-]{4,38}")


def read_phone(reader: FormReader, name: str, label: str, *, required: bool = False) -> str | None:
    """Return a phone number as typed, or None; an extension may follow it."""
    text = reader.text(name, label, required=required, max_length=40)
    if text and not PHONE.fullmatch(text):
        reader.fail(name, N_("%(label)s must be a phone number such as 0797-1234567."), label=label)
        return None
    return text or None


@dataclass(frozen=True)
class PostForm:
    """A post as typed: the facts, from which day, and whether the number was verified."""

    facts: PostFacts
    from_on: date
    verified: bool
    row_version: int

    @classmethod
    def read(cls, fields: Mapping[str, str], *, org: Org, today: date) -> "PostForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        kinds = code_list("post_kind").codes()
        facts = PostFacts(
            name=reader.text("name", translate(N_("Name")), required=True, max_length=40),
            kind=reader.choice("kind", translate(N_("Kind of post")), kinds),
            title=reader.text("title", translate(N_("Job title")), required=True, max_length=60),
            phone=read_phone(reader, "phone", translate(N_("Mobile phone"))),
            other_phone=read_phone(reader, "other_phone", translate(N_("Office phone"))),
            position=reader.integer("position", translate(N_("Place in the list")), maximum=999)
            or 0,
            deputy_of_id=reader.integer("deputy_of_id", translate(N_("Deputy of"))),
        )
        from_on = reader.date("from_on", translate(N_("In the post since"))) or today
        if from_on > today:
            reader.fail("from_on", N_("A post cannot begin after today."))
        verified = reader.flag("verified")
        if verified and not (facts.phone or facts.other_phone) and not reader.errors:
            reader.fail("phone", N_("Without a phone number there is nothing to verify."))
        reader.finish()
        return cls(facts, from_on, verified, reader.integer("row_version", "") or 0)


@dataclass(frozen=True)
class EndForm:
    """When a post ends, or why it is struck out."""

    to_on: date
    mistake: bool
    reason: str

    @classmethod
    def read(cls, fields: Mapping[str, str], *, today: date) -> "EndForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        mistake = reader.flag("mistake")
        to_on = reader.date("to_on", translate(N_("First day without the post")))
        reason = reader.text("reason", translate(N_("Reason")), required=mistake, max_length=200)
        if to_on is not None and to_on > today:
            reader.fail("to_on", N_("A post cannot end after today."))
        reader.finish()
        return cls(to_on or today, mistake, reason)


def read_duty_phone(fields: Mapping[str, str]) -> str:
    """Return a duty phone as typed, or raise FormErrors."""
    reader = FormReader(fields)
    phone = read_phone(reader, "duty_phone", translate(N_("Duty phone")), required=True)
    reader.finish()
    return phone or ""


def _within(reader: FormReader, scope: OrgScope) -> Org | None:
    within = reader.integer("within", "")
    return get_org(within, scope) if within else None


def read_book_filter(fields: Mapping[str, str], scope: OrgScope) -> BookFilter:
    """Return the filter of the contact book; a value that is unknown filters nothing."""
    reader = FormReader(fields)
    return BookFilter(
        within=_within(reader, scope),
        org_kind=reader.choice("kind", "", code_list("org_kind").codes(), required=False),
        post_kind=reader.choice("post", "", code_list("post_kind").codes(), required=False),
        field=reader.choice("field", "", code_list("field").codes(), required=False),
        stale=reader.flag("stale"),
        words=reader.raw("q")[:60],
    )


def read_gap_filter(fields: Mapping[str, str], scope: OrgScope) -> GapFilter:
    """Return the filter of the network page; a value that is unknown filters nothing."""
    reader = FormReader(fields)
    nobody = reader.raw("overseer") == "none"
    return GapFilter(
        within=_within(reader, scope),
        kind=reader.choice("kind", "", code_list("org_kind").codes(), required=False),
        overseer_id=0 if nobody else reader.integer("overseer", "") or 0,
        unsupervised=nobody,
        county_level=reader.raw("level") == "county",
        missing=reader.choice("missing", "", code_list("network_rule").codes(), required=False),
    )
