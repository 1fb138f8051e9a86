"""Write one page for each error code, from the error classes: what it means and what to do.

The `type` of a problem leads to its page. A browser gets HTML, everybody else JSON. The page
`gateway` explains the answers of API Gateway, which have no code.
"""

import html
import inspect
import json
from collections.abc import Iterator
from typing import Any

from agent_messaging import errors
from agent_messaging.docs import gateway_answers
from agent_messaging.errors import AgentMessagingError

REQUEST_ID = "5f1d3c8e-6f0b-4a86-9d0e-0c6f1f4b7a11"
HTML, JSON = "text/html; charset=utf-8", "application/json"
FAULT = {
    "pointer": "#/to_agent_id",
    "detail": "is missing",
    "fix": "Add `to_agent_id`, the `agent_id` of another agent from GET /api/v1/agents.",
}
# What a problem has besides the usual members.
MEMBERS: dict[type[AgentMessagingError], dict[str, Any]] = {
    errors.IllegalTransitionError: {"current_status": "completed"},
    errors.NotReadyError: {"waits_for": ["wo_01jd5m6z3y2x1w0v9t8s7r6q5p"]},
    errors.OpenChildrenError: {"open_children": ["wo_01jd5m6z3y2x1w0v9t8s7r6q5p"]},
    errors.PositionGoneError: {"oldest_position": "2.0.3tn8"},
    errors.WebhookExistsError: {"webhook_id": "whk_01jd5m8e1f2g3h4j5k6m7n8p9q"},
}

ErrorPage = dict[str, Any]


def texts() -> str:
    """Return all pages as one JSON object: code to page. It is rendered into a file."""
    found = {kind.code: _page(kind) for kind in kinds()}
    return json.dumps(found | {"gateway": _of_the_gateway()}, ensure_ascii=False)


def kinds() -> Iterator[type[AgentMessagingError]]:
    """Yield each class that `errors` exports and that has a code."""
    for name in errors.__all__:
        kind = getattr(errors, name)
        if isinstance(kind, type) and hasattr(kind, "code"):
            yield kind


def example(kind: type[AgentMessagingError]) -> dict[str, Any]:
    """Return the problem document that a request with this error gets."""
    is_invalid = kind is errors.InvalidError
    found = {
        "type": errors.page_of(kind.code),
        "title": kind.title,
        "status": kind.status,
        "detail": meaning(kind).partition("\n")[0],
        "code": kind.code,
        "errors": [FAULT] if is_invalid else [],
        "fix": FAULT["fix"] if is_invalid else kind.default_fix,
        "request_id": REQUEST_ID,
    }
    return {**found, **MEMBERS.get(kind, {})}


def meaning(kind: type[AgentMessagingError]) -> str:
    """Return what an error means: its docstring."""
    return inspect.cleandoc(kind.__doc__ or "")


def shown(page: ErrorPage, *, is_html: bool) -> tuple[str, str]:
    """Return the media type and the body of a page."""
    if is_html:
        return HTML, _html(page)
    return JSON, json.dumps(page, ensure_ascii=False)


def _page(kind: type[AgentMessagingError]) -> ErrorPage:
    return {
        "code": kind.code,
        "status": kind.status,
        "title": kind.title,
        "meaning": meaning(kind),
        "what_to_do": "Do what `fix` in the answer says. It knows your request. In general: "
        f"{kind.default_fix}",
        "example": example(kind),
    }


def _of_the_gateway() -> ErrorPage:
    told = [f"{each.status} {each.message}: {each.meaning}" for each in gateway_answers.ALL]
    to_do = [f"{each.status}: {each.fix}" for each in gateway_answers.ALL]
    return {
        "code": "gateway",
        "status": None,
        "title": "An answer of the gateway in front of the API",
        "meaning": "These answers are `application/json` with a `message` and nothing else.\n\n"
        + "\n".join(told)
        + "\n\n"
        + gateway_answers.LOCAL,
        "what_to_do": "\n".join(to_do),
        "example": {"message": "Unauthorized"},
    }


def _html(page: ErrorPage) -> str:
    safe = {name: html.escape(str(each)) for name, each in page.items()}
    example_text = html.escape(json.dumps(page["example"], ensure_ascii=False, indent=2))
    status = f" ({safe['status']})" if page["status"] else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{safe['title']}</title>"
        "<style>body{font:16px/1.5 sans-serif;max-width:46em;margin:2em auto;padding:0 1em}"
        "pre,p{white-space:pre-wrap}pre{background:#eee;padding:1em}</style>"
        f"<h1>{safe['title']}</h1><p><code>{safe['code']}</code>{status}</p>"
        f"<h2>What it means</h2><p>{safe['meaning']}</p>"
        f"<h2>What to do</h2><p>{safe['what_to_do']}</p>"
        f"<h2>Example</h2><pre>{example_text}</pre>"
        '<p><a href="/docs">API</a> · <a href="/llms.txt">/llms.txt</a></p></html>'
    )
