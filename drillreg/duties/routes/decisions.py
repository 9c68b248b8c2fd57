"""A county decides about rules: the form, who would be affected, the decision, taking it back."""

from dataclasses import replace
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.errors import NotAllowed, NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.duties.book import RuleBook
from drillreg.duties.deciding import (
    MOST_NAMED,
    Draft,
    Preview,
    book_with,
    get_decision,
    preview,
    unsaved,
)
from drillreg.duties.deciding import (
    decide as write_decision,
)
from drillreg.duties.deciding import (
    take_back as write_taken_back,
)
from drillreg.duties.describing import GRADE_WORDS, how_often, listed, whom
from drillreg.duties.forms import (
    grade_options,
    has_unit,
    read_decision,
    read_new_rule,
    read_reason,
    tight_numbers,
    unit_options,
    values_of,
)
from drillreg.duties.reading import shipped_rules, shipped_texts
from drillreg.duties.routes.blueprint import book_for, bp
from drillreg.duties.routes.rulebook import chain_of
from drillreg.duties.rules import Reading, Rule
from drillreg.duties.wording import (
    FORCE_WORDS,
    STATE_WORDS,
    reading_choice_words,
    reading_words,
    source_of,
    title_of,
)
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope_for


def county_of_reader() -> Org:
    """Return the county whose rules the reader decides about: the root of their tree."""
    scope = current_scope_for(Permission.KEEP_RULES)
    own = current_actor().org_id
    if own is None:
        raise NotAllowed(N_("Only the county decides about its rules."))
    try:
        org = get_org(own, scope)
        return get_org(int(org.path.split("/", 1)[0]), scope)
    except NotFound as error:
        raise NotAllowed(N_("Only the county decides about its rules.")) from error


def shipped_of(rule: Rule) -> Rule | None:
    """Return the rule as shipped, None of a local one."""
    found = [each for each in shipped_rules() if each.id == rule.id]
    begun = [each for each in found if each.starts_on <= clock.today()]
    return begun[-1] if begun else found[0] if found else None


def _rule(book: RuleBook, rule_id: str) -> Rule:
    return book.on(rule_id, clock.today()) or chain_of(book, rule_id)[-1]


@bp.get("/rules/<rule_id>/decide")
@requires(Permission.KEEP_RULES)
def decide(rule_id: str) -> str:
    """Show what a county can decide about a rule."""
    org = county_of_reader()
    book = book_for(org)
    chain_of(book, rule_id)
    rule = _rule(book, rule_id)
    return render_template(
        "duties/decide.html",
        org=org,
        rule=rule,
        title=title_of(rule),
        source=source_of(rule),
        text=shipped_texts()[rule.text],
        often=how_often(rule.asks),
        readings=[
            (
                f"reading-{at}",
                reading_words(each),
                [(n, reading_choice_words(each, choice)) for n, choice in enumerate(each.choices)],
                pick(dict(each.why)),
            )
            for at, each in enumerate(rule.readings)
        ],
        numbers=[each for each in tight_numbers(rule, shipped_of(rule)) if each.least != each.most],
        units=unit_options() if has_unit(rule) else [],
        grades=grade_options(),
        today=clock.today(),
        form=form_view(**values_of(rule, clock.today())),
    )


@bp.get("/rules/<rule_id>/decide/check")
@requires(Permission.KEEP_RULES)
@form_of(decide)
def check_decision(rule_id: str) -> str:
    """Show who would be affected; nothing is changed yet."""
    org = county_of_reader()
    book = book_for(org)
    chain_of(book, rule_id)
    rule = _rule(book, rule_id)
    draft = read_decision(request.args, rule, shipped_of(rule), clock.today())
    return _check(
        org,
        draft,
        rule,
        action=url_for(".save_decision", rule_id=rule_id),
        back=url_for(".decide", rule_id=rule_id),
    )


def _check(org: Org, draft: Draft, before: Rule | None, *, action: str, back: str) -> str:
    new = book_with(org, unsaved(draft, org))
    after = new.on(draft.rule_id, draft.from_on)
    if after is None:
        raise NotFound(N_("There is no such rule here."))
    on = max(clock.today(), draft.from_on)
    return render_template(
        "duties/decide_check.html",
        org=org,
        title=title_of(after),
        rows=_differences(before, after),
        draft=draft,
        seen=preview(org, draft.rule_id, new, on=on),
        state_words=_states,
        most_named=MOST_NAMED,
        fields=_carried(),
        action=action,
        back=back,
        today=clock.today(),
    )


def _carried() -> list[tuple[str, str]]:
    return [(n, v) for n, v in request.args.items(multi=True) if n != "csrf_token"]


def _states(found: tuple[Any, ...]) -> str:
    words = [translate(STATE_WORDS[each]) for each in dict.fromkeys(found)]
    return listed(words) or translate(N_("Not bound"))


def _differences(before: Rule | None, after: Rule) -> list[tuple[str, str]]:
    """Return what the rule says before and after, line by line."""
    found = []
    for label, words in _lines(after):
        old = dict(_lines(before)).get(label, "") if before is not None else ""
        found.append((label, words if old in {"", words} else f"{old} → {words}"))
    return found


