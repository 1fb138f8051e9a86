"""Docs: a health check, Swagger UI, the OpenAPI document, /llms.txt, and a page per error code."""

from collections.abc import Mapping
from typing import Any

from agent_messaging.docs.pages import DAY, PAGES, error_page, serve

# Pages load nothing from other hosts, and send requests only to the API itself.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

PAGE_OF = {f"GET {page.path}": page for page in PAGES}


def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
    """Answer a request for a page."""
    # The gateway sends names in lower case. `sam local` keeps their case.
    sent = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    request_id: str = event["requestContext"]["requestId"]
    page = PAGE_OF[event["routeKey"]]
    if page.name == "error":
        return _error(event, sent, request_id)
    content = serve(page, sent)
    answer = _answered(content.body, page.media_type, content.headers, request_id)
    return {**answer, "statusCode": content.status, "isBase64Encoded": content.is_base64}


def _error(event: Mapping[str, Any], sent: Mapping[str, str], request_id: str) -> dict[str, Any]:
    """Answer with the page of one error code."""
    code = (event.get("pathParameters") or {}).get("code", "")
    page = error_page(code, sent.get("accept", ""))
    if page is None:
        from agent_messaging import errors  # noqa: PLC0415 - the pages need none of these
        from agent_messaging.door import problem  # noqa: PLC0415

        fix = "Use the `code` of an answer, as its `type` does. /llms.txt lists all codes."
        return problem.refused(errors.NotFoundError("No error has this code.", fix=fix), request_id)
    media_type, body = page
    return _answered(body, media_type, {"Cache-Control": DAY, "Vary": "Accept"}, request_id)


def _answered(
    body: str, media_type: str, headers: Mapping[str, str], request_id: str
) -> dict[str, Any]:
    return {
        "statusCode": 200,
        "headers": {
            **headers,
            "Content-Type": media_type,
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "X-Request-Id": request_id,
        },
        "body": body,
        "isBase64Encoded": False,
    }
