"""Reading routes of approval from the data of a feature."""

import tomllib
from functools import cache
from pathlib import Path

import drillreg
from drillreg.core.access import Permission
from drillreg.core.codes import shipped_list
from drillreg.signoffs.rules import START, Route, stage_of_plain

PLACES = frozenset({"owner", "county", "town", "above"})


@cache
def routes_of(feature: str) -> tuple[Route, ...]:
    """Return the routes in `drillreg/<feature>/data/signing/*.toml`, by file name."""
    folder = Path(drillreg.__file__).parent / feature / "data" / "signing"
    return tuple(read_route(path) for path in sorted(folder.glob("*.toml")))


def read_route(path: Path) -> Route:
    """Return the route of a data file; raise ValueError, naming the file, where it is wrong."""
    data = tomllib.loads(path.read_text("utf-8"))
    try:
        stages = tuple(stage_of_plain(each) for each in data.pop("stage"))
        route = Route(
            stages=stages,
            kinds=tuple(data.pop("kinds")),
            org_kinds=tuple(data.pop("org_kinds")),
            **data,
        )
        _check(route)
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise ValueError(f"{path.name}: {error}") from error
    return route


def _check(route: Route) -> None:
    known = {START}
    for stage in route.stages:
        if stage.key in known:
            raise ValueError(f"two stages called {stage.key}")
        if not set(stage.not_by) <= known:
            raise ValueError(f"{stage.key}: not_by names a stage that does not come before")
        if stage.at not in PLACES:
            raise ValueError(f"{stage.key}: no place is called {stage.at}")
        Permission(stage.permission)
        if stage.checks:
            shipped_list(stage.checks)
        known.add(stage.key)
