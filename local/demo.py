"""Run a demo against a running API, and print each step: `make demo`.

Nova finds Boots offline. Then Boots listens, and Nova gives it a work order. Its event wakes Boots,
which reads its inbox, accepts the order, sends a heartbeat and completes the order. The acceptance
wakes Nova. Each answer is checked. The first wrong one ends the demo.

`make demo SWARM=1` plays the swarm of `demo_swarm` instead.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from local import demo_swarm
from local.demo_api import BOOTS, NOVA, Answer, Api, DemoError, expect, field_of, url_of
from local.demo_listening import WOKEN_SECONDS, Listener, ListeningError, listening

LAG_SECONDS = 5.0
"""How long a list may lag behind a write."""


def tell(line: str, answer: Answer, *fields: str) -> None:
    """Print a step, and the named fields of its answer."""
    shown = ", ".join(f"{field}: {json.dumps(field_of(answer, field))}" for field in fields)
    print(f"  {line}\n      -> {shown}", flush=True)


def listed(fetch: Callable[[], Answer], name: str, key: str, wanted: set[str]) -> Answer:
    """Call `fetch` until the list `name` of its answer has the wanted entries, by `key`."""
    ends_at = time.monotonic() + LAG_SECONDS
    while True:
        answer = fetch()
        missing = wanted - {each[key] for each in field_of(answer, name)}
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


def main() -> int:
    """Run the demo. Return 1 if a step failed, and 130 if Ctrl-C ended it."""
    parser = argparse.ArgumentParser(prog="make demo", description="Play a demo.")
    parser.add_argument("--swarm", action="store_true", help="play the swarm")
    is_swarm = parser.parse_args().swarm
    try:
        api = Api(url_of(os.environ))
        who = "a swarm" if is_swarm else "Nova and Boots"
        print(f"Demo: {who} at {api.url}\n", flush=True)
        (demo_swarm.play if is_swarm else play)(api)
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # The output's reader has ended.
        return 1
    except (DemoError, ListeningError, OSError) as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nThe demo was stopped.", file=sys.stderr)
        return 130
    print("\nThe demo succeeded.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
