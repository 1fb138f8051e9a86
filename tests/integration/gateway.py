"""What every answer of a function has in common."""

from __future__ import annotations

from typing import Any

from local.in_process.requests import Answer, answer_of

PROBLEM_MEMBERS = ["type", "title", "status", "detail", "code", "errors", "fix", "request_id"]
DOCUMENTED_EXTRAS = {
    "illegal_transition": ["current_status"],
    "not_ready": ["waits_for"],
    "open_children": ["open_children"],
    "position_gone": ["oldest_position"],
    "webhook_exists": ["webhook_id"],
}


def checked(result: dict[str, Any], request_id: str) -> Answer:
    """Hold an answer against what all answers have in common."""
    answer = answer_of(result)
    status, headers, text, document = answer.status, answer.headers, answer.text, answer.json
    assert headers["X-Request-Id"] == request_id
    assert not result["isBase64Encoded"]
    assert (status == 204) == (text == "") == ("Content-Type" not in headers)
    if status == 204:
        pass
    elif status < 400:
        assert headers["Content-Type"] == "application/json"
    else:
        assert headers["Content-Type"] == "application/problem+json"
        extras = DOCUMENTED_EXTRAS.get(document["code"], [])
        assert list(document) == PROBLEM_MEMBERS + extras
        assert document["status"] == status
        assert document["request_id"] == request_id
        assert document["detail"]
        assert document["fix"].endswith((".", "`"))
        assert all(list(fault) == ["pointer", "detail", "fix"] for fault in document["errors"])
        # A body may also name an agent that nobody has registered.
        has_places = status == 422 or document["code"] == "agent_not_found"
        assert has_places >= bool(document["errors"])
        assert ("Retry-After" in headers) == (status in (429, 503))
    return answer
