"""Refusals and failures as `application/problem+json`, RFC 9457.

Beside the RFC's members: `code`, a constant to branch on; `errors`, what is wrong where; `fix`, one
sentence on what to do; `request_id`, what to give the operator.
"""

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response

from agent_messaging.errors import AgentMessagingError

MEDIA_TYPE = "application/problem+json"


def refused(error: AgentMessagingError, request_id: str) -> Response[str]:
    """The refusal as `application/problem+json`, RFC 9457."""
    document: dict[str, Any] = {
        "type": f"urn:agent-messaging:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "errors": [{"pointer": f.pointer, "detail": f.detail} for f in error.faults],
        "fix": error.fix,
        "request_id": request_id,
        **error.members,
    }
    return Response(
        status_code=error.status,
        content_type=MEDIA_TYPE,
        body=json.dumps(document, ensure_ascii=False),
        headers={"X-Request-Id": request_id, **error.headers},
    )


def failed(request_id: str) -> Response[str]:
    """A bug, told apart from a refusal: nothing but the id under which it was logged."""
    document = {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Something broke on our side; the write may or may not have happened.",
        "code": "internal",
        "errors": [],
        "fix": "Try again; if it stays, give the operator the request_id.",
        "request_id": request_id,
    }
    return Response(500, MEDIA_TYPE, json.dumps(document), headers={"X-Request-Id": request_id})
