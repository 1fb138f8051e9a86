"""Run the demo of two agents against a running API, and print each step: `make demo`.

Nova finds Boots offline. Then Boots listens, and Nova gives it a work order. Its event wakes Boots,
which reads its inbox, accepts the order, sends a heartbeat and completes the order. The acceptance
wakes Nova. Each answer is checked. The first wrong one ends the demo.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from local.demo_listening import WOKEN_SECONDS, Listener, ListeningError, listening

NOVA, BOOTS = "nova-agent-id", "boots-agent-id"
LAG_SECONDS = 5.0
"""How long a list may lag behind a write."""
NEEDS_KEYS = (
    "needs keys, but the demo needs open mode. "
    "Start the server with make run, without AUTH=required."
)

Answer = dict[str, Any]
# Ignore the proxies of the environment: the server is usually local.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class DemoError(Exception):
    """The demo cannot go on. The message is one line."""


class Api:
    """The API at `url`, which may end in /api/v1."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise DemoError(f"API_URL={url} is not a URL. Use one such as http://127.0.0.1:8080")
        self.url = url.rstrip("/").removesuffix("/api/v1")

    def call(
        self, method: str, path: str, query: Mapping[str, str], body: Answer | None = None
    ) -> Answer:
        """Call a route of the messages. Return the JSON of a 2xx answer, or raise DemoError."""
        return self._send(method, f"/api/v1/messaging/{path}?{urlencode(query)}", body)

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
            if error.code == HTTPStatus.UNAUTHORIZED:
                raise DemoError(f"{self.url} {NEEDS_KEYS}") from error
            text = error.read().decode("utf-8", "replace")
            raise DemoError(f"{method} {target} got {error.code}: {text}") from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise DemoError(f"no API at {self.url} ({reason}). Start it with make run.") from error
        return answer


def tell(line: str, answer: Answer, *fields: str) -> None:
    """Print a step, and the named fields of its answer."""
    shown = ", ".join(f"{field}: {json.dumps(_field(answer, field))}" for field in fields)
    print(f"  {line}\n      -> {shown}", flush=True)


def expect(answer: Answer, field: str, value: Any) -> None:
    """Check that the answer's field has the value. Raises DemoError."""
    found = _field(answer, field)
    if found != value:
        raise DemoError(f"{field} should be {json.dumps(value)}, but is {json.dumps(found)}")


def _field(answer: Answer, path: str) -> Any:
    value: Any = answer
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            raise DemoError(f"the answer has no {path}: {json.dumps(answer)}")
        value = value[name]
    return value


def listed(fetch: Callable[[], Answer], name: str, key: str, wanted: set[str]) -> Answer:
    """Call `fetch` until the list `name` of its answer has the wanted entries, by `key`."""
    ends_at = time.monotonic() + LAG_SECONDS
    while True:
        answer = fetch()
        missing = wanted - {each[key] for each in _field(answer, name)}
        if not missing:
            return answer
        if time.monotonic() > ends_at:
            raise DemoError(f"{name} should contain {', '.join(sorted(missing))}")


def boots_sleeps(api: Api) -> None:
    """Make Boots offline, in case it is still online from the last demo."""
    if api.call("GET", f"presence/{BOOTS}", {"agent_id": NOVA})["is_online"]:
        api.call("DELETE", "presence", {"agent_id": BOOTS})


def nova_pings(api: Api, *, is_online: bool) -> str:
    """Ping Boots, and return the message's id."""
    body = {"to_agent_id": BOOTS, "message": "Ready for task handoff?"}
    answer = api.call("POST", "ping", {"from_agent_id": NOVA}, body)
    expect(answer, "success", value=True)
    expect(answer, "target_agent.is_online", is_online)
    tell("Nova pings Boots", answer, "message_id", "target_agent.name", "target_agent.is_online")
    return str(answer["message_id"])


