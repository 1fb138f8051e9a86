"""Build one OpenAPI 3.1 document from the declared routes of all functions.

`python -m tools.openapi.render` writes the document into the layer before a build. GET
/openapi.json returns that file, so no function builds the document.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from agent_messaging.docs.pages import PAGES, Page
from agent_messaging.door.route import Route
from agent_messaging.errors import NotFoundError
from tools.openapi import descriptions
from tools.openapi.operations import Describer, Operation
from tools.openapi.page_schemas import PAGE_SCHEMAS, TEXT
from tools.openapi.problems import SCHEMAS, Problems
from tools.openapi.schemas import KNOWN_VALUES

Document = dict[str, Any]

DOCS = "docs"
# By the folder of a function that serves a noun beside another.
NOUNS = {"feed_wait": "feed", "work_orders_transcript": "work_orders"}

# The errors of a page.
PAGE_ERRORS = {"error": [NotFoundError]}
# The parts of the path of a page.
PAGE_PARTS: Document = {
    "error": [
        {
            "name": "code",
            "in": "path",
            "required": True,
            "description": descriptions.PARAMETERS["code"],
            "schema": {"type": "string", "examples": ["invalid"]},
        }
    ]
}

HEADERS: Document = {
    "X-Request-Id": {
        "description": "Identifies this request in the logs. The gateway's own answers do not "
        "have it.",
        "schema": {"type": "string"},
    },
    "Idempotency-Replayed": {
        "description": "`true` if this is the stored answer to an earlier request with the same "
        "`Idempotency-Key`. Nothing was written again.",
        "schema": {**TEXT, KNOWN_VALUES: ["true"]},
    },
    "Retry-After": {
        "description": "How many seconds to wait before you repeat the request. The gateway's own "
        "answers do not have it.",
        "schema": {"type": "integer"},
    },
    "RateLimit-Policy": {
        "description": "The limit that was reached: its name, the quota (`q`), and its window in "
        "seconds (`w`). See draft-ietf-httpapi-ratelimit-headers-09. The gateway's own answers do "
        "not have it.",
        "schema": {"type": "string", "examples": ['"pair";q=300;w=60']},
    },
    "RateLimit": {
        "description": "What is left of the limit (`r`), and the seconds until it is reset (`t`).",
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
    """The routes of one function, with the name of its folder."""

    name: str
    routes: tuple[Route, ...]

    @property
    def noun(self) -> str:
        """The noun of the routes, which is also the tag. Some nouns have several functions."""
        return NOUNS.get(self.name, self.name)


def document(groups: Sequence[Group], title: str, version: str) -> Document:
    """Return the OpenAPI document.

    Raises:
        SameNameError: two functions have different models with the same name.
    """
    operations = [Operation(group.noun, route) for group in groups for route in group.routes]
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
        "externalDocs": {"description": descriptions.WORKFLOWS, "url": "/arazzo.json"},
        "servers": [{"url": "/", "description": "The host that sent this document."}],
        "security": [{"bearer": []}],
        "tags": [
            {"name": name, "description": descriptions.GROUPS[name]}
            for name in dict.fromkeys((*(group.noun for group in groups), DOCS))
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
    """Return the document as the text of its file. The same routes give the same bytes."""
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _paths(describer: Describer, operations: Iterable[Operation]) -> Document:
    paths: Document = {}
    for operation in operations:
        methods = paths.setdefault(operation.route.path, {})
        methods[operation.route.method.lower()] = describer.describe(operation)
    return {**paths, **{page.path: {"get": _page(page, describer.problems)} for page in PAGES}}


def _page(page: Page, problems: Problems) -> Document:
    media_type = page.media_type.partition(";")[0]
    headers = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
    content = {media_type: {"schema": PAGE_SCHEMAS.get(page.name, TEXT)}}
    if page.has_html:
        content["text/html"] = {"schema": TEXT}
    parts = {"parameters": PAGE_PARTS[page.name]} if page.name in PAGE_PARTS else {}
    return {
        "tags": [DOCS],
        "operationId": f"{DOCS}_{page.name}",
        "summary": page.summary,
        "description": descriptions.PAGES[page.name],
        **parts,
        "responses": {
            "200": {
                "description": "OK",
                "headers": headers,
                "content": content,
            },
            "304": {
                "description": "The page still has the ETag that you sent in `If-None-Match`.",
                "headers": headers,
            },
            **problems.refer(PAGE_ERRORS.get(page.name, []), {}),
        },
        "security": [],
    }
