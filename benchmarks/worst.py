"""The most expensive request of each route, in units of the meter, measured with moto.

    python -m benchmarks.worst           print them
    python -m benchmarks.worst --write   write them to worst.json, for `scale.worst_day`

Each request has the longest texts, the largest lists and an Idempotency-Key, if the route takes
them. The histories are as expensive to read as one agent can make them. `metering` computes the
units from the sizes of the items, and `meter.units` the rest.
"""

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.operations import over_moto, unheard
from local.in_process.requests import BASE
from local.template import load

FILE = Path(__file__).with_name("worst.json")

ALLOWED = 1.02

LINE = "n" * 500
LONG = "x" * 64 * 1024
OBJECT = {"x": "y" * 60 * 1024}
MESSAGES = 100  # pending messages in an inbox, and on a page
ORDERS = 100
AGENTS = 50
WORDS = " ".join(f"{letter}{number}" for number, letter in enumerate("abcdefghij"))

Call = Callable[[], Any]
FROM = ("/messaging/ping", "/messaging/send", "/messaging/work-order")


class Stage:
    """Nova and Boots, with everything that makes a request expensive."""

    def __init__(self) -> None:
        from local.in_process.functions import TEMPLATE, app, clients  # noqa: PLC0415
        from local.in_process.host import Host  # noqa: PLC0415
        from local.in_process.metering import Meter  # noqa: PLC0415 - within moto

        groups = {function.code.name for function in TEMPLATE.functions.values()}
        for group in sorted(groups):
            if hasattr(app(group), "meter"):
                app(group).meter.quota = math.inf
        for group in ("messaging", "work_orders"):
            _unlimit(app(group))
        self.cloud = Host()
        self.answered_bytes = 0
        self.waiting: list[str] = []
        self.orders = 0
        self.meter = Meter(self.cloud, clients())
        profile = {"description": LINE, "capabilities": [f"c{n}{'x' * 60}" for n in range(8)]}
        self.agents = {
            name: self.cloud.register(name, **profile) for name in ("nova", "boots", "pest")
        }

    def call(
        self, method: str, path: str, body: Any = None, agent: str = "nova", **more: Any
    ) -> Any:
        """Make a request, which must succeed, and return its answer."""
        answer = self.cloud.call(method, path, body=body, caller=self.agents[agent].keyed, **more)
        if answer.status >= 300:  # noqa: PLR2004
            raise RuntimeError(f"{method} {path}: {answer.text[:500]}")
        self.answered_bytes = len(answer.text.encode())
        return answer

    def send(self, key: str | None = None, agent: str = "nova", to: str = "boots") -> Any:
        """Send the longest message."""
        body = {"to_agent_id": to, "subject": LINE, "body": LONG, "metadata": OBJECT}
        return self.call("POST", "/messaging/send", body, agent, key=key).json

    def offer(self, key: str | None = None) -> str:
        """Create the longest order, with a deadline."""
        body = {
            "to_agent_id": "boots",
            "title": LINE,
            "description": LONG,
            "requirements": {"x": "y" * 30 * 1024},
            "deliverables": {"x": "y" * 29 * 1024},
            "deadline_at": "2099-01-01T00:00:00Z",
            "budget_usd": 1000,
        }
        return str(self.call("POST", "/messaging/work-order", body, key=key).json["work_order_id"])

    def accepted(self) -> str:
        """Create and accept the longest order."""
        order = self.offer()
        self.move(order, "respond", {"action": "accept"}, "boots")()
        return order

    def move(self, order: str, verb: str, body: Any, agent: str, key: str | None = None) -> Call:
        """Make a transition."""
        path = f"/messaging/work-order/{order}/{verb}"
        return lambda: self.call("POST", path, body, agent, key=key)


def _unlimit(app: Any) -> None:
    """Remove the limits on sending."""
    app.sent_log.quota = type(app.sent_log.quota)(10**6, 10**6)


# --- the most expensive request of each route


def _full_directory(stage: Stage, **query: str) -> Call:
    for number in range(AGENTS):
        name = f"a-{number:02}"
        if name not in stage.agents:
            stage.agents[name] = stage.cloud.register(
                name, name=WORDS, description=LINE, capabilities=["estimates"]
            )
            stage.call("PUT", "/messaging/presence", {"status_message": LINE}, name)
    return lambda: stage.call("GET", "/agents", query={"limit": "100", **query})


def _full_inbox(stage: Stage) -> list[str]:
    if not stage.waiting:
        stage.waiting = [stage.send()["message_id"] for _ in range(MESSAGES)]
    return stage.waiting


def _full_orders(stage: Stage) -> None:
    for _ in range(ORDERS - stage.orders):
        stage.offer()
    stage.orders = ORDERS


def _list(path: str, fill: Callable[[Stage], Any], agent: str, **query: str) -> Any:
    def prepared(stage: Stage) -> Call:
        fill(stage)
        return lambda: stage.call("GET", path, agent=agent, query={"limit": "100", **query})

    return prepared