def nova_orders(api: Api) -> tuple[str, str]:
    """Create a work order for Boots. Return the ids of the order and of its message."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    answer = api.call(
        "POST",
        "work-order",
        {"from_agent_id": NOVA},
        {
            "to_agent_id": BOOTS,
            "title": "Test Agent Directory Transaction Flow",
            "description": "Verify that listings, search, and purchases work correctly",
            "deadline_at": tomorrow.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    )
    expect(answer, "status", "pending")
    tell("Nova gives Boots a work order", answer, "work_order_id", "status")
    return str(answer["work_order_id"]), str(answer["message_id"])


def boots_looks(api: Api, messages: set[str], order: str) -> None:
    """Read the inbox and the work orders of Boots."""

    def inbox() -> Answer:
        return api.call("GET", "inbox", {"agent_id": BOOTS, "status": "pending"})

    def orders() -> Answer:
        query = {"agent_id": BOOTS, "role": "worker", "status": "pending"}
        return api.call("GET", "work-orders", query)

    answer = listed(inbox, "messages", "message_id", messages)
    tell("Boots checks its inbox", answer, "total_messages")
    for each in answer["messages"]:
        print(f"         {each['type']} from {each['from_agent']['name']}: {each['body']}")
    answer = listed(orders, "work_orders", "work_order_id", {order})
    tell("Boots checks its work orders", answer, "total_orders")


def is_woken(name: str, listener: Listener, kind: str, order: str) -> None:
    """Wait for the event of an order, show it and acknowledge it."""
    began = time.monotonic()
    for event in listener.events(WOKEN_SECONDS):
        if event["type"] == kind and event["data"]["work_order_id"] == order:
            waited = round((time.monotonic() - began) * 1000)
            listener.acknowledge(event["position"])
            told = f"{name} is woken by {listener.name}, after {waited} ms"
            tell(told, event, "type", "event_id", "data.status")
            return
    raise DemoError(f"{name} should be woken by {kind}, but got no such event")


def boots_accepts(api: Api, order: str) -> None:
    """Accept the order as Boots."""
    answer = api.call(
        "POST", f"work-order/{order}/respond", {"agent_id": BOOTS}, {"action": "accept"}
    )
    expect(answer, "status", "accepted")
    tell("Boots accepts the work order", answer, "status", "accepted_at")


def boots_stays_online(api: Api) -> None:
    """Send one heartbeat, and set the status message."""
    answer = api.call("POST", "heartbeat", {"agent_id": BOOTS})
    expect(answer, "is_online", value=True)
    tell("Boots sends a heartbeat", answer, "is_online", "expires_at", "next_heartbeat_in")
    status = {"status_message": "On Nova's order", "accepts_work_orders": True}
    answer = api.call("PUT", "presence", {"agent_id": BOOTS}, status)
    expect(answer, "status_message", "On Nova's order")
    tell("Boots updates its presence", answer, "status_message", "current_active_jobs")


def boots_completes(api: Api, order: str) -> None:
    """Complete the order as Boots."""
    result = {"result_data": {"checked": 3, "failed": 0}, "summary": "All flows work."}
    answer = api.call("POST", f"work-order/{order}/complete", {"agent_id": BOOTS}, result)
    expect(answer, "status", "completed")
    tell("Boots completes the work order", answer, "status", "completed_at")


def boots_marks_read(api: Api, message: str) -> None:
    """Mark the ping as read."""
    answer = api.call("POST", f"mark-read/{message}", {"agent_id": BOOTS})
    expect(answer, "status", "read")
    tell("Boots marks the ping as read", answer, "status", "read_at")


def nova_sees(api: Api, order: str) -> None:
    """Read the completed order as Nova."""

    def orders() -> Answer:
        query = {"agent_id": NOVA, "role": "client", "status": "completed"}
        return api.call("GET", "work-orders", query)

    answer = listed(orders, "work_orders", "work_order_id", {order})
    done = next(each for each in answer["work_orders"] if each["work_order_id"] == order)
    tell("Nova sees that its work order is completed", done, "status", "summary", "result_data")
    answer = api.call("GET", "stats", {"agent_id": NOVA})
    tell("Nova reads its statistics", answer, "unread_messages", "active_work_orders")


def play(api: Api) -> None:
    """Run all steps. Raises DemoError at the first wrong answer."""
    boots_sleeps(api)
    ping = nova_pings(api, is_online=False)
    with listening(api, BOOTS) as boots, listening(api, NOVA) as nova:
        order, notice = nova_orders(api)
        is_woken("Boots", boots, "work_order.created", order)
        boots_looks(api, {ping, notice}, order)
        boots_accepts(api, order)
        is_woken("Nova", nova, "work_order.accepted", order)
    boots_stays_online(api)
    nova_pings(api, is_online=True)
    boots_completes(api, order)
    boots_marks_read(api, ping)
    nova_sees(api, order)


def url_of(environment: Mapping[str, str]) -> str:
    """Return the URL of the API: API_URL, that of PORT, or what `make env` has exported."""
    port = environment.get("PORT")
    local = f"http://127.0.0.1:{port or 8080}"
    exported = None if port else environment.get("AGENT_MESSAGING_URL")
    return environment.get("API_URL") or exported or local


def main() -> int:
    """Run the demo. Return 1 if a step failed."""
    try:
        api = Api(url_of(os.environ))
        print(f"Demo: Nova and Boots at {api.url}\n", flush=True)
        play(api)
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # The output's reader has ended.
        return 1
    except (DemoError, ListeningError, OSError) as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    print("\nThe demo succeeded.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
