"""Two agents with everything that makes a request expensive: the longest texts, no limits."""

import math
from collections.abc import Callable
from typing import Any

LINE = "n" * 500
LONG = "x" * 64 * 1024
OBJECT = {"x": "y" * 60 * 1024}
MESSAGES = 100  # pending messages in an inbox, and on a page
ORDERS = 100
AGENTS = 50
WORDS = " ".join(f"{letter}{number}" for number, letter in enumerate("abcdefghij"))

Call = Callable[[], Any]


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
        self.capabilities = [f"c{n}{'x' * 60}" for n in range(8)]
        profile = {"description": LINE, "capabilities": self.capabilities}
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

    def send(
        self, key: str | None = None, agent: str = "nova", to: str = "boots", **more: Any
    ) -> Any:
        """Send the longest message."""
        body = {"to_agent_id": to, "subject": LINE, "body": LONG, "metadata": OBJECT, **more}
        return self.call("POST", "/messaging/send", body, agent, key=key).json

    def offer(
        self, key: str | None = None, agent: str = "nova", to: str | None = "boots", **more: Any
    ) -> str:
        """Create the longest order, with a deadline and a schema that every result matches."""
        body = {
            "to_agent_id": to,
            "title": LINE,
            "description": LONG,
            "requirements": {"x": "y" * 30 * 1024},
            "deliverables": {"x": "y" * 14 * 1024},
            "deadline_at": "2099-01-01T00:00:00Z",
            "budget_usd": 1000,
            "result_schema": {"description": "y" * 16_000},
            **more,
        }
        answer = self.call("POST", "/messaging/work-order", body, agent, key=key)
        return str(answer.json["work_order_id"])

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
