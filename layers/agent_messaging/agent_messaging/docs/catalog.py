"""The routes and features of this release, as /openapi.json lists them.

The build writes them into rendered/catalog.json, because a request should not parse the whole
document:

    {"features": ["agents", ...], "routes": [["GET", "/health", true], ...]}
"""

import functools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
RENDERED = HERE / "rendered"
FILE = "catalog.json"
PAGES = "docs"  # the tag of the pages, which are no feature


class Known(NamedTuple):
    """One route of the API. `is_page` means that it is a page for everybody."""

    method: str
    path: str
    is_page: bool


class Catalog(NamedTuple):
    """All routes in the order of the document, and the names of the groups of routes."""

    features: tuple[str, ...]
    routes: tuple[Known, ...]


@functools.cache
def catalog() -> Catalog:
    """Return the catalog, from its file or from the document."""
    file = RENDERED / FILE
    listed = json.loads(file.read_text("utf-8") if file.exists() else made())
    return Catalog(tuple(listed["features"]), tuple(Known(*each) for each in listed["routes"]))


def made() -> str:
    """Return the text of the file."""
    document = json.loads((HERE / "openapi.json").read_text("utf-8"))
    features = [tag["name"] for tag in document["tags"] if tag["name"] != PAGES]
    return json.dumps({"features": features, "routes": list(_routes(document["paths"]))})


def _routes(paths: Mapping[str, Mapping[str, Any]]) -> Iterable[Known]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            is_page = operation.get("security") == [] and operation.get("tags") == [PAGES]
            yield Known(method.upper(), path, is_page)
