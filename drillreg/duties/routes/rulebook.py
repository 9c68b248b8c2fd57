"""The rules that hold in a county: the list, one in full, the texts they stand in."""

import re
from collections import defaultdict
from datetime import date

from flask import render_template, request, url_for

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import NotFound
from drillreg.duties.book import RuleBook
from drillreg.duties.counting import Tally, tallies
from drillreg.duties.describing import (
    BASIS_WORDS,
    how_often,
    org_attribute_label,
    what_counts,
    whom,
)
from drillreg.duties.evaluating import kinds_with_children
from drillreg.duties.explaining import decisions_about
from drillreg.duties.queries import bound_count, unknown_counts
from drillreg.duties.reading import shipped_texts
from drillreg.duties.routes.blueprint import book_for, bp, org_of_address
from drillreg.duties.rules import Rule
from drillreg.duties.states import State
from drillreg.duties.terms import Owed
from drillreg.duties.wording import (
    FORCE_WORDS,
    OWED_WORDS,
    article_words,
    late_words,
    reading_choice_words,
    reading_words,
    source_of,
    title_of,
)
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, top_orgs
from drillreg.orgs.scope import current_scope, may_here


def place_of_reader() -> Org:
    """Return the organisation whose rules are shown: that of the address, else one's own."""
    scope = current_scope()
    asked = org_of_address(scope)
    if asked is not None:
        return asked
    own = current_actor().org_id
    if own is not None:
        try:
            return get_org(own, scope)
        except NotFound:  # a role that sees nothing of its own organisation
            pass
    tops = top_orgs(scope)
    if not tops:
        raise NotFound(N_("There is no organisation within your reach."))
    return tops[0]


def tallies_at(org: Org) -> dict[str, Tally]:
    """Return by rule how many results there are at and below an organisation in scope."""
    has_children = org.kind in kinds_with_children()
    nodes, leaves = ([org.id], []) if has_children else ([], [org.id])
    found = tallies(nodes, leaves, clock.today(), by=("rule",))
    return {str(rule): tally for (_, rule), tally in found.items()}


def state_of_rule(rule: Rule, chain: tuple[Rule, ...], today: date) -> tuple[str, str]:
    """Return in words, with a colour, whether a rule holds here, and who made it so."""
    text = shipped_texts()[rule.text]
    if rule.starts_on > today:
        return translate(N_("In force from %(day)s"), day=rule.starts_on), "sky"
    if rule.ends_on is not None and rule.ends_on < today:
        return translate(N_("No longer in force")), ""
    if not rule.is_on:
        if rule.decision_id is not None:
            return translate(N_("Switched off by the county")), "orange"
        if not text.is_held:
            return translate(N_("Cited, text not held: off")), "orange"
        return translate(N_("Off")), "orange"
    if rule.decision_id is None:
        return translate(N_("In force")), "green"
    if len(chain) > 1 and not chain[0].is_on and not text.is_held:
        return translate(N_("Switched on by the county")), "green"
    return translate(N_("Changed by the county")), "sky"


@bp.get("/rules")
@requires(Permission.VIEW)
def rules() -> str:
    """List every rule of the county by what is owed, on or off."""
    org, today = place_of_reader(), clock.today()
    book = book_for(org)
    groups: dict[Owed, list[dict[str, object]]] = defaultdict(list)
    counts = tallies_at(org)
    for rule_id, chain in sorted(book.chains.items(), key=lambda each: by_number(each[0])):
        rule = book.on(rule_id, today) or chain[-1]
        groups[rule.owed].append(_line(rule, chain, counts.get(rule_id), today))
    return render_template(
        "duties/rules.html",
        org=org,
        groups=[(translate(OWED_WORDS[owed]), groups[owed]) for owed in Owed if owed in groups],
        total=len(book.chains),
        broken=sorted(set(book.broken.values())),
        late=State.BREACHED,
        keeps=may_decide(org),
        here=request.args.get("org"),
    )


