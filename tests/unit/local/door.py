"""A function that knows one key, behind the authorizers of a few routes."""

import asyncio
from datetime import UTC, datetime

from local.authorizer import Authorizers
from local.events import Request
from local.model import Authorizer, Route
from local.routing import Routes

NOON = datetime(2026, 3, 12, 19, 3, 58, 390000, tzinfo=UTC)
KEY = Authorizer("KeyAuthorizer", "KeyFunction", ("authorization",), 60)
BOTH = Authorizer("BothAuthorizer", "KeyFunction", ("authorization", "x-tenant"), 60)
FRESH = Authorizer("FreshAuthorizer", "KeyFunction", ("authorization",), 0)
ROUTES = Routes(
    [
        Route("POST", "/agents/{agent_id}", "Agents", KEY),
        Route("GET", "/inbox", "Inbox", KEY),
        Route("GET", "/both", "Both", BOTH),
        Route("GET", "/fresh", "Fresh", FRESH),
        Route("GET", "/health", "Docs", None),
    ]
)
NOVA = {"agent_id": "nova", "key_id": "k1", "epoch": 1}


class Door:
    """Answers each request; `now` is its clock, and `result` what its function answers next."""

    def __init__(self, **options):
        self.now = 0.0
        self.asked = []
        self.result = None
        self._authorizers = Authorizers(self._invoke, clock=lambda: self.now, **options)

    async def _invoke(self, function, event):
        self.asked.append((function, event))
        if isinstance(self.result, Exception):
            raise self.result
        if self.result is not None:
            return self.result
        is_known = event["identitySource"][0] == "Bearer good"
        return {"isAuthorized": is_known, "context": NOVA} if is_known else {"isAuthorized": False}

    def ask(self, path="/inbox", *headers, method="GET", query=""):
        request = Request(
            method, path, query, headers, b"a body", "127.0.0.1", "HTTP/1.1", NOON, "id-1"
        )
        return asyncio.run(self._authorizers.authorize(request, ROUTES.match(method, path)))


def bearer(key):
    return ("authorization", f"Bearer {key}")