def _lines(rule: Rule) -> list[tuple[str, str]]:
    grade = translate(GRADE_WORDS[rule.counts.least_grade])
    found = [
        (translate(N_("Whom it binds")), whom(rule.binds)),
        (translate(N_("How often")), how_often(rule.asks)),
        (translate(N_("Least grade of evidence")), grade),
        (translate(N_("In force here")), translate(N_("Yes") if rule.is_on else N_("No"))),
    ]
    return found + [(reading_words(each), _chosen(rule, each)) for each in rule.readings]


def _chosen(rule: Rule, reading: Reading) -> str:
    """Return in words how a county reads what the text leaves open."""
    value: Any = rule.raw
    for part in reading.field.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return reading_choice_words(reading, reading.choices[0] if value is None else value)


@bp.post("/rules/<rule_id>/decide")
@requires(Permission.KEEP_RULES)
@form_of(decide)
@writes
def save_decision(rule_id: str) -> ResponseReturnValue:
    """Write what the county decided."""
    org = county_of_reader()
    book = book_for(org)
    chain_of(book, rule_id)
    rule = _rule(book, rule_id)
    draft = read_decision(request.form, rule, shipped_of(rule), clock.today())
    write_decision(draft, org, actor=current_actor(), now=clock.now())
    flash(translate(N_("The decision is kept. Results are being worked out anew.")), "success")
    return see_other(url_for(".rule", rule_id=rule_id))


# ---- local rules


@bp.get("/rules/new")
@requires(Permission.KEEP_RULES)
def new_rule() -> str:
    """Show the form of a local rule, made after an existing one."""
    org = county_of_reader()
    known = _known(book_for(org))
    copied = known.get(request.values.get("copy_of", ""))
    plain = replace(copied, readings=()) if copied else None
    defaults = values_of(plain, clock.today()) if plain else {}
    if copied is not None:
        defaults |= {
            "text": "local-rule",
            "kinds": sorted(copied.binds.kinds),
            "copy_of": copied.id,
        }
    return render_template(
        "duties/rule_new.html",
        org=org,
        copied=copied,
        often=how_often(copied.asks) if copied else "",
        whom=whom(copied.binds) if copied else "",
        known=[(each.id, f"{each.id} {title_of(each)}") for each in known.values()],
        texts=[(each.id, _text_words(each)) for each in shipped_texts().values()],
        numbers=tight_numbers(plain, None) if plain else [],
        units=unit_options() if plain and has_unit(plain) else [],
        grades=grade_options(),
        kinds=code_list("org_kind").options(),
        form=form_view(**defaults),
    )


def _text_words(text: Any) -> str:
    return f"{text.title}（{translate(FORCE_WORDS[text.force])}）"


def _known(book: RuleBook) -> dict[str, Rule]:
    return {rule_id: _rule(book, rule_id) for rule_id in book.chains}


@bp.get("/rules/new/check")
@requires(Permission.KEEP_RULES)
@form_of(new_rule)
def check_new_rule() -> str:
    """Show whom a local rule would bind; nothing is changed yet."""
    org = county_of_reader()
    draft = _new_draft(org, request.args)
    back = url_for(".new_rule", copy_of=request.args.get("copy_of"))
    return _check(org, draft, None, action=url_for(".save_new_rule"), back=back)


def _new_draft(org: Org, fields: Any) -> Draft:
    book = book_for(org)
    taken = [*book.chains, *book.broken.values(), *(each.id for each in shipped_rules())]
    return read_new_rule(fields, _known(book), taken, clock.today())


@bp.post("/rules/new")
@requires(Permission.KEEP_RULES)
@form_of(new_rule)
@writes
def save_new_rule() -> ResponseReturnValue:
    """Write a local rule."""
    org = county_of_reader()
    draft = _new_draft(org, request.form)
    write_decision(draft, org, actor=current_actor(), now=clock.now())
    flash(translate(N_("The decision is kept. Results are being worked out anew.")), "success")
    return see_other(url_for(".rule", rule_id=draft.rule_id))


# ---- taking back


@bp.get("/decisions/<int:decision_id>/take-back")
@requires(Permission.KEEP_RULES)
def take_back(decision_id: int) -> str:
    """Ask why a decision is taken back, and show who would be affected."""
    found, org = get_decision(decision_id, current_scope_for(Permission.KEEP_RULES))
    book, today = book_for(org), clock.today()
    rule = book.on(found.rule, max(today, found.from_on))
    seen: Preview | None = None
    if found.voided_at is None:
        without = book_with(org, None, without=found.id)
        seen = preview(org, found.rule, without, on=max(today, found.from_on))
    return render_template(
        "duties/take_back.html",
        org=org,
        decision=found,
        title=title_of(rule) if rule else found.rule,
        seen=seen,
        state_words=_states,
        most_named=MOST_NAMED,
        form=form_view(),
    )


@bp.post("/decisions/<int:decision_id>/take-back")
@requires(Permission.KEEP_RULES)
@form_of(take_back)
@writes
def take_back_now(decision_id: int) -> ResponseReturnValue:
    """Take a decision back."""
    found, org = get_decision(decision_id, current_scope_for(Permission.KEEP_RULES))
    reason = read_reason(request.form)
    write_taken_back(found, org, reason, actor=current_actor(), now=clock.now())
    flash(translate(N_("The decision was taken back. What held before holds again.")), "success")
    if found.rule in book_for(org).chains:
        return see_other(url_for(".rule", rule_id=found.rule))
    return see_other(url_for(".rules"))
