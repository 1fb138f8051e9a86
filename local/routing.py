"""Find the route of a request as an HTTP API does.

A literal segment has precedence over `{name}`, and `{name}` over `{name+}`, which matches the rest
of the path. A method has precedence over ANY. What no other route takes, the route `$default` takes
if there is one. An unknown path and an unknown method are the same here. Segments are decoded
before they are compared, so an encoded slash does not split a segment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from local.model import Route

# Ranks of a segment. The lower rank has precedence.
LITERAL, PARAMETER, GREEDY = 0, 1, 2


@dataclass(frozen=True)
class Match:
    """A route and the values of its parameters."""

    route: Route
    parameters: Mapping[str, str]
    """The decoded values of the path's parameters."""


class Routes:
    """The routes of an API, in order of precedence."""

    def __init__(self, routes: Iterable[Route]) -> None:
        routes = list(routes)
        self._routes = sorted((r for r in routes if not r.is_default), key=_precedence)
        self._default = next((r for r in routes if r.is_default), None)

    def match(self, method: str, raw_path: str) -> Match | None:
        """Return the route of a request. `raw_path` is percent-encoded, as the client sent it."""
        segments = [unquote(segment) for segment in raw_path.split("/")]
        for route in self._routes:
            if route.method in (method, "ANY"):
                parameters = _parameters(route.path.split("/"), segments)
                if parameters is not None:
                    return Match(route, parameters)
        return Match(self._default, {}) if self._default else None


def _precedence(route: Route) -> tuple[list[int], bool]:
    return [_rank(segment) for segment in route.path.split("/")], route.method == "ANY"


def _rank(segment: str) -> int:
    if not segment.startswith("{"):
        return LITERAL
    return GREEDY if segment.endswith("+}") else PARAMETER


def _parameters(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    """Return the parameters, or None if the segments do not match the pattern."""
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
