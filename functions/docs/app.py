"""Docs: a health check, Swagger UI, the OpenAPI document, and the API in plain words."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from agent_messaging.docs.pages import PAGES, Page, serve

# Nothing comes from elsewhere, and nothing goes elsewhere than to the API itself.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

resolver = APIGatewayHttpResolver()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return resolver.resolve(event, context)


def _endpoint(page: Page) -> Callable[[], Response[str]]:
    def answer() -> Response[str]:
        event = resolver.current_event.raw_event
        # The gateway writes names in lower case, `sam local` as they were sent.
        sent = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        content = serve(page, sent)
        headers = {
            **content.headers,
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "X-Request-Id": event["requestContext"]["requestId"],
        }
        response = Response(content.status, page.media_type, content.body, headers)
        response.base64_encoded = content.is_base64
        return response

    return answer


for each in PAGES:
    resolver.get(each.path)(_endpoint(each))
