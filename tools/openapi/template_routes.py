"""The routes in template.yaml: one `HttpApi` event for each route that a function declares.

API Gateway serves only the routes of the template, so the template has to repeat them. These lines
are written from the functions. An event keeps its name, because CloudFormation names the function's
permission after it. A new event has the name of its endpoint.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from agent_messaging.door.route import Route
from tools.openapi.document import Group

CODE = re.compile(r"      CodeUri: functions/(\w+)$")
EVENTS = "      Events:"
EVENT = re.compile(
    r"        (\w+): \{Type: HttpApi, .* Method: (\w+), Path: (?:\"(.*?)\"|([^,}]+))"
)


def placed(template: str, groups: Iterable[Group]) -> str:
    """Return the template with the events of these groups' routes."""
    routes = {group.name: group.routes for group in groups}
    return "\n".join(_lines(template.split("\n"), routes))


def _lines(lines: list[str], routes: Mapping[str, tuple[Route, ...]]) -> Iterator[str]:
    found = [match.groups() for match in map(EVENT.match, lines) if match]
    names = {f"{method} {quoted or plain}": name for name, method, quoted, plain in found}
    group = ""
    for line in lines:
        if code := CODE.match(line):
            group = code[1]
        if group in routes and EVENT.match(line):
            continue
        yield line
        if line == EVENTS:
            for route in routes.get(group, ()):
                yield _event(names.get(route.key) or _name(route), route)


def _event(name: str, route: Route) -> str:
    path = f'"{route.path}"' if "{" in route.path else route.path
    auth = ", Auth: {Authorizer: NONE}" if route.identity is None else ""
    properties = f"ApiId: !Ref MessagingApi, Method: {route.method}, Path: {path}{auth}"
    return f"        {name}: {{Type: HttpApi, Properties: {{{properties}}}}}"


def _name(route: Route) -> str:
    return "".join(word.capitalize() for word in route.endpoint.__name__.split("_"))
