"""Write errors as `application/problem+json` (RFC 9457).

Four members are not from the RFC. `code` is a constant to branch on. `errors` lists what is wrong
and where. `fix` says what to do. `request_id` is the id to give to the operator. `type` is the
address of the code's page on the same host.
"""

import json
import re
from typing import Any

from agent_messaging.errors import AgentMessagingError, InternalError, page_of

MEDIA_TYPE = "application/problem+json"


# A call to read something, in a `fix`. A sentence may end right after it.
_READ = re.compile(r"GET (/api/v1/[^\s`,;]+?)(?=[.,;]?(?:\s|$)|`)")


def refused(
    error: AgentMessagingError, request_id: str, open_caller: str | None = None
) -> dict[str, Any]:
    """Return the answer for an error of the API.

    `open_caller` is the caller in open mode. Each call that a `fix` names has its id, because it
    would be refused without.
    """

    fix = _as_caller(error.fix, open_caller)
    document: dict[str, Any] = {
        "type": page_of(error.code),
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "errors": [
            {
                "pointer": each.pointer,
                "detail": each.detail,
                "fix": _as_caller(each.fix, open_caller) or fix,
            }
            for each in error.faults
        ],
        "fix": fix,
        "request_id": request_id,
        **error.members,
    }
    return _answered(document, error.headers)


def failed(request_id: str, again: str) -> dict[str, Any]:
    """Return the answer for a bug. It shows only the id under which the bug was logged.

    `again` tells the caller how to retry the request.
    """
    document = {
        "type": page_of(InternalError.code),
        "title": InternalError.title,
        "status": InternalError.status,
        "detail": "The server failed. A write may or may not have happened.",
        "code": InternalError.code,
        "errors": [],
        "fix": f"{again}. If it fails again, give the operator the request_id.",
        "request_id": request_id,
    }
    return _answered(document, {})


def _as_caller(fix: str, open_caller: str | None) -> str:
    """Return a fix whose calls to read something have the caller of open mode in their query."""

    def named(read: re.Match[str]) -> str:
        return f"{read[0]}{'&' if '?' in read[1] else '?'}agent_id={open_caller}"

    return _READ.sub(named, fix) if open_caller else fix


def _answered(document: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    return {
        "statusCode": document["status"],
        "headers": {
            "Content-Type": MEDIA_TYPE,
            "X-Request-Id": document["request_id"],
            **headers,
        },
        # Half of a surrogate pair, which a request may contain, cannot be sent.
        "body": json.dumps(document, ensure_ascii=False).encode("utf-8", "replace").decode(),
        "isBase64Encoded": False,
    }
