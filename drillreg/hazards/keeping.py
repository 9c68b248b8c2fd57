"""Who answers for a site at which level (包保责任人): set, corrected, ended; earlier ones stay."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.codes import code_label, code_list
from drillreg.core.db import db
from drillreg.core.errors import FieldError, FormErrors, NotFound, Stale
from drillreg.core.reading import FormReader
from drillreg.hazards.models import HazardSite, SiteKeeper
from drillreg.hazards.site_acts import SUBJECT, ensure_stands
from drillreg.i18n import N_, translate

LABELS = {
    "tier": N_("Level"),
    "name": N_("Name"),
    "post": N_("Post"),
    "phone": N_("Telephone"),
    "from_on": N_("From"),
    "to_on": N_("Last day"),
}


@dataclass(frozen=True)
class KeeperFacts:
    """What a form says about who answers for a site."""

    tier: str
    name: str
    post: str | None
    phone: str | None
    from_on: date
    to_on: date | None


def read_keeper(fields: Mapping[str, str], today: date) -> KeeperFacts:
    """Return what was typed, or raise FormErrors."""
    reader = FormReader(fields)

    def label(name: str) -> str:
        return translate(LABELS[name])

    tier = reader.choice("tier", label("tier"), code_list("keeper_tier").codes())
    name = reader.text("name", label("name"), required=True, max_length=60)
    post = reader.text("post", label("post"), max_length=60)
    phone = reader.text("phone", label("phone"), max_length=40)
    from_on = reader.date("from_on", label("from_on")) or today
    to_on = reader.date("to_on", label("to_on"))
    if to_on is not None and to_on < from_on:
        reader.fail("to_on", N_("The last day cannot be before the first."))
    reader.finish()
    return KeeperFacts(tier, name, post or None, phone or None, from_on, to_on)


def keepers_of(site: HazardSite) -> Sequence[SiteKeeper]:
    """Return everybody who answered for a site, the county first, the newest of a level first."""
    found = db.session.scalars(
        select(SiteKeeper)
        .where(SiteKeeper.site_id == site.id)
        .order_by(SiteKeeper.from_on.desc(), SiteKeeper.id.desc())
    ).all()
    order = {code: at for at, code in enumerate(code_list("keeper_tier").codes())}
    return sorted(found, key=lambda keeper: order.get(keeper.tier, len(order)))


def answers_on(keeper: SiteKeeper, day: date) -> bool:
    """Say whether somebody answers for the site on a day."""
    return keeper.from_on <= day and (keeper.to_on is None or day <= keeper.to_on)


def get_keeper(keeper_id: int, site: HazardSite) -> SiteKeeper:
    """Return one who answers or answered for a site, or raise NotFound."""
    found = db.session.scalar(
        select(SiteKeeper).where(SiteKeeper.id == keeper_id, SiteKeeper.site_id == site.id)
    )
    if found is None:
        raise NotFound(N_("There is no such person at this site."))
    return found


def add_keeper(
    site: HazardSite, facts: KeeperFacts, *, replaces: bool, actor: Actor, now: datetime
) -> SiteKeeper:
    """Let somebody answer for a site; `replaces` ends those of the level the day before."""
    ensure_stands(site)
    if replaces:
        _end_before(site, facts, actor, now)
    found = SiteKeeper(site_id=site.id, **asdict(facts))
    db.session.add(found)
    _noted(site, facts.tier, {"name": [None, facts.name]}, actor, now)
    return found


def _end_before(site: HazardSite, facts: KeeperFacts, actor: Actor, now: datetime) -> None:
    for each in keepers_of(site):
        if each.tier != facts.tier or each.to_on is not None:
            continue
        if each.from_on >= facts.from_on:
            sentence = N_("%(name)s answers for it since %(day)s only: begin later than that.")
            params = {"name": each.name, "day": each.from_on.isoformat()}
            raise FormErrors([FieldError("from_on", sentence, params)])
        each.to_on = facts.from_on - timedelta(days=1)
        _noted(site, each.tier, {"to_on": [None, each.to_on]}, actor, now, of=each.name)


def change_keeper(
    site: HazardSite,
    keeper: SiteKeeper,
    facts: KeeperFacts,
    *,
    row_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Correct or end who answers for a site; raise Stale when somebody saved meanwhile."""
    old = {name: getattr(keeper, name) for name in LABELS}
    new = asdict(facts)
    if keeper.row_version != row_version:
        raise Stale(_shown(old), _shown(new))
    for name, value in new.items():
        setattr(keeper, name, value)
    changes = {name: [old[name], value] for name, value in new.items() if old[name] != value}
    if changes:
        _noted(site, facts.tier, changes, actor, now, of=facts.name)


def _shown(values: Mapping[str, object]) -> dict[str, str]:
    return {
        translate(label): "" if values[name] is None else str(values[name])
        for name, label in LABELS.items()
    }


def _noted(
    site: HazardSite,
    tier: str,
    changes: Mapping[str, Sequence[object]],
    actor: Actor,
    now: datetime,
    **detail: object,
) -> None:
    record(
        "hazard-keeper-set",
        subject_kind=SUBJECT,
        subject_id=site.id,
        org_id=site.org_id,
        actor=actor,
        now=now,
        changes={f"keeper_{name}": value for name, value in changes.items()},
        tier=tier,
        **detail,
    )


def tier_word(keeper: SiteKeeper) -> str:
    """Return the level at which somebody answers, in words."""
    return code_label(keeper.tier, "keeper_tier")