def by_number(rule_id: str) -> tuple[str, int, str]:
    """Return a key that puts O2 before O10."""
    found = re.fullmatch(r"([A-Z]+)(\d*)(.*)", rule_id)
    if found is None:
        return rule_id, 0, ""
    return found[1], int(found[2] or 0), found[3]


def _line(
    rule: Rule, chain: tuple[Rule, ...], tally: Tally | None, today: date
) -> dict[str, object]:
    word, colour = state_of_rule(rule, chain, today)
    return {
        "rule": rule,
        "title": title_of(rule),
        "whom": whom(rule.binds),
        "often": how_often(rule.asks),
        "source": source_of(rule),
        "force": translate(FORCE_WORDS[shipped_texts()[rule.text].force]),
        "state": word,
        "colour": colour,
        "tally": tally,
    }


def may_decide(org: Org) -> bool:
    """Say whether the reader decides about the rules of the county an organisation lies in."""
    return "/" not in org.path.strip("/") and may_here(Permission.KEEP_RULES, org)


def chain_of(book: RuleBook, rule_id: str) -> tuple[Rule, ...]:
    """Return the versions of a rule, or raise NotFound."""
    chain = book.chains.get(rule_id)
    if chain is None:
        raise NotFound(N_("There is no such rule here."))
    return chain


@bp.get("/rules/<rule_id>")
@requires(Permission.VIEW)
def rule(rule_id: str) -> str:
    """Show one rule: everything in words, its article in full, its versions and decisions."""
    org, today = place_of_reader(), clock.today()
    book = book_for(org)
    chain = chain_of(book, rule_id)
    found = book.on(rule_id, today) or chain[-1]
    text = shipped_texts()[found.text]
    word, colour = state_of_rule(found, chain, today)
    scope = current_scope()
    return render_template(
        "duties/rule.html",
        org=org,
        rule=found,
        chain=chain,
        title=title_of(found),
        text=text,
        source=source_of(found),
        force=translate(FORCE_WORDS[text.force]),
        owed=translate(OWED_WORDS[found.owed]),
        whom=whom(found.binds),
        often=how_often(found.asks),
        counts=what_counts(found.counts),
        subjects=what_counts(found.subjects) if found.subjects else "",
        basis=translate(BASIS_WORDS[found.basis]),
        late_word=late_words(found),
        state=word,
        colour=colour,
        articles=[
            (each, article_words(each), text.articles.get(each, "")) for each in found.articles
        ],
        readings=[
            (reading_words(each), [reading_choice_words(each, c) for c in each.choices], each)
            for each in found.readings
        ],
        versions=[
            (each, *state_of_rule(each, chain, max(today, each.starts_on)), how_often(each.asks))
            for each in chain
        ],
        decisions=decisions_about(book.owner_id, rule_id),
        broken=book.broken,
        tally=tallies_at(org).get(rule_id),
        bound=bound_count(org, scope, rule_id),
        unknown=[
            (name, org_attribute_label(name), n)
            for name, n in unknown_counts(org, scope, found.binds).items()
            if n
        ],
        late=State.BREACHED,
        keeps=may_decide(org),
        edits=may_here(Permission.EDIT_ORGS, org),
        today=today,
    )


@bp.get("/texts/<text_id>")
@requires(Permission.VIEW)
def text(text_id: str) -> str:
    """Show the articles that are held of a text, and the rules that stand in it."""
    found = shipped_texts().get(text_id)
    if found is None:
        raise NotFound(N_("There is no such text."))
    org = place_of_reader()
    book = book_for(org)
    mine = [book.on(rule_id, clock.today()) for rule_id in book.chains]
    return render_template(
        "duties/text.html",
        text=found,
        force=translate(FORCE_WORDS[found.force]),
        articles=[(each, article_words(each), body) for each, body in found.articles.items()],
        citing=[
            (each, title_of(each), url_for(".rule", rule_id=each.id))
            for each in mine
            if each is not None and each.text == found.id
        ],
    )
