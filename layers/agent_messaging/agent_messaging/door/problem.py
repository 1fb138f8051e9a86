"""Refusals and failures as `application/problem+json`, RFC 9457.

Beside the RFC's members: `code`, a constant to branch on; `errors`, what is wrong where; `fix`, one
sentence on what to do; `request_id`, what to give the operator.
"""

import json
from typing import Any

from agent_messaging.errors import AgentMessagingError

MEDIA_TYPE = "application/problem+json"


def refused(error: AgentMessagingError, request_id: str) -> dict[str, Any]:
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
    return _answered(document, error.headers)


def failed(request_id: str, again: str) -> dict[str, Any]:
    """A bug, told apart from a refusal: nothing but the id under which it was logged.

    `again` says how the request is repeated.
    """
    document = {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "The server failed. A write may or may not have happened.",
        "code": "internal",
        "errors": [],
        "fix": f"{again}. If it fails again, give the operator the request_id.",
        "request_id": request_id,
    }
    return _answered(document, {})


def _answered(document: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    return {
        "statusCode": document["status"],
        "headers": {
            "Content-Type": MEDIA_TYPE,
            "X-Request-Id": document["request_id"],
            **headers,
        },
        "body": json.dumps(document, ensure_ascii=False),
        "isBase64Encoded": False,
    }
