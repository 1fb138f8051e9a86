"""The table of all calls in docs/api.md: each route, its summary, and the fields that it takes."""

import re
from collections.abc import Iterable, Iterator

from agent_messaging.docs.pages import PAGES
from agent_messaging.door.route import BASE, Route
from tools.openapi.document import Group

BEGIN, END = "<!-- calls -->", "<!-- end -->"
HEAD = ("| call | what it does | fields |", "|---|---|---|")


def placed(page: str, groups: Iterable[Group]) -> str:
    """Return the page with the table in its place."""
    block = "\n".join((BEGIN, *HEAD, *_rows(groups), END))
    return re.sub(f"{BEGIN}.*?{END}", lambda _: block, page, flags=re.DOTALL)


def _rows(groups: Iterable[Group]) -> Iterator[str]:
    for group in groups:
        for route in group.routes:
            call = f"{route.method} {route.path.removeprefix(BASE)}"
            yield f"| `{call}` | {route.summary} | {', '.join(_fields(route))} |"
    for page in PAGES:
        yield f"| `GET {page.path}` | {page.summary} |  |"


def _fields(route: Route) -> Iterator[str]:
    """Yield the fields of the body and the query; `?` marks those that may be left out."""
    for model in (route.body, route.query):
        for name, field in (model.model_fields if model else {}).items():
            yield f"`{name}`" if field.is_required() else f"`{name}?`"