def _thread(stage: Stage) -> Call:
    first = stage.send()
    reply = {"to_agent_id": "boots", "body": LONG, "metadata": OBJECT}
    for _ in range(20):
        stage.call("POST", "/messaging/send", {**reply, "thread_id": first["thread_id"]})
    path = f"/messaging/threads/{first['thread_id']}"
    return lambda: stage.call("GET", path, query={"limit": "100"})


def _held(stage: Stage) -> Call:
    stage.call("PATCH", "/agents/me", {"contact_policy": "approved"})
    stage.send(agent="pest", to="nova")
    path = "/messaging/contacts/pest"
    return lambda: stage.call("PUT", path, {"state": "allowed"})


def _contact(stage: Stage) -> Call:
    _held(stage)
    return lambda: stage.call("GET", "/messaging/contacts/pest")


def _contacts(stage: Stage) -> Call:
    _held(stage)
    item = stage.cloud.read("ContactsTable", owner_id="nova", contact_id="pest") or {}
    stage.cloud.write(
        "ContactsTable", *({**item, "contact_id": f"p-{number:02}"} for number in range(20))
    )
    return lambda: stage.call("GET", "/messaging/contacts", query={"limit": "100"})


def _stranger(stage: Stage) -> Call:
    _held(stage)
    return lambda: stage.call("DELETE", "/messaging/contacts/pest")


def _ping(stage: Stage) -> Call:
    body = {"to_agent_id": "boots", "message": LONG}
    return lambda: stage.call("POST", "/messaging/ping", body, key="ping")


def _register(stage: Stage) -> Call:
    body = {
        "agent_id": "n" * 64,
        "name": WORDS,
        "description": LINE,
        "capabilities": [f"c{number}{'x' * 60}" for number in range(8)],
    }
    return lambda: stage.call("POST", "/agents/register", body)


def _five_keys(stage: Stage) -> None:
    for number in range(4):
        stage.call("POST", "/agents/me/keys", {"label": f"{number}" * 100})


def _create_key(stage: Stage) -> Call:
    _five_keys(stage)
    return lambda: stage.call("POST", "/agents/me/keys", {"revoke_others": True})


def _keys(stage: Stage) -> Call:
    _five_keys(stage)
    return lambda: stage.call("GET", "/agents/me/keys")


def _revoke(stage: Stage) -> Call:
    _five_keys(stage)
    key_id = stage.agents["nova"].keyed["key_id"]
    return lambda: stage.call("DELETE", f"/agents/me/keys/{key_id}")


def _plain(method: str, path: str, body: Any = None, agent: str = "nova", **more: Any) -> Any:
    return lambda stage: lambda: stage.call(method, path, body, agent, **more)


def _move(verb: str) -> Callable[[Stage], Call]:
    """Prepare a transition with its longest texts, of an accepted order if that is allowed."""

    def prepared(stage: Stage) -> Call:
        from agent_messaging.work_orders import states  # noqa: PLC0415 - within moto

        action = states.Action(verb)
        sources = {step.source for step in states.TRANSITIONS if step.action is action}
        order = stage.accepted() if states.Status.ACCEPTED in sources else stage.offer()
        agent = "boots" if states.ROLES[action] is states.Role.WORKER else "nova"
        body = {name: LONGEST[name] for name in action.writes}
        return stage.move(order, verb, body, agent, key=verb)

    return prepared


def _respond(stage: Stage) -> Call:
    return stage.move(stage.offer(), "respond", {"action": "accept"}, "boots", key="respond")


def _reject_many(stage: Stage) -> Call:
    orders = [stage.offer() for _ in range(25)]
    body = {"work_order_ids": orders, "reason": LINE}
    return lambda: stage.call("POST", "/messaging/work-orders/reject", body, "boots")


