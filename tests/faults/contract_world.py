"""Agents, and what exists for the parameters of a path, so that right requests succeed."""

from __future__ import annotations

from typing import Any

from tests.e2e.client import Agent, Stack

CAPABILITY = "estimation"
# What a worker does, and what it does to an order that it has accepted.
OF_WORKER = ("/respond", "/complete", "/fail", "/progress", "/ask", "/claim", "/bid")
OF_ACCEPTED = ("complete", "fail", "progress", "ask", "answer")
OF_CANDIDATES = ("claim", "bid", "bids", "award")
OF_PASSING = ("/api/v1/agents/me", "/api/v1/messaging/webhooks")
# What leaves a webhook as it is for the next request.
OF_HOOK = ("/{webhook_id}", "/rotate-secret", "/test", "/deliveries")
# How many requests a worker answers before another one comes: fewer than its jobs.
ORDERS_OF_WORKER = 5


class World:
    """Two agents with something between them, and more as they are needed.

    Webhooks are sent to `nobody`, a host and a port where nobody listens.
    """

    def __init__(self, stack: Stack, nobody: str) -> None:
        self.stack, self.nobody = stack, nobody
        self.nova, self.boots = stack.register("Nova"), stack.register("Boots")
        sent = self.nova.post("/messaging/send", to_agent_id=self.boots.agent_id, body="Hello")
        self.message_id, self.thread_id = sent["message_id"], sent["thread_id"]
        self.nova.put(f"/messaging/contacts/{self.boots.agent_id}", state="allowed")
        self.owner = stack.register("Owner")
        self.hook = self.webhook(self.owner)
        self.workers: list[Agent] = []
        self.bid_id = ""

    def caller(self, method: str, path: str) -> Agent:
        """Who may do it.

        Somebody else each time where it leaves, changes its keys, or changes a webhook.
        """
        if path.endswith(OF_WORKER):
            return self.worker()
        if path.endswith(OF_HOOK) and method in ("GET", "POST"):
            return self.owner
        if method in ("POST", "PATCH", "DELETE") and path.startswith(OF_PASSING):
            return self.stack.register("Passing")
        return self.boots if path.endswith("/mark-read/{message_id}") else self.nova

    def worker(self) -> Agent:
        """Somebody who can take another job."""
        if not self.workers:
            made = self.stack.register("Worker", capabilities=[CAPABILITY])
            self.workers = [made] * ORDERS_OF_WORKER
        return self.workers.pop()

    def parameters(self, method: str, path: str, caller: Agent) -> dict[str, str]:
        """What exists, by the name of the path's parameter."""
        existing = {
            "message_id": self.message_id,
            "thread_id": self.thread_id,
            "contact_id": self.boots.agent_id,
            "target_agent_id": self.boots.agent_id,
            "code": "work_order_not_found",  # of an error page
        }
        if "{key_id}" in path:
            made = caller.send("POST", "/agents/me/keys", json={"label": "To be revoked"})
            existing["key_id"] = made.json()["key_id"]
        if "{webhook_id}" in path:
            existing |= self.hook if caller is self.owner else self.webhook(caller)
        if "{delivery_id}" in path:
            existing |= self.delivery(caller, existing["webhook_id"])
        if "{work_order_id}" in path:
            existing["work_order_id"] = self.order(method, path.rpartition("/")[2], caller)
        return {name: value for name, value in existing.items() if f"{{{name}}}" in path}

    def body(self, path: str, body: Any, caller: Agent) -> Any:
        """The body, with what exists instead of what was invented."""
        if not isinstance(body, dict):
            return body
        existing: dict[str, Any] = {"to_agent_id": self.boots.agent_id, "bid_id": self.bid_id}
        if path.endswith("/answer"):
            existing["question_id"] = None
        if path.endswith("/feed/ack"):
            beat = caller.send("POST", "/messaging/heartbeat").json()
            existing["position"] = beat["feed_position"]
        return {**body, **{name: value for name, value in existing.items() if name in body}}

    def webhook(self, caller: Agent) -> dict[str, str]:
        """A new webhook of the caller."""
        url = f"http://{self.nobody}/"
        hook = caller.send("POST", "/messaging/webhooks", json={"url": url}).json()
        return {"webhook_id": hook["webhook_id"]}

    def delivery(self, caller: Agent, webhook_id: str) -> dict[str, str]:
        """A new delivery to a webhook of the caller."""
        sent = caller.send("POST", f"/messaging/webhooks/{webhook_id}/test")
        return {"delivery_id": sent.json()["delivery_id"]}

    def order(self, method: str, action: str, caller: Agent) -> str:
        """An order that the action can be done to by the caller: by its client, or its worker."""
        worker = self.worker() if caller is self.nova else caller
        if action in OF_CANDIDATES:
            return self._order_of_candidates(method, action, worker)
        order_id = self.nova.offer(worker)
        if action in OF_ACCEPTED:
            worker.respond(order_id, "accept")
        if action == "answer":
            worker.post(f"/messaging/work-order/{order_id}/ask", question="How?")
        return order_id

    def _order_of_candidates(self, method: str, action: str, worker: Agent) -> str:
        offer = {"to_capability": CAPABILITY, "title": "A job", "description": "Do it."}
        if action != "claim":
            offer["bids_by"] = "PT1H"
        made = self.nova.post("/messaging/work-order", **offer)
        order_id: str = made["work_order_id"]
        if action == "award" or (action, method) == ("bid", "DELETE"):
            bid = worker.post(f"/messaging/work-order/{order_id}/bid")
            self.bid_id = bid["bid_id"]
        return order_id
