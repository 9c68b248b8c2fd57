"""Seasons of a year: terms, school holidays, exam days, flood season, and whose entry counts.

Pure: the kinds and the entries are given. An entry is of certain dates, or comes back every year.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from drillreg.core.errors import DomainError
from drillreg.i18n import N_

LONGEST_SEASON = timedelta(days=365)
TERM, VACATION, EXAM = "term", "vacation", "exam"


def in_year(day: date, year: int) -> date:
    """Return the same day of another year; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


@dataclass(frozen=True)
class Span:
    """Some days in a row, both ends counted."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Say whether a day lies within."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Season:
    """One entry of an owner: a kind, a name, its days, and whether they come back every year."""

    id: int
    owner_org_id: int
    kind: str
    name: str
    first_on: date
    last_on: date
    yearly: bool = False

    def spans(self, year: int) -> Iterator[Span]:
        """Yield the spans that touch a year; one that crosses New Year touches two."""
        starts = (year - 1, year) if self.yearly else (self.first_on.year,)
        for start in starts:
            shift = start - self.first_on.year
            if shift < 0:
                continue
            span = Span(
                in_year(self.first_on, start), in_year(self.last_on, self.last_on.year + shift)
            )
            if span.first.year <= year <= span.last.year:
                yield span

    def holds(self, day: date) -> bool:
        """Say whether a day lies within."""
        return any(span.holds(day) for span in self.spans(day.year))


def ensure_sensible(first_on: date, last_on: date) -> None:
    """Raise unless a season ends after it begins, within a year."""
    if last_on < first_on:
        raise DomainError(N_("A season cannot end before it begins."))
    if last_on - first_on > LONGEST_SEASON:
        raise DomainError(N_("A season lasts a year at most."))


@dataclass(frozen=True)
class SeasonCalendar:
    """The seasons as they count at one place: of each kind and year those of the nearest owner.

    `owners` come nearest first; `roles` says what a kind is taken for, such as "term" or "exam".
    """

    owners: Sequence[int] = ()
    seasons: Sequence[Season] = ()
    roles: Mapping[str, str] = field(default_factory=dict)

    def of_year(self, year: int) -> list[tuple[Season, Span]]:
        """Return what counts in a year, by first day."""
        found: list[tuple[Season, Span]] = []
        for kind in dict.fromkeys(season.kind for season in self.seasons):
            for owner in self.owners:
                theirs = [
                    (season, span)
                    for season in self.seasons
                    if season.kind == kind and season.owner_org_id == owner
                    for span in season.spans(year)
                ]
                if theirs:
                    found += theirs
                    break
        return sorted(found, key=lambda each: (each[1].first, each[0].id))

    def seasons_on(self, day: date) -> list[Season]:
        """Return the seasons a day lies in."""
        return [season for season, span in self.of_year(day.year) if span.holds(day)]

    def term_of(self, day: date) -> tuple[Season, Span] | None:
        """Return the school term of a day with its span, or None outside of terms."""
        return next(
            (
                (season, span)
                for season, span in self.of_year(day.year)
                if self.roles.get(season.kind) == TERM and span.holds(day)
            ),
            None,
        )

    def is_exam_day(self, day: date) -> bool:
        """Say whether exams are written on a day."""
        return any(self.roles.get(season.kind) == EXAM for season in self.seasons_on(day))

    def spans_of(self, kinds: Sequence[str], first_year: int, last_year: int) -> tuple[Span, ...]:
        """Return the spans of some kinds over several years, each once, in order."""
        found = {
            span
            for year in range(first_year, last_year + 1)
            for season, span in self.of_year(year)
            if season.kind in kinds
        }
        return tuple(sorted(found, key=lambda span: span.first))
