"""What the first page shows of duties: the last month that is over, the rule missed most first."""

from dataclasses import dataclass

from flask import render_template, url_for

from drillreg.core import clock
from drillreg.core.access import Actor, Permission
from drillreg.core.codes import code_label
from drillreg.duties.book import book_of
from drillreg.duties.closed import calendar_rules, counts_in, ended_last_month, worst_first
from drillreg.duties.counting import Tally
from drillreg.duties.describing import listed
from drillreg.duties.naming import NOT_DONE_WORDS, period_name
from drillreg.duties.rules import Rule
from drillreg.duties.states import State
from drillreg.duties.terms import Basis
from drillreg.duties.wording import title_of
from drillreg.i18n import N_, translate
from drillreg.orgs.queries import top_orgs
from drillreg.orgs.scope import current_scope
from drillreg.workdays.seasons import Span

SHOWN = 5
# Kinds of organisation that are named before one speaks of units.
MOST_KINDS = 2


@dataclass(frozen=True)
class Missed:
    """One line: a rule, its period, how many owed it and how many did not do it."""

    rule: Rule
    span: Span
    tally: Tally

    @property
    def title(self) -> str:
        """What was owed."""
        return title_of(self.rule)

    @property
    def sentence(self) -> str:
        """How many of how many did not do it in the period."""
        kinds = self.rule.binds.kinds
        of = translate(N_("duties"))
        if self.rule.basis is Basis.ORG:
            of = translate(N_("organisations"))
            if len(kinds) <= MOST_KINDS:
                of = listed(code_label(kind, "org_kind") for kind in sorted(kinds))
        return translate(
            N_("%(period)s: %(missed)d of %(total)d (%(of)s) %(not_done)s"),
            period=period_name(self.span.first, self.rule.asks.months),
            missed=self.tally[State.BREACHED],
            total=self.tally.owed,
            of=of,
            not_done=translate(NOT_DONE_WORDS[self.rule.owed]),
        )

    @property
    def url(self) -> str:
        """The page with the names."""
        return url_for("duties.closed", rule=self.rule.id, on=self.span.first.isoformat())


def periods_at_home(actor: Actor) -> str:
    """Show on the first page what was not done in the last month that is closed."""
    if not actor.may(Permission.ASSIGN_TASKS):
        return ""
    scope, today = current_scope().present, clock.today()
    tops = top_orgs(scope)
    if not tops:
        return ""
    rules = calendar_rules(book_of(int(tops[0].path.split("/", 1)[0])), today)
    spans = ended_last_month(rules, today)
    found = [
        Missed(rule, spans[rule.id], tally)
        for rule, tally in worst_first(counts_in(scope, spans), rules)
    ]
    if not found:
        return ""
    return render_template("duties/_month_panel.html", found=found[:SHOWN], more=len(found) > SHOWN)
