"""Docs: the open pages, and an answer to every request that no route takes.

The pages are the front page, a health check, Swagger UI, /openapi.json, /arazzo.json,
/asyncapi.json, /llms.txt and a page for each error code. What only refusals need is imported when a
request is refused.
"""

import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from agent_messaging.docs.front import LINK_HEADER, Settings
from agent_messaging.docs.pages import PAGES, Page, serve, serve_error

# Pages load nothing from other hosts, and send requests only to the API itself. Scripts are files
# of this host. Swagger UI sets the styles of single elements.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

TEXT = "text/plain; charset=utf-8"
SAFE = {"X-Content-Type-Options": "nosniff"}

PAGE_OF = {f"GET {page.path}": page for page in PAGES}
ERROR = PAGE_OF["GET /docs/errors/{code}"]
REGISTRATION = os.environ.get("REGISTRATION_MODE", "key")
SOCKETS_URL = os.environ.get("SOCKETS_URL")


def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
    """Answer a request for a page, or one that no other route takes."""
    # The gateway sends names in lower case. `sam local` keeps their case.
    sent = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    page = PAGE_OF.get(event["routeKey"])
    return _unrouted(event, sent) if page is None else _page(page, event, sent)


def _page(page: Page, event: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, Any]:
    vouched = (event["requestContext"].get("authorizer") or {}).get("lambda") or {}
    # Only `make run` in open mode says so: see auth.is_open, whose import takes longer than this.
    mode = "open" if vouched.get("mode") == "open" else "keys"
    if page is ERROR:
        content = serve_error(page, (event.get("pathParameters") or {}).get("code", ""), sent)
    else:
        content = serve(
            page, sent, Settings(mode, REGISTRATION, SOCKETS_URL), event.get("rawQueryString", "")
        )
    if content is None:
        return _no_such_code(event)
    headers = {**content.headers, "Content-Security-Policy": POLICY, **SAFE}
    return _answer(event, content.status, headers, content.body, is_base64=content.is_base64)


def _no_such_code(event: Mapping[str, Any]) -> dict[str, Any]:
    from agent_messaging.errors import NotFoundError  # noqa: PLC0415

    fix = "Use the `code` of an answer, as its `type` does. /llms.txt lists all codes."
    return _refused(event, NotFoundError("No error has this code.", fix=fix))


def _refused(event: Mapping[str, Any], error: Any) -> dict[str, Any]:
    from agent_messaging.door import problem  # noqa: PLC0415

    _log(event, "refused", code=error.code, status=error.status)
    refused = problem.refused(error, event["requestContext"]["requestId"])
    refused["headers"] |= {"Link": LINK_HEADER, "Cache-Control": "no-store", **SAFE}
    return refused


def _unrouted(event: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, Any]:
    from agent_messaging.docs import unrouted  # noqa: PLC0415
    from agent_messaging.errors import AgentMessagingError  # noqa: PLC0415

    try:
        answer = unrouted.answer(unrouted.request_of(event, sent))
    except AgentMessagingError as error:
        return _refused(event, error)
    if isinstance(answer, unrouted.Found):
        # HEAD. The gateway sends the headers of this answer, and not its body.
        served = {**event, "pathParameters": answer.parameters}
        return _page(PAGE_OF[f"GET {answer.route.path}"], served, sent)
    if isinstance(answer, unrouted.Redirect):
        _log(event, "redirected", status=308)
        return _redirected(event, answer.location)
    return _answer(event, 204, {"Allow": answer.allow} if answer.allow else {})


def _redirected(event: Mapping[str, Any], location: str) -> dict[str, Any]:
    headers = {"Location": location, "Cache-Control": "no-store", "Content-Type": TEXT, **SAFE}
    return _answer(event, 308, headers, f"Use {location}\n")


def _answer(
    event: Mapping[str, Any],
    status: int,
    headers: Mapping[str, str],
    body: str = "",
    *,
    is_base64: bool = False,
) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {**headers, "X-Request-Id": event["requestContext"]["requestId"]},
        "body": body,
        "isBase64Encoded": is_base64,
    }


def _log(event: Mapping[str, Any], message: str, **values: str | int) -> None:
    """Write a line as the other functions do. It has nothing that the caller wrote.

    The logger of the other functions takes ten times as long to import as all of this.
    """
    line = {
        "level": "INFO",
        "message": message,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "request_id": event["requestContext"]["requestId"],
        **values,
    }
    sys.stdout.write(json.dumps(line) + "\n")
