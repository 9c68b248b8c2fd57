"""Texts of plans that the demo county wrote here, from their templates; everything is invented."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from drillreg.core.access import Actor
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan
from drillreg.plans.writing import save_text, start_from_template

# Which text an organisation wrote: by its name, the kind of plan and the event.
WRITTEN = {
    ("青岭县", "special", "geological"): "county-landslide",
    ("白岩镇", "special", "geological"): "town-landslide",
    ("云溪镇", "special", "geological"): "town-landslide",
    ("竹源镇", "special", "geological"): "town-landslide",
    ("岭下村", "village", "general"): "village",
    ("白岩镇中心小学", "unit-special", "fire"): "school-fire",
}
# The late town has come so far with its draft.
BEGUN = {"竹源镇": ("scope", "risks", "watch")}


@cache
def _texts() -> Mapping[str, Any]:
    path = Path(__file__).parent / "data" / "plan_texts.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def write_text(plan: Plan, org: Org, *, actor: Actor, now: datetime) -> None:
    """Write the draft of a plan here, where its organisation does."""
    name = WRITTEN.get((org.name, plan.kind, plan.event_type))
    if name is None:
        return
    texts, words = _texts()[name], _texts()["words"].get(org.name, {})
    known = {"org": org.name, "phone": org.duty_phone or "", **words}
    for section in start_from_template(plan=plan, actor=actor, now=now):
        if section.key in BEGUN.get(org.name, texts):
            save_text(
                plan=plan,
                section_id=section.id,
                base="",
                body=texts.get(section.key, "").format(**known),
                actor=actor,
                now=now,
            )
