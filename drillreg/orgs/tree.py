"""The tree beside the list: what is shown of it and how far it is opened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drillreg.core.codes import code_list
from drillreg.orgs.models import Org
from drillreg.orgs.queries import children_of_many, counts_below, top_orgs
from drillreg.orgs.rules import covers
from drillreg.orgs.scope import OrgScope

# Kinds that stand in the tree by themselves; the others are gathered by kind.
BRANCHES = ("county", "town")
# So many units of one kind are shown at once; more of them wait behind their kind and number.
SHOWN_AT_ONCE = 8


@dataclass(frozen=True)
class Node:
    """An organisation in the tree; `count` is how many stand below it at any depth."""

    org: Org
    count: int
    groups: "tuple[Group, ...]"
    chosen: bool
    opened: bool


@dataclass(frozen=True)
class Group:
    """The organisations of one kind below a node."""

    kind: str
    nodes: tuple[Node, ...]
    opened: bool

    @property
    def gathered(self) -> bool:
        """Say whether the group stands behind the name of its kind."""
        return self.kind not in BRANCHES


def tree(scope: OrgScope, chosen: Org | None) -> tuple[Group, ...]:
    """Return the tree in scope, opened down to the chosen organisation; four queries at most."""
    tops = [org for org in top_orgs(scope) if org.closed_on is None]
    opened = {int(part) for part in chosen.path.rstrip("/").split("/")} if chosen else set()
    if chosen is None and len(tops) == 1:
        opened = {tops[0].id}
    below = children_of_many(opened, scope) if opened else []
    counts = counts_below([org.id for org in (*tops, *below)], scope)
    children: dict[int, list[Org]] = {}
    for org in below:
        children.setdefault(org.parent_id or 0, []).append(org)

    def node(org: Org) -> Node:
        inside = groups(children.get(org.id, ())) if org.id in opened else ()
        is_chosen = chosen is not None and chosen.id == org.id
        return Node(org, counts.get(org.id, 0), inside, is_chosen, org.id in opened)

    def groups(orgs: Iterable[Org]) -> tuple[Group, ...]:
        return grouped([node(org) for org in orgs], chosen)

    return groups(tops)


def grouped(nodes: Sequence[Node], chosen: Org | None) -> tuple[Group, ...]:
    """Return nodes by kind in the order of the code list; few of a kind are shown at once."""
    kinds = sorted(code_list("org_kind").codes(), key=lambda kind: kind in BRANCHES)
    found = []
    for kind in kinds:
        of_kind = tuple(node for node in nodes if node.org.kind == kind)
        on_the_way = chosen is not None and any(covers(n.org.path, chosen.path) for n in of_kind)
        if of_kind:
            opened = on_the_way or len(of_kind) <= SHOWN_AT_ONCE
            found.append(Group(kind, of_kind, opened))
    return tuple(found)
