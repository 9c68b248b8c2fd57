"""The explanation of a result: rule, whom it binds, period, evidence, conclusion."""

from datetime import date

from flask import render_template, request

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.errors import NotFound
from drillreg.core.reading import FormReader
from drillreg.core.subjects import subject_url
from drillreg.duties.cards import cards_of
from drillreg.duties.chasing import chased
from drillreg.duties.describing import how_often, org_attribute_label, what_counts, whom
from drillreg.duties.disputing import disputes_of
from drillreg.duties.doing import act_for
from drillreg.duties.explaining import Explanation, explain
from drillreg.duties.queries import reads
from drillreg.duties.reading import shipped_texts
from drillreg.duties.routes.blueprint import bp
from drillreg.duties.rules import Rule
from drillreg.duties.states import State
from drillreg.duties.terms import Basis
from drillreg.duties.wording import (
    ANSWER_WORDS,
    FORCE_WORDS,
    GROUND_WORDS,
    OWED_WORDS,
    STATE_COLOURS,
    STATE_WORDS,
    article_words,
    late_words,
    source_of,
    title_of,
    why,
)
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, may_here
from drillreg.tasks.wording import reminder

# Which record a result is about, by the basis of its rule.
RECORDS = {
    Basis.PLAN: "plan",
    Basis.SITE: "hazard_site",
    Basis.DRILL: "drill",
}
# States in which there is something to do.
ASKED = frozenset({State.BREACHED, State.AT_RISK, State.DUE_SOON, State.OPEN})


def state_words(rule: Rule, state: State) -> str:
    """Return the word for a state; of what is late only as much as the force of the source says."""
    if state is State.BREACHED:
        return late_words(rule)
    return translate(STATE_WORDS[state])


def conclusion(found: Explanation) -> str:
    """Return in one sentence how it ended, or stands."""
    if found.closed is not None:
        words = {"have": found.closed.have, "need": found.closed.need}
        if found.closed.state is State.MET:
            return translate(N_("%(have)s of %(need)s was done in the period."), **words)
        if found.closed.state is State.WAIVED:
            return translate(N_("%(have)s of %(need)s; it was waived."), **words)
        return translate(
            N_("%(have)s of %(need)s in the period; until today %(days)s days."),
            days=(found.today - found.closed.last_on).days,
            **words,
        )
    if found.result is not None:
        return why(found.result, found.today)
    sentences = {
        "off": N_("The rule is not in force here."),
        "unbound": N_("The rule does not bind this organisation."),
        "nothing": N_("There is nothing here that the rule counts by, or no period has begun."),
        "choose": N_("The rule has several results here; choose one."),
    }
    return translate(sentences[found.kind])


def _asked(name: str) -> date | None:
    reader = FormReader(request.args)
    day = reader.date(name, "")
    if reader.errors:
        raise NotFound(N_("No period that is closed holds this day."))
    return day


def explanation_of(org: Org, rule: str) -> Explanation:
    """Return the explanation that the address asks for."""
    key = request.args.get("key", "") or "0"
    if not (key.isascii() and key.isdigit() and len(key) <= 15):
        raise NotFound(N_("There is no such rule here."))
    event_type = request.args.get("event_type", "")[:60]
    return explain(org, rule, int(key), event_type, today=clock.today(), on=_asked("on"))


@bp.get("/<int:org_id>/<rule>")
@requires(Permission.VIEW)
def show(org_id: int, rule: str) -> str:
    """Explain one duty of an organisation, so that an inspection can follow it."""
    org = get_org(org_id, current_scope())
    found = explanation_of(org, rule)
    text = shipped_texts()[found.rule.text]
    kind = RECORDS.get(found.rule.basis)
    return render_template(
        "duties/show.html",
        org=org,
        found=found,
        rule=found.rule,
        text=text,
        title=title_of(found.rule, found.event_type),
        state=found.state,
        state_word=state_words(found.rule, found.state),
        colour=STATE_COLOURS[found.state],
        colours=STATE_COLOURS,
        say_state=lambda each: state_words(found.rule, each),
        other_state=lambda row: translate(STATE_WORDS[reads(row, found.today)]),
        other_title=lambda row: _title(found, row.rule, row.event_type),
        conclusion=conclusion(found),
        source=source_of(found.rule),
        articles=[(each, article_words(each)) for each in found.rule.articles],
        force=translate(FORCE_WORDS[text.force]),
        owed=translate(OWED_WORDS[found.rule.owed]),
        whom=whom(found.rule.binds),
        often=how_often(found.rule.asks),
        counts=what_counts(found.rule.counts),
        attribute_label=org_attribute_label,
        record=subject_url(kind, found.key) if kind and found.key else "",
        keeps=may_here(Permission.KEEP_RULES, org),
        edits=may_here(Permission.EDIT_ORGS, org),
        act=act_for(org, found.rule, key=found.key, event_type=found.event_type)
        if found.result is not None and found.result.state(found.today) in ASKED
        else None,
        reminding=_reminder(found),
        disputes=disputes_of(org, found.rule.id, found.key, found.event_type),
        grounds=GROUND_WORDS,
        answers=ANSWER_WORDS,
        may_object=found.kind == "result" and may_here(Permission.RECORD_DRILLS, org),
        now=clock.now(),
    )


def _reminder(found: Explanation) -> str:
    """Return what the chat group is told of a late duty, "" where nothing is late."""
    if found.kept is None or found.closed is not None or found.state is not State.BREACHED:
        return ""
    cards = cards_of([found.kept], {found.org.id: found.org}, found.today)
    return reminder(chased(cards[0], found.org), found.today) if cards else ""


def _title(found: Explanation, rule_id: str, event_type: str) -> str:
    rule = found.book.on(rule_id, found.today)
    return title_of(rule, event_type) if rule else rule_id
