"""Which route a request takes, as an HTTP API decides it.

A literal segment wins over `{name}`, and `{name}` over `{name+}`, which takes the rest of the
path; a method wins over ANY. A path without a route, and a route without the method, are the same
thing: nothing. Segments are compared decoded, so an encoded slash never splits one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from local.model import Route

# Ranks of a segment; the lower one wins.
LITERAL, PARAMETER, GREEDY = 0, 1, 2


@dataclass(frozen=True)
class Match:
    """A route, and what the path says for its parameters."""

    route: Route
    parameters: Mapping[str, str]
    """The decoded values of the path's parameters."""


class Routes:
    """The routes of an API, in the order of their precedence."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = sorted(routes, key=_precedence)

    def match(self, method: str, raw_path: str) -> Match | None:
        """The route of a request whose path is `raw_path`, percent-encoded as it was sent."""
        segments = [unquote(segment) for segment in raw_path.split("/")]
        for route in self._routes:
            if route.method in (method, "ANY"):
                parameters = _parameters(route.path.split("/"), segments)
                if parameters is not None:
                    return Match(route, parameters)
        return None


def _precedence(route: Route) -> tuple[list[int], bool]:
    return [_rank(segment) for segment in route.path.split("/")], route.method == "ANY"


def _rank(segment: str) -> int:
    if not segment.startswith("{"):
        return LITERAL
    return GREEDY if segment.endswith("+}") else PARAMETER


def _parameters(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    """None when the segments do not fit the pattern."""
    parameters = {}
    if _rank(pattern[-1]) == GREEDY and len(segments) >= len(pattern):
        parameters[pattern[-1][1:-2]] = "/".join(segments[len(pattern) - 1 :])
        pattern, segments = pattern[:-1], segments[: len(pattern) - 1]
    if len(pattern) != len(segments):
        return None
    for expected, segment in zip(pattern, segments, strict=True):
        if expected.startswith("{") and segment:
            parameters[expected[1:-1]] = segment
        elif expected != segment:
            return None
    return parameters
