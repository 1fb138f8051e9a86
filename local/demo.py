"""Plays the story of Nova and Boots against a running API and prints it: `make demo`.

Nova finds Boots offline and leaves a work order; Boots wakes up, looks into its inbox, takes the
job, stays online with heartbeats and hands in the result. Each answer is checked; the first one
that is not as told ends the story.
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

NOVA, BOOTS = "nova-agent-id", "boots-agent-id"
LAG_SECONDS = 5.0
"""How long a list may lag behind a write."""

Answer = dict[str, Any]
# A proxy of the user's environment has no business in front of a local server.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class StoryError(Exception):
    """The story cannot go on; the message is one line."""


class Api:
    """The API at `url`, with or without its /api/v1."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise StoryError(f"API_URL={url} is not a URL such as http://127.0.0.1:8080")
        self.url = url.rstrip("/").removesuffix("/api/v1")

    def call(
        self, method: str, path: str, query: Mapping[str, str], body: Answer | None = None
    ) -> Answer:
        """The JSON of a 2xx answer; anything else raises StoryError."""
        target = f"/api/v1/messaging/{path}?{urlencode(query)}"
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
                raise StoryError(f"{self.url} asks for keys: the story needs open mode") from error
            text = error.read().decode("utf-8", "replace")
            raise StoryError(f"{method} {target} was answered {error.code}: {text}") from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise StoryError(f"no API at {self.url} ({reason}); start it: make run") from error
        return answer


def tell(line: str, answer: Answer, *fields: str) -> None:
    """Prints what happened, and the named fields of the answer."""
    shown = ", ".join(f"{field}: {json.dumps(_field(answer, field))}" for field in fields)
    print(f"  {line}\n      -> {shown}", flush=True)


def expect(answer: Answer, field: str, value: Any) -> None:
    """Ends the story unless the answer's field has the value."""
    found = _field(answer, field)
    if found != value:
        raise StoryError(f"{field} should be {json.dumps(value)}, and is {json.dumps(found)}")


def _field(answer: Answer, path: str) -> Any:
    value: Any = answer
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            raise StoryError(f"the answer has no {path}: {json.dumps(answer)}")
        value = value[name]
    return value


def listed(fetch: Callable[[], Answer], name: str, key: str, wanted: set[str]) -> Answer:
    """The answer of `fetch` as soon as its list `name` holds the wanted ones, by `key`."""
    ends_at = time.monotonic() + LAG_SECONDS
    while True:
        answer = fetch()
        missing = wanted - {each[key] for each in _field(answer, name)}
        if not missing:
            return answer
        if time.monotonic() > ends_at:
            raise StoryError(f"{name} should hold {', '.join(sorted(missing))}")


def boots_sleeps(api: Api) -> None:
    """So that the story can be told again while Boots is still online from the last time."""
    if api.call("GET", f"presence/{BOOTS}", {"agent_id": NOVA})["is_online"]:
        api.call("DELETE", "presence", {"agent_id": BOOTS})


def nova_pings(api: Api, *, is_online: bool) -> str:
    """Is Boots there? The ping itself waits in Boots' inbox either way."""
    body = {"to_agent_id": BOOTS, "message": "Ready for task handoff?"}
    answer = api.call("POST", "ping", {"from_agent_id": NOVA}, body)
    expect(answer, "success", value=True)
    expect(answer, "target_agent.is_online", is_online)
    tell("Nova pings Boots", answer, "message_id", "target_agent.name", "target_agent.is_online")
    return str(answer["message_id"])


def nova_orders(api: Api) -> tuple[str, str]:
    """A formal job for whenever Boots wakes up: the ids of the order and its message."""
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
    tell("Boots is offline: Nova leaves a work order", answer, "work_order_id", "status")
    return str(answer["work_order_id"]), str(answer["message_id"])


