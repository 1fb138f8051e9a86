"""FastAPI as a candidate: its application is called by ASGI in the process.

So no candidate has a server, a socket to the caller or a request to parse.
"""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from benchmarks.comparisons import store as stores
from benchmarks.comparisons.fastapi_app import make_app
from benchmarks.recorded import MESSAGES, RECIPIENT, SENDER, Case

KEYS = {SENDER: "am_live_sender", RECIPIENT: "am_live_recipient"}


def make(settings: dict[str, Any]) -> Callable[[], Any]:
    """Return the candidate. `settings` has the database, its place, the case, and `is_threaded`."""
    case = Case.from_json(settings["case"])
    store = getattr(stores, settings["database"])(settings["where"])
    store.create([(agent_id, agent_id.title(), key) for agent_id, key in KEYS.items()])
    if case.name == "inbox":
        fill(store)
    app = make_app(store, is_threaded=settings.get("is_threaded", False))
    loop = asyncio.new_event_loop()
    scope, body = request_of(case)

    def run() -> Any:
        return loop.run_until_complete(call(app, scope, body))

    status, _ = run()
    if status != 200:  # noqa: PLR2004
        raise RuntimeError(f"{case.name}: {_!r}")
    return run


def fill(store: stores.Store) -> None:
    """Insert as many messages as in the recorded inbox, with the same size."""
    with store.transaction():
        for number in range(MESSAGES):
            name = f"{number:026}"
            store.add(
                f"msg_{name}",
                SENDER,
                RECIPIENT,
                "contact_request",
                "pending",
                f"Message {number}",
                "x" * 400,
                0,
                f"thr_{name}",
                None,
                None,
                "2026-01-01T00:00:00.000+00:00",
            )


def request_of(case: Case) -> tuple[dict[str, Any], bytes]:
    """Return the case's event as ASGI's scope and body."""
    http = case.event["requestContext"]["http"]
    caller = case.event["requestContext"]["authorizer"]["lambda"]["agent_id"]
    headers = {**case.event["headers"], "authorization": f"Bearer {KEYS[caller]}"}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": http["method"],
        "scheme": "https",
        "path": urlsplit(http["path"]).path,
        "raw_path": http["path"].encode(),
        "root_path": "",
        "query_string": case.event["rawQueryString"].encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("203.0.113.7", 1),
        "server": ("127.0.0.1", 443),
    }
    return scope, case.event.get("body", "").encode()


async def call(app: Any, scope: dict[str, Any], body: bytes) -> tuple[int, bytes]:
    """Make one request and return the status and body of its answer."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(dict(scope), receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)
