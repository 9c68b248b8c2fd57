"""What changed of the structured parts between two versions, in sentences; plain Python."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drillreg.i18n import N_, translate
from drillreg.plans.parts import Annex, Level, Member, Parts, Resource, Route


@dataclass(frozen=True)
class Said:
    """One thing that changed, as a marked sentence and what stands in it.

    `codes` are parameters that are codes, with the list that words them.
    """

    message: str
    params: Mapping[str, Any]
    codes: Mapping[str, str]

    def text(self, label: Callable[[str, str], str]) -> str:
        """Return the sentence in the language of the request; `label` words a code of a list."""
        words = {name: label(str(self.params[name]), of) for name, of in self.codes.items()}
        return translate(self.message, **{**self.params, **words})


def changes_of_parts(before: Parts, after: Parts) -> list[Said]:
    """Return what came in, went out and changed, in the order of the page."""
    return [
        *_levels(before.levels, after.levels),
        *_members(before.members, after.members),
        *_resources(before.resources, after.resources),
        *_routes(before.routes, after.routes),
        *_annexes(before.annexes, after.annexes),
    ]


def _said(message: str, codes: Mapping[str, str] | None = None, **params: Any) -> Said:
    return Said(message, params, codes or {})


LEVEL, ROLE = {"level": "response_level"}, {"role": "plan_role"}


def _pairs(old: Sequence[Any], new: Sequence[Any], key: Callable[[Any], Any]) -> Iterator[Any]:
    """Yield (old, new) by key, in the order of the new ones; None where one is missing."""
    left: dict[Any, list[Any]] = {}
    for each in old:
        left.setdefault(key(each), []).append(each)
    for each in new:
        same = left.get(key(each))
        yield (same.pop(0) if same else None), each
    for rest in left.values():
        for each in rest:
            yield each, None


def _levels(old: Sequence[Level], new: Sequence[Level]) -> Iterator[Said]:
    for was, now in _pairs(old, new, lambda each: each.level):
        level = (now or was).level
        if was is None:
            yield _said(N_("%(level)s response was added."), LEVEL, level=level)
        elif now is None:
            yield _said(N_("%(level)s response was taken out."), LEVEL, level=level)
        else:
            if was.trigger != now.trigger:
                yield _said(N_("%(level)s response: called at other limits."), LEVEL, level=level)
            if was.decider != now.decider:
                yield _said(
                    N_("%(level)s response: decided by %(now)s, not %(was)s any more."),
                    LEVEL,
                    level=level,
                    was=was.decider or "—",
                    now=now.decider or "—",
                )
            if was.actions != now.actions:
                yield _said(N_("%(level)s response: other actions."), LEVEL, level=level)


def _who(member: Member) -> str:
    return " ".join(filter(None, (member.org_name, member.post_title, member.name)))


def _members(old: Sequence[Member], new: Sequence[Member]) -> Iterator[Said]:
    def seat(each: Member) -> tuple[Any, ...]:
        return (each.role, each.org_id or each.org_name, each.post_title if each.org_id else "")

    for was, now in _pairs(old, new, seat):
        if was is None:
            yield _said(N_("%(role)s: %(who)s was added."), ROLE, role=now.role, who=_who(now))
        elif now is None:
            yield _said(N_("%(role)s: %(who)s was taken out."), ROLE, role=was.role, who=_who(was))
        elif was.name != now.name:
            yield _said(
                N_("%(role)s of %(org)s: %(now)s in place of %(was)s."),
                ROLE,
                role=now.role,
                org=now.org_name,
                was=was.name or "—",
                now=now.name or "—",
            )
        elif (was.phone, was.duty) != (now.phone, now.duty):
            yield _said(
                N_("%(role)s: telephone or task of %(who)s changed."),
                ROLE,
                role=now.role,
                who=_who(now),
            )


def _resources(old: Sequence[Resource], new: Sequence[Resource]) -> Iterator[Said]:
    for was, now in _pairs(old, new, lambda each: (each.noun, each.resource_id)):
        if was is None:
            yield _said(N_("Resource added: %(name)s."), name=now.name)
        elif now is None:
            yield _said(N_("Resource taken out: %(name)s."), name=was.name)
        elif was.amount != now.amount:
            yield _said(
                N_("%(name)s: %(now)g in place of %(was)g."),
                name=now.name,
                was=was.amount or 0.0,
                now=now.amount or 0.0,
            )


def _routes(old: Sequence[Route], new: Sequence[Route]) -> Iterator[Said]:
    for was, now in _pairs(old, new, lambda each: each.name):
        if was is None:
            yield _said(N_("Evacuation route added: %(name)s."), name=now.name)
        elif now is None:
            yield _said(N_("Evacuation route taken out: %(name)s."), name=was.name)
        elif _way(was) != _way(now):
            yield _said(N_("Evacuation route changed: %(name)s."), name=now.name)


def _way(route: Route) -> tuple[Any, ...]:
    return (
        route.start,
        route.destination,
        route.people,
        route.minutes,
        route.points,
        route.note,
    )


def _annexes(old: Sequence[Annex], new: Sequence[Annex]) -> Iterator[Said]:
    for was, now in _pairs(old, new, lambda each: each.title):
        if was is None:
            yield _said(N_("Annex added: %(title)s."), title=now.title)
        elif now is None:
            yield _said(N_("Annex taken out: %(title)s."), title=was.title)
        elif (was.file_name, was.size) != (now.file_name, now.size):
            yield _said(N_("Annex replaced: %(title)s."), title=now.title)
