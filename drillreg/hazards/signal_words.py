"""What a signal says of itself, in the language of the request."""

from collections.abc import Mapping

from drillreg.core.page import name_of
from drillreg.hazards.check_rules import SignalKind
from drillreg.hazards.models import HazardCheck
from drillreg.hazards.signal_models import CheckSignal
from drillreg.i18n import N_, translate


def why(signal: CheckSignal, others: Mapping[int, HazardCheck]) -> str:
    """Return in a sentence what a signal rests on; a check out of reach is not described."""
    facts = signal.facts
    if signal.kind is SignalKind.BULK:
        return translate(N_("%(count)d checks by one person within a minute."), **facts)
    if signal.kind is SignalKind.PLACE:
        return translate(
            N_("The phone was %(km).1f km from the site, its position exact to %(accuracy)d m."),
            km=facts["metres"] / 1000,
            accuracy=facts["accuracy"],
        )
    other = others.get(signal.other_check_id or 0)
    where = (
        translate(N_("%(site)s on %(day)s"), site=name_of(other.site), day=other.checked_on)
        if other
        else translate(N_("a site outside your area"))
    )
    if signal.kind is SignalKind.SPEED:
        return translate(
            N_("%(km).1f km in %(minutes)d min since the check before (%(where)s): %(kmh)d km/h."),
            km=facts["metres"] / 1000,
            minutes=-(-facts["seconds"] // 60),
            where=where,
            kmh=facts["kmh"],
        )
    sentence = (
        N_("A photo is the same as one of another check: %(where)s.")
        if facts["bits"] == 0
        else N_("A photo is almost the same as one of another check: %(where)s.")
    )
    return translate(sentence, where=where)
