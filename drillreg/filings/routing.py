"""With whom a plan is filed and to whom it is made known, as the data files say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from drillreg.core.codes import CodeItem, code_list
from drillreg.duties.conditions import Condition, passes
from drillreg.duties.reading import shipped_texts
from drillreg.duties.terms import Force
from drillreg.duties.wording import FORCE_WORDS, article_words
from drillreg.i18n import current_locale, pick, translate

# How the items of an article are numbered.
ITEMS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Source:
    """The article that asks for something."""

    text: str
    article: str
    # The number of the item within the article; 0 is the whole article.
    item: int = 0

    @property
    def force(self) -> Force:
        """The force of the text."""
        return shipped_texts()[self.text].force

    def words(self) -> str:
        """Return the source as it is cited, with its force, in the language of the request."""
        text, article = shipped_texts()[self.text], article_words(self.article)
        force = translate(FORCE_WORDS[self.force])
        if current_locale() == "en":
            item = f" ({self.item})" if self.item else ""
            return f"{text.title_en}, {article}{item} ({force})"
        item = f"（{ITEMS[self.item - 1]}）" if self.item else ""
        return f"{text.number}{article}{item}（{force}）"


@dataclass(frozen=True)
class Route:
    """One way of filing: with whom, which papers, how many working days."""

    code: str
    label: Mapping[str, str]
    org_kinds: frozenset[str]
    plan_kinds: frozenset[str]
    to: tuple[str, ...]
    via: str
    copies: tuple[str, ...]
    papers: tuple[str, ...]
    papers_where: tuple[tuple[str, tuple[tuple[Condition, ...], ...]], ...]
    days: int
    check_days: int | None
    source: Source
    any_of: tuple[tuple[Condition, ...], ...]

    def fits(self, plan_kind: str, org_kind: str, attributes: Mapping[str, Any]) -> bool:
        """Say whether a plan of a kind at such an organisation is filed this way."""
        if plan_kind not in self.plan_kinds or org_kind not in self.org_kinds:
            return False
        return passes((), self.any_of, attributes)

    def papers_for(self, attributes: Mapping[str, Any]) -> list[CodeItem]:
        """Return what an organisation has to send along, in the order of the data file."""
        asked = set(self.papers) | {
            paper for paper, any_of in self.papers_where if passes((), any_of, attributes)
        }
        return [item for item in code_list("filing_paper_kind") if item.code in asked]


@dataclass(frozen=True)
class Audience:
    """To whom plans of some organisations are made known."""

    code: str
    label: Mapping[str, str]
    org_kinds: frozenset[str]
    channels: tuple[str, ...]
    days: int
    source: Source


def _groups(raw: Iterable[Iterable[Mapping[str, Any]]]) -> tuple[tuple[Condition, ...], ...]:
    return tuple(
        tuple(
            Condition(each["attribute"], equals=each.get("is"), any_of=tuple(each.get("any", ())))
            for each in group
        )
        for group in raw
    )


def _source(item: CodeItem) -> Source:
    given = item.attributes
    return Source(given["text"], given["article"], given.get("item", ""))


@cache
def routes() -> tuple[Route, ...]:
    """Return the ways of filing in the order in which they are tried."""
    return tuple(_route(item) for item in code_list("filing_route"))


def _route(item: CodeItem) -> Route:
    given = item.attributes
    return Route(
        code=item.code,
        label=item.label,
        org_kinds=frozenset(given["org_kinds"]),
        plan_kinds=frozenset(given["plan_kinds"]),
        to=tuple(given["to"]),
        via=given.get("via", ""),
        copies=tuple(given["copies"]),
        papers=tuple(given["papers"]),
        papers_where=tuple(
            (each["paper"], _groups(each["any_of"])) for each in given.get("papers_where", ())
        ),
        days=given["days"],
        check_days=given.get("check_days"),
        source=_source(item),
        any_of=_groups(given.get("any_of", ())),
    )


@cache
def audiences() -> tuple[Audience, ...]:
    """Return to whom plans are made known, in the order in which it is tried."""
    return tuple(
        Audience(
            code=item.code,
            label=item.label,
            org_kinds=frozenset(item.attributes["org_kinds"]),
            channels=tuple(item.attributes["channels"]),
            days=item.attributes["days"],
            source=_source(item),
        )
        for item in code_list("publication_audience")
    )


def route_for(plan_kind: str, org_kind: str, attributes: Mapping[str, Any]) -> Route | None:
    """Return how a plan is filed; None where no text asks for it."""
    fitting = (each for each in routes() if each.fits(plan_kind, org_kind, attributes))
    return next(fitting, None)


def route_of(code: str) -> Route:
    """Return the way of filing that a record was made under."""
    return next(each for each in routes() if each.code == code)


def audience_for(org_kind: str) -> Audience | None:
    """Return to whom an organisation of a kind makes its plans known; None: nobody asks."""
    return next((each for each in audiences() if org_kind in each.org_kinds), None)


def audience_of(code: str) -> Audience:
    """Return the audience that a record was made under."""
    return next(each for each in audiences() if each.code == code)


def choices_of_field(code: str) -> dict[str, str]:
    """Return the words of a field of evidence by their codes, in the language of the request."""
    field = code_list("evidence_field").get(code)
    given = field.attributes["choices"] if field else []
    return {each: pick({"zh": zh, "en": en}) for each, zh, en in given}
