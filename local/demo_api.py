"""Call the API for a demo, and check its answers."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

NOVA, BOOTS = "nova-agent-id", "boots-agent-id"
NEEDS_KEYS = (
    "needs keys, but the demo needs open mode. "
    "Start the server with make run, without AUTH=required."
)
NEEDS_REGISTRATION_KEY = (
    "needs a key to register agents, but the demo registers some without a key. "
    "Start the server with make run, without REGISTRATION=key."
)

Answer = dict[str, Any]
# Ignore the proxies of the environment: the server is usually local.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class DemoError(Exception):
    """The demo cannot go on. The message is one line."""


class RefusedError(DemoError):
    """The API refused a request. `code` is that of its answer, such as `excluded`."""

    def __init__(self, message: str, status: int, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Api:
    """The API at `url`, which may end in /api/v1."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise DemoError(f"API_URL={url} is not a URL. Use one such as http://127.0.0.1:8080")
        self.url = url.rstrip("/").removesuffix("/api/v1")

    def call(
        self, method: str, path: str, query: Mapping[str, str], body: Answer | None = None
    ) -> Answer:
        """Call a route, and return the JSON of a 2xx answer. See `full` for the path.

        Raises:
            RefusedError, DemoError
        """
        return self._send(method, f"/api/v1/{full(path)}?{urlencode(query)}", body)

    def socket_url(self) -> str | None:
        """Return the URL of the WebSocket that the front page names, if it names one."""
        url: str | None = self._send("GET", "/api/v1")["links"].get("socket")
        return url

    def _send(self, method: str, target: str, body: Answer | None = None) -> Answer:
        request = urllib.request.Request(  # noqa: S310 - the user's own URL, checked above
            self.url + target,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        try:
            with OPENER.open(request, timeout=35) as response:
                answer: Answer = json.load(response)
        except urllib.error.HTTPError as error:
            text = error.read().decode("utf-8", "replace")
            raise self._refusal(f"{method} {target}", error.code, text) from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise DemoError(f"no API at {self.url} ({reason}). Start it with make run.") from error
        return answer

    def _refusal(self, request: str, status: int, text: str) -> DemoError:
        code = _code(text)
        if code == "registration_key_required":
            return DemoError(f"{self.url} {NEEDS_REGISTRATION_KEY}")
        if status == HTTPStatus.UNAUTHORIZED:
            return DemoError(f"{self.url} {NEEDS_KEYS}")
        return RefusedError(f"{request} got {status}: {text}", status, code)


def full(path: str) -> str:
    """Return the path under the base path: `inbox` is `messaging/inbox`, `agents/me` is itself."""
    is_of_agents = path.partition("/")[0] == "agents"
    return path if is_of_agents else f"messaging/{path}"


def _code(text: str) -> str:
    """Return the code of a refusal, or an empty string: a gateway's has none."""
    try:
        return str(json.loads(text)["code"])
    except (ValueError, KeyError, TypeError):
        return ""


def expect(answer: Answer, field: str, value: Any) -> None:
    """Check that the answer's field has the value. Raises DemoError."""
    found = field_of(answer, field)
    if found != value:
        raise DemoError(f"{field} should be {json.dumps(value)}, but is {json.dumps(found)}")


def field_of(answer: Answer, path: str) -> Any:
    """Return a field, such as `data.status`. Raises DemoError."""
    value: Any = answer
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            raise DemoError(f"the answer has no {path}: {json.dumps(answer)}")
        value = value[name]
    return value


def url_of(environment: Mapping[str, str]) -> str:
    """Return the URL of the API: API_URL, that of PORT, or what `make env` has exported."""
    port = environment.get("PORT")
    local = f"http://127.0.0.1:{port or 8080}"
    exported = None if port else environment.get("AGENT_MESSAGING_URL")
    return environment.get("API_URL") or exported or local
