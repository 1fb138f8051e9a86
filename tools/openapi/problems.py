"""Describe the errors of each route as responses: one for each status, with its codes.

Status, code, title and `fix` come from the classes in `errors`. Which errors a route returns
follows from its parameters and body, and from the `raises` of its declaration. If the gateway has
an answer of its own with the same status, the response has both forms.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from itertools import groupby
from typing import Any

from agent_messaging import errors
from agent_messaging.docs import error_pages
from agent_messaging.docs.gateway_answers import OwnAnswer
from agent_messaging.door.problem import MEDIA_TYPE
from agent_messaging.door.route import Route
from agent_messaging.errors import AgentMessagingError
from tools.openapi import gateway
from tools.openapi.schemas import KNOWN_VALUES, Schema

Response = dict[str, Any]

FAULT: Schema = {
    "type": "object",
    "description": "One wrong part of the request.",
    "required": ["pointer", "detail", "fix"],
    "properties": {
        "pointer": {
            "type": "string",
            "description": "Where it is: `#/field` in the body (JSON Pointer), `?parameter` in the "
            "query, `{part}` in the path, or the name of a header.",
            "examples": ["#/to_agent_id", "?limit", "{message_id}"],
        },
        "detail": {"type": "string", "examples": ["is missing"]},
        "fix": {
            "type": "string",
            "description": "What to do about this place.",
            "examples": ["Remove `cc`. A message has one recipient."],
        },
    },
}

PROBLEM: Schema = {
    "type": "object",
    "description": "An error, as in RFC 9457. Use `code` in your program, and do what `fix` says.",
    "required": ["type", "title", "status", "detail", "code", "errors", "fix", "request_id"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "The path of a page on this host that explains the code.",
        },
        "title": {"type": "string", "description": "The same for every error with this code."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What was wrong with this request."},
        "code": {
            "type": "string",
            "description": "The kind of error, for your program. It never changes.",
        },
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
        "fix": {"type": "string", "description": "What to do about it."},
        "request_id": {
            "type": "string",
            "description": "Identifies this request in the logs. Give it to the operator.",
        },
        "current_status": {
            "type": "string",
            "description": "The work order's state. Only with `illegal_transition`.",
        },
        "waits_for": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The work orders to complete first. Only with `not_ready`.",
        },
        "open_children": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Up to 100 open children. Only with `open_children`.",
        },
        "oldest_position": {
            "type": "string",
            "description": "The position to continue from, as `after`. Only with `position_gone`.",
        },
        "webhook_id": {
            "type": "string",
            "description": "Your webhook that has this URL. Only with `webhook_exists`.",
        },
    },
}

SCHEMAS = {"Fault": FAULT, "GatewayAnswer": gateway.SCHEMA, "Problem": PROBLEM}

# The headers of each status, in addition to X-Request-Id.
HEADERS = {
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After", "RateLimit-Policy", "RateLimit"),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After",),
}


def of_route(route: Route) -> list[type[AgentMessagingError]]:
    """Return every error that a route can return: from its form, and from its `raises`."""
    found = {*route.raises, errors.InvalidError, errors.ContentionError, errors.InternalError}
    if route.method != "GET" or route.path.startswith("/api/v1/messaging/work-order"):
        found.add(errors.OutOfTimeError)  # a read may store that an order expired
    if route.guard is not None:
        found.add(errors.RegistrationKeyError)
    if route.identity is not None:
        found |= {errors.UnauthorizedError, errors.IdentityMismatchError, errors.AgentNotFoundError}
        found.add(errors.RateLimitedError)  # from the meter, which counts every request
        if route.method != "GET":
            found |= {errors.KeyRevokedError, errors.AgentSuspendedError}
    if route.takes_key:
        found.add(errors.IdempotencyKeyReusedError)
    if route.body is not None:
        found |= {errors.MalformedError, errors.TooLargeError, errors.MediaTypeError}
        found.add(errors.ContentEncodingError)
    if route.query is not None and "cursor" in route.query.model_fields:
        found.add(errors.BadCursorError)
    return sorted(found, key=lambda error: (error.status, error.code))


class Problems:
    """Collects the error responses and examples of the document, each of them once."""

    def __init__(self) -> None:
        self.responses: dict[str, Response] = {}
        self.examples: dict[str, dict[str, Any]] = {}

    def refer(
        self, found: Iterable[type[AgentMessagingError]], own: Mapping[int, OwnAnswer]
    ) -> dict[str, Response]:
        """Return references to the responses for these errors and gateway answers, by status.

        `found` must be sorted by status.
        """
        kinds = {
            status: list(group) for status, group in groupby(found, key=lambda error: error.status)
        }
        return {
            str(status): self._reference(kinds.get(status, []), own.get(status))
            for status in sorted({*kinds, *own})
        }

    def _reference(self, kinds: list[type[AgentMessagingError]], own: OwnAnswer | None) -> Response:
        name = ".".join(kind.code for kind in kinds) or (own.name if own else "")
        self.examples |= {kind.code: _example(kind) for kind in kinds}
        self.responses[name] = _response(kinds, own)
        return {"$ref": f"#/components/responses/{name}"}


def _response(kinds: list[type[AgentMessagingError]], own: OwnAnswer | None) -> Response:
    sentences = [f"`{kind.code}`: {_sentence(kind)}" for kind in kinds]
    content = {MEDIA_TYPE: _problem(kinds)} if kinds else {}
    if own is not None:
        sentences.append(own.described)
        content[gateway.MEDIA_TYPE] = {
            "schema": {"$ref": "#/components/schemas/GatewayAnswer"},
            "examples": {"gateway": {"value": {"message": own.message}}},
        }
    names = ("X-Request-Id", *HEADERS.get(HTTPStatus(kinds[0].status), ())) if kinds else ()
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return {"description": " ".join(sentences), "headers": headers, "content": content}


def _problem(kinds: list[type[AgentMessagingError]]) -> dict[str, Any]:
    known = {"type": "string", KNOWN_VALUES: [kind.code for kind in kinds]}
    return {
        # Beside the reference, because with `allOf` generators make a class for each response.
        "schema": {
            "$ref": "#/components/schemas/Problem",
            "properties": {"code": known},
        },
        "examples": {kind.code: {"$ref": f"#/components/examples/{kind.code}"} for kind in kinds},
    }


def _example(kind: type[AgentMessagingError]) -> dict[str, Any]:
    return {"summary": kind.title, "value": error_pages.example(kind)}


def _sentence(kind: type[AgentMessagingError]) -> str:
    return error_pages.meaning(kind).partition("\n")[0]