ORDER = "/messaging/work-order/{work_order_id}"
# What the actions of a work order write.
LONGEST = {
    "reason": LINE,
    "summary": LONG,
    "result_data": {"x": "y" * 55 * 1024},
    "result_url": "https://a.example",
}
# The other routes are transitions, or take no body and depend at most on the agent's inbox.
OWN: Mapping[str, Callable[[Stage], Call]] = {
    "POST /agents/register": _register,
    "GET /agents": _full_directory,
    "GET /agents/me": _plain("GET", "/agents/me"),
    "PATCH /agents/me": _plain(
        "PATCH", "/agents/me", {"name": WORDS, "capabilities": [f"z{n}" for n in range(8)]}
    ),
    "DELETE /agents/me": _plain("DELETE", "/agents/me"),
    "GET /agents/{agent_id}": _plain("GET", "/agents/boots"),
    "GET /agents/me/keys": _keys,
    "POST /agents/me/keys": _create_key,
    "DELETE /agents/me/keys/{key_id}": _revoke,
    "POST /messaging/ping": _ping,
    "POST /messaging/send": lambda stage: lambda: stage.send("send"),
    "GET /messaging/inbox": _list("/messaging/inbox", _full_inbox, "boots"),
    "POST /messaging/mark-read/{message_id}": lambda stage: _plain(
        "POST", f"/messaging/mark-read/{stage.send()['message_id']}", {}, "boots"
    )(stage),
    "POST /messaging/mark-read": lambda stage: _plain(
        "POST", "/messaging/mark-read", {"message_ids": _full_inbox(stage)}, "boots"
    )(stage),
    "GET /messaging/messages/{message_id}": lambda stage: _plain(
        "GET", f"/messaging/messages/{stage.send()['message_id']}"
    )(stage),
    "GET /messaging/sent": _list("/messaging/sent", _full_inbox, "nova"),
    "GET /messaging/threads/{thread_id}": _thread,
    "GET /messaging/contacts": _contacts,
    "GET /messaging/contacts/{agent_id}": _contact,
    "PUT /messaging/contacts/{agent_id}": _held,
    "DELETE /messaging/contacts/{agent_id}": _stranger,
    "PUT /messaging/presence": _plain("PUT", "/messaging/presence", {"status_message": LINE}),
    "DELETE /messaging/presence": _plain("DELETE", "/messaging/presence"),
    "GET /messaging/presence/{agent_id}": _plain("GET", "/messaging/presence/boots"),
    "POST /messaging/work-order": lambda stage: lambda: stage.offer("create"),
    "GET /messaging/work-orders": _list(
        "/messaging/work-orders", _full_orders, "boots", role="worker", status="pending"
    ),
    "POST /messaging/work-orders/reject": _reject_many,
    f"GET {ORDER}": lambda stage: _plain("GET", f"/messaging/work-order/{stage.offer()}")(stage),
    f"POST {ORDER}/respond": _respond,
}
# The routes that use no table.
PAGES = ("GET /health", "GET /docs", "GET /openapi.json", "GET /llms.txt")


def _waiting(method: str, path: str) -> Callable[[Stage], Call]:
    """Prepare a call without a body, by an agent with a full inbox."""

    def prepared(stage: Stage) -> Call:
        _full_inbox(stage)
        return lambda: stage.call(method, path, agent="boots")

    return prepared


def _dearest(route: str) -> Callable[[Stage], Call]:
    if route in OWN:
        return OWN[route]
    method, _, path = route.partition(" ")
    if path.startswith(f"{ORDER}/"):
        return _move(path.removeprefix(f"{ORDER}/"))
    return _waiting(method, path)


def _routes() -> list[str]:
    named = (f"{each.method} {each.path.removeprefix(BASE)}" for each in load().routes)
    return [route for route in named if route not in PAGES]


WORST = {route: _dearest(route) for route in _routes()}


# Requests that change agents or lists get tables of their own.
ALONE = {
    "PATCH /agents/me",
    "DELETE /agents/me",
    "GET /agents/me/keys",
    "POST /agents/me/keys",
    "DELETE /agents/me/keys/{key_id}",
    "GET /messaging/contacts",
    "GET /messaging/contacts/{agent_id}",
    "PUT /messaging/contacts/{agent_id}",
    "DELETE /messaging/contacts/{agent_id}",
}


def measured() -> Iterator[tuple[str, float]]:
    """Yield each route and the units of its most expensive request."""
    with unheard(), over_moto():
        shared = Stage()
        last = "POST /messaging/mark-read"  # then nothing waits
        together = sorted(WORST.keys() - ALONE, key=lambda route: (route == last, route))
        for route in together:
            yield route, _units(shared, WORST[route](shared))
    for route in sorted(ALONE):
        with unheard(), over_moto():
            stage = Stage()
            yield route, _units(stage, WORST[route](stage))


def _units(stage: Stage, call: Call) -> float:
    from agent_messaging.storage import units  # noqa: PLC0415 - within moto

    with stage.meter.reading() as cost:
        call()
    tenths = cost.write_units * units.WRITE_UNIT + cost.read_units * units.READ_UNIT
    tenths += cost.calls * units.CALL + units.of_request(stage.answered_bytes)
    return tenths / units.UNIT


def measure() -> Iterator[Figure]:
    """Yield each route's ratio to worst.json. Nothing may have become more expensive."""
    before = kept()
    for route, cost in measured():
        told = f"the dearest {route}, to what worst.json says"
        yield Figure(told, cost / before.get(route, 1), "×", ALLOWED)


def kept() -> dict[str, float]:
    """Return what was written to worst.json."""
    found: dict[str, float] = json.loads(FILE.read_text("utf-8"))
    return found


def main() -> None:
    """Print the requests, or write them to worst.json."""
    measured_units = dict(measured())
    found = {route: round(measured_units[route], 1) for route in WORST}
    for route, cost in found.items():
        print(f"{cost:10,.1f}  {route}")
    if "--write" in sys.argv[1:]:
        FILE.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
