"""Rules of the network: what is asked of whom, when a contact is stale."""

from dataclasses import dataclass
from datetime import date, timedelta

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.i18n import N_

# The two reasons that are not about a post.
DUTY_PHONE = "duty-phone"
VERIFIED = "verified"
# The kind of notice by which people are asked to verify.
ASKED = "verify-contacts"


@dataclass(frozen=True)
class Asked:
    """One thing the network page asks of some kinds of organisation; `post` where it is a post."""

    code: str
    label: dict[str, str]
    kinds: frozenset[str]
    post: str


def all_asked() -> tuple[Asked, ...]:
    """Return what is asked, in the order of the columns of the network page."""
    return tuple(
        Asked(
            item.code,
            item.label,
            frozenset(item.attributes["asked"]),
            item.attributes.get("post", ""),
        )
        for item in code_list("network_rule")
    )


def asked_of(kind: str) -> frozenset[str]:
    """Return the codes of what is asked of a kind of organisation."""
    return frozenset(each.code for each in all_asked() if kind in each.kinds)


def asked_kinds() -> list[str]:
    """Return the kinds of organisation of which anything is asked."""
    return sorted({kind for each in all_asked() for kind in each.kinds})


def _verified_rule() -> dict[str, object]:
    item = code_list("network_rule").get(VERIFIED)
    if item is None:
        raise RuntimeError("network_rule.toml says nothing about verifying")
    return item.attributes


def stale_before(today: date) -> date:
    """Return the first day on which a verification still counts today."""
    months = _verified_rule()["months"]
    total = today.year * 12 + today.month - 1 - int(str(months))
    year, month0 = divmod(total, 12)
    return date(year, month0 + 1, min(today.day, 28))


@dataclass(frozen=True)
class Round:
    """A round in which liaisons verify their contacts: its code, first day and last day to do."""

    code: str
    starts_on: date
    answer_by: date

    @property
    def occasion(self) -> str:
        """Return what notices of this round are about."""
        return f"contacts:{self.code}"


def round_of(today: date) -> Round:
    """Return the round that a day belongs to: the newest one that has begun."""
    rule = _verified_rule()
    months = sorted(int(str(each)) for each in list(rule["rounds"]))  # type: ignore[call-overload]
    begun = [month for month in months if month <= today.month]
    year = today.year if begun else today.year - 1
    month = begun[-1] if begun else months[-1]
    starts_on = date(year, month, 1)
    number = months.index(month) + 1
    return Round(f"{year}-{number}", starts_on, answer_until(starts_on))


def answer_until(today: date) -> date:
    """Return the day by which whoever is reminded today should have answered."""
    return today + timedelta(days=int(str(_verified_rule()["answer_days"])))


def is_stale(verified_on: date | None, today: date) -> bool:
    """Say whether a contact was not verified, or too long ago."""
    return verified_on is None or verified_on < stale_before(today)


def post_kinds_of(org_kind: str) -> list[str]:
    """Return the kinds of posts an organisation of that kind has, in the order of the list."""
    return [
        item.code
        for item in code_list("post_kind")
        if not item.attributes["kinds"] or org_kind in item.attributes["kinds"]
    ]


def has_one_holder(post_kind: str) -> bool:
    """Say whether a post of that kind has a single holder at a time."""
    item = code_list("post_kind").get(post_kind)
    return bool(item and item.attributes["one"])


def ensure_span(from_on: date, to_on: date | None, *, not_before: date | None = None) -> None:
    """Raise unless a post ends after it began, and begins after what it follows began."""
    if to_on is not None and to_on <= from_on:
        raise DomainError(N_("The last day must lie after the first one (%(day)s)."), day=from_on)
    if not_before is not None and from_on <= not_before:
        raise DomainError(
            N_("The one before holds the post since %(day)s; the new one can only come later."),
            day=not_before,
        )
