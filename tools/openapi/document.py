"""One OpenAPI 3.1 document for all functions, from their routes as they are declared.

Made when the project is built, never while it serves: `python -m tools.openapi.render` writes it
into the layer, and GET /openapi.json sends that file as it is.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from agent_messaging.docs.pages import PAGES, Page
from agent_messaging.door.route import Route
from tools.openapi import descriptions
from tools.openapi.operations import Describer, Operation
from tools.openapi.problems import SCHEMAS

Document = dict[str, Any]

DOCS = "docs"

TEXT = {"type": "string"}
PAGE_SCHEMAS: Document = {
    "health": {
        "type": "object",
        "required": ["status", "service", "version"],
        "properties": {"status": {"const": "ok"}, "service": TEXT, "version": TEXT},
    },
    "openapi": {"type": "object"},
}

HEADERS: Document = {
    "X-Request-Id": {
        "description": "Names this call in the logs; not on the gateway's own answers.",
        "schema": {"type": "string"},
    },
    "Idempotency-Replayed": {
        "description": "`true` where this is the answer to an earlier request with the same "
        "`Idempotency-Key`, and nothing happened anew.",
        "schema": {"const": "true"},
    },
    "Retry-After": {
        "description": "Seconds to wait before the same request is sent again; not on the "
        "gateway's own answers.",
        "schema": {"type": "integer"},
    },
    "RateLimit-Policy": {
        "description": "The limit that was reached: its name, how many (`q`) in how many seconds "
        "(`w`). As in draft-ietf-httpapi-ratelimit-headers-09; not on the gateway's own answers.",
        "schema": {"type": "string", "examples": ['"pair";q=300;w=60']},
    },
    "RateLimit": {
        "description": "What is left of it (`r`), and in how many seconds it begins anew (`t`).",
        "schema": {"type": "string", "examples": ['"pair";r=0;t=42']},
    },
}

SECURITY: Document = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "am_live_...",
        "description": descriptions.BEARER,
    }
}


@dataclass(frozen=True)
class Group:
    """The routes of one function, under its folder's name."""

    name: str
    routes: tuple[Route, ...]


def document(groups: Sequence[Group], title: str, version: str) -> Document:
    """The whole document.

    Raises:
        SameNameError: two functions have different models of one name.
    """
    operations = [Operation(group.name, route) for group in groups for route in group.routes]
    describer = Describer(operations)
    paths = _paths(describer, operations)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "description": descriptions.API,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "The host that this document came from."}],
        "security": [{"bearer": []}],
        "tags": [
            {"name": name, "description": descriptions.GROUPS[name]}
            for name in (*(group.name for group in groups), DOCS)
        ],
        "paths": paths,
        "components": {
            "securitySchemes": SECURITY,
            "headers": HEADERS,
            "schemas": dict(sorted({**describer.shared, **SCHEMAS}.items())),
            "responses": dict(sorted(describer.problems.responses.items())),
            "examples": dict(sorted(describer.problems.examples.items())),
        },
    }


def text(made: Document) -> str:
    """The document as its file holds it: the same bytes for the same routes."""
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _paths(describer: Describer, operations: Iterable[Operation]) -> Document:
    paths: Document = {}
    for operation in operations:
        methods = paths.setdefault(operation.route.path, {})
        methods[operation.route.method.lower()] = describer.describe(operation)
    return {**paths, **{page.path: {"get": _page(page)} for page in PAGES}}


def _page(page: Page) -> Document:
    media_type = page.media_type.partition(";")[0]
    headers = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
    schema = PAGE_SCHEMAS.get(page.name, TEXT)
    return {
        "tags": [DOCS],
        "operationId": f"{DOCS}_{page.name}",
        "summary": page.summary,
        "description": descriptions.PAGES[page.name],
        "responses": {
            "200": {
                "description": "OK",
                "headers": headers,
                "content": {media_type: {"schema": schema}},
            },
            "304": {"description": "`If-None-Match` names the page as it is.", "headers": headers},
        },
        "security": [],
    }
