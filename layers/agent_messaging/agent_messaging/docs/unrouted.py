"""Answer what no route of the gateway takes: an unknown path, or another method than a path has.

    OPTIONS                                    204 with `Allow`
    a path with one slash too many at its end  308 to the path without it
    a page below /api/v1                       308 to the page at the root
    another method than the path has           405 with `Allow`
    anything else                              404 with the nearest route

The caller of `HEAD` on a page is served by the page's own route. Nothing here uses a table.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from agent_messaging import ids
from agent_messaging.docs.catalog import Known, catalog
from agent_messaging.docs.front import BASE
from agent_messaging.docs.nearest import nearest
from agent_messaging.errors import AgentMessagingError, MethodNotAllowedError, NotFoundError

LISTED = "/llms.txt explains all routes."
MAX_SHOWN = 100
# Every character of a query that a client may send as it is. Others are sent percent-encoded.
IN_QUERY = "!$%&'()*+,-./:;=?@_~[]^`{|}"


class Request(NamedTuple):
    """What matters of a request here. `path` is decoded, as the gateway passes it."""

    method: str
    path: str
    query: str
    is_preflight: bool


class Found(NamedTuple):
    """The page that serves a request, with the parameters in its path."""

    route: Known
    parameters: Mapping[str, str]


class Redirect(NamedTuple):
    """Where the request belongs. It begins with exactly one slash."""

    location: str


class Options(NamedTuple):
    """The answer to OPTIONS: the methods of the path, or none if no route has the path."""

    allow: str


Answer = Found | Redirect | Options


def request_of(event: Mapping[str, Any], headers: Mapping[str, str]) -> Request:
    """Return the request of an event. The names of `headers` are in lower case."""
    return Request(
        event["requestContext"]["http"]["method"].upper(),
        event["rawPath"],
        event.get("rawQueryString") or "",
        "access-control-request-method" in headers,
    )


def answer(request: Request) -> Answer:
    """Return the answer.

    Raises:
        NotFoundError: no route has the path.
        MethodNotAllowedError: the path has routes for other methods.
    """
    routes = catalog().routes
    found = _of_path(request.path, routes)
    if request.method == "OPTIONS":
        if found or request.is_preflight or request.path == "*":
            return Options(_allowed(each.route for each in found))
        raise _not_found(request, routes)
    if not found:
        location = _elsewhere(request, routes)
        if location is not None:
            return Redirect(location)
        raise _not_found(request, routes)
    if request.method == "HEAD":
        for each in found:
            if each.route.method == "GET" and each.route.is_page:
                return each
    raise _not_allowed(request, [each.route for each in found], routes)


def _of_path(path: str, routes: Iterable[Known]) -> list[Found]:
    """Return the routes of a path, whatever their methods. The gateway takes any that fits."""
    parts = path.split("/")
    found = []
    for route in routes:
        pattern = route.path.split("/")
        if len(pattern) == len(parts) and all(map(_fits, pattern, parts)):
            pairs = zip(pattern, parts, strict=True)
            found.append(
                Found(route, {name[1:-1]: part for name, part in pairs if name[:1] == "{"})
            )
    return sorted(found, key=lambda each: len(each.parameters))


def _fits(expected: str, part: str) -> bool:
    return bool(part) if expected.startswith("{") else part == expected


def _elsewhere(request: Request, routes: Iterable[Known]) -> str | None:
    """Return where a route has the path in another form. Never on another host."""
    path = request.path.removesuffix("/")
    is_route = path != request.path and bool(_of_path(path or "/", routes))
    if not is_route and request.method in ("GET", "HEAD"):
        path = request.path.removeprefix(BASE)
        is_route = path != request.path and any(
            each.route.is_page for each in _of_path(path, routes)
        )
    if not is_route:
        return None
    query = f"?{quote(request.query, safe=IN_QUERY)}" if request.query else ""
    return f"/{quote(path).lstrip('/')}{query}"


def _allowed(routes: Iterable[Known]) -> str:
    routes = list(routes)
    methods = {route.method for route in routes}
    if any(route.method == "GET" and route.is_page for route in routes):
        methods.add("HEAD")
    return ", ".join(sorted(methods | {"OPTIONS"} if methods else ()))


def _not_found(request: Request, routes: Iterable[Known]) -> AgentMessagingError:
    near = nearest(_sought(request.method), request.path, routes)
    detail = f"No route has the path `{_shown(request.path)}`."
    if near is None:
        return NotFoundError(detail, fix=f"Use `GET /`: it lists all documents. {LISTED}")
    return NotFoundError(f"{detail} Did you mean {near}?", fix=f"Use `{near}`. {LISTED}")


def _not_allowed(
    request: Request, found: list[Known], routes: Iterable[Known]
) -> AgentMessagingError:
    path, method = _shown(request.path), _shown(request.method)
    near = nearest(_sought(request.method), request.path, routes)
    named = [f"{each.method} {path}" for each in found if each.method != "DELETE"]
    proposed = str(near) if near is not None else next(iter(named), None)
    return MethodNotAllowedError(
        f"`{path}` does not take {method}.",
        fix=f"Use `{proposed}`. {LISTED}" if proposed else None,
        headers={"Allow": _allowed(found)},
    )


def _sought(method: str) -> str:
    return "GET" if method == "HEAD" else method


def _shown(text: str) -> str:
    """Return the caller's text in a form that is safe to show, without keys and shortened."""
    text = "/".join(map(ids.without_key, text.split("/")))
    text = re.sub(r"[^\x21-\x7e]|`", "?", text)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."
