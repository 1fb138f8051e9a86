"""Docs: a health check, Swagger UI, /openapi.json, /arazzo.json and /llms.txt."""

from collections.abc import Mapping
from typing import Any

from agent_messaging.docs.pages import PAGES, serve

# Pages load nothing from other hosts, and send requests only to the API itself. Scripts are files
# of this host. Swagger UI sets the styles of single elements.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

PAGE_OF = {f"GET {page.path}": page for page in PAGES}


def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
    """Answer a request for a page."""
    # The gateway sends names in lower case. `sam local` keeps their case.
    sent = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    page = PAGE_OF[event["routeKey"]]
    content = serve(page, sent)
    headers = {
        **content.headers,
        "Content-Type": page.media_type,
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": event["requestContext"]["requestId"],
    }
    return {
        "statusCode": content.status,
        "headers": headers,
        "body": content.body,
        "isBase64Encoded": content.is_base64,
    }