def boots_looks(api: Api, messages: set[str], order: str) -> None:
    """What came while Boots was away."""

    def inbox() -> Answer:
        return api.call("GET", "inbox", {"agent_id": BOOTS, "status": "pending"})

    def orders() -> Answer:
        query = {"agent_id": BOOTS, "role": "worker", "status": "pending"}
        return api.call("GET", "work-orders", query)

    answer = listed(inbox, "messages", "message_id", messages)
    tell("Boots wakes up and checks its inbox", answer, "total_messages")
    for each in answer["messages"]:
        print(f"         {each['type']} from {each['from_agent']['name']}: {each['body']}")
    answer = listed(orders, "work_orders", "work_order_id", {order})
    tell("Boots checks its work orders", answer, "total_orders")


def boots_accepts(api: Api, order: str) -> None:
    """From here on the job counts against what Boots takes on at once."""
    answer = api.call(
        "POST", f"work-order/{order}/respond", {"agent_id": BOOTS}, {"action": "accept"}
    )
    expect(answer, "status", "accepted")
    tell("Boots accepts", answer, "status", "accepted_at")


def boots_stays_online(api: Api) -> None:
    """A heartbeat every 30 seconds would keep it so."""
    answer = api.call("POST", "heartbeat", {"agent_id": BOOTS})
    expect(answer, "is_online", value=True)
    tell("Boots sends a heartbeat", answer, "is_online", "expires_at", "next_heartbeat_in")
    status = {"status_message": "On Nova's order", "accepts_work_orders": True}
    answer = api.call("PUT", "presence", {"agent_id": BOOTS}, status)
    expect(answer, "status_message", "On Nova's order")
    tell("Boots updates its presence", answer, "status_message", "current_active_jobs")


def boots_completes(api: Api, order: str) -> None:
    """The result goes to Nova with the order."""
    result = {"result_data": {"checked": 3, "failed": 0}, "summary": "All flows work."}
    answer = api.call("POST", f"work-order/{order}/complete", {"agent_id": BOOTS}, result)
    expect(answer, "status", "completed")
    tell("Boots hands in the result", answer, "status", "completed_at")


def boots_marks_read(api: Api, message: str) -> None:
    """What is read leaves the pending inbox."""
    answer = api.call("POST", f"mark-read/{message}", {"agent_id": BOOTS})
    expect(answer, "status", "read")
    tell("Boots marks the ping as read", answer, "status", "read_at")


def nova_sees(api: Api, order: str) -> None:
    """The end of the order, seen from its client."""

    def orders() -> Answer:
        query = {"agent_id": NOVA, "role": "client", "status": "completed"}
        return api.call("GET", "work-orders", query)

    answer = listed(orders, "work_orders", "work_order_id", {order})
    done = next(each for each in answer["work_orders"] if each["work_order_id"] == order)
    tell("Nova sees its order done", done, "status", "summary", "result_data")
    answer = api.call("GET", "stats", {"agent_id": NOVA})
    tell("Nova asks for statistics", answer, "unread_messages", "active_work_orders")


def play(api: Api) -> None:
    """The whole story; raises StoryError at the first answer that is not as told."""
    boots_sleeps(api)
    ping = nova_pings(api, is_online=False)
    order, notice = nova_orders(api)
    boots_looks(api, {ping, notice}, order)
    boots_accepts(api, order)
    boots_stays_online(api)
    nova_pings(api, is_online=True)
    boots_completes(api, order)
    boots_marks_read(api, ping)
    nova_sees(api, order)


def main() -> int:
    """The exit code: 1 when the story could not be told to its end."""
    port = os.environ.get("PORT") or "8080"
    try:
        api = Api(os.environ.get("API_URL") or f"http://127.0.0.1:{port}")
        print(f"Nova and Boots, at {api.url}\n", flush=True)
        play(api)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Nobody reads on.
        return 1
    except StoryError as error:
        print(f"\nThe story ends here: {error}", file=sys.stderr)
        return 1
    print("\nAll as told.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
