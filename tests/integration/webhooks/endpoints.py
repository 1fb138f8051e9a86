"""What the tests of webhooks do: create one, read what is stored, change it."""

from typing import Any

from local.in_process.host import OPEN, Agent
from local.in_process.requests import Answer
from tests.integration.cloud import Cloud

URL = "https://hooks.example.com/agent"
HOOKS = "/messaging/webhooks"


def as_caller(agent: Agent | str) -> dict[str, Any]:
    """How a request says who calls: by its key, or in open mode by the identity parameter."""
    if isinstance(agent, Agent):
        return {"caller": agent.keyed}
    return {"query": {"agent_id": agent}, "caller": OPEN}


def create(cloud: Cloud, agent: Agent | str, url: str = URL, **more: Any) -> Answer:
    return cloud.post(HOOKS, body={"url": url, **more}, **as_caller(agent))


def created(cloud: Cloud, agent: Agent | str, url: str = URL, **more: Any) -> dict[str, Any]:
    answer = create(cloud, agent, url, **more)
    assert answer.status == 201, answer.text
    return answer.json


def change(cloud: Cloud, agent: Agent | str, webhook_id: str, **changes: Any) -> Answer:
    return cloud.call("PATCH", f"{HOOKS}/{webhook_id}", body=changes, **as_caller(agent))


def read(cloud: Cloud, agent: Agent | str, webhook_id: str) -> Answer:
    return cloud.get(f"{HOOKS}/{webhook_id}", **as_caller(agent))


def remove(cloud: Cloud, agent: Agent | str, webhook_id: str) -> Answer:
    return cloud.call("DELETE", f"{HOOKS}/{webhook_id}", **as_caller(agent))


def rotate(cloud: Cloud, agent: Agent | str, webhook_id: str) -> Answer:
    return cloud.post(f"{HOOKS}/{webhook_id}/rotate-secret", **as_caller(agent))


def stored(cloud: Cloud, agent_id: str, slot: int = 1) -> dict[str, Any] | None:
    return cloud.read("AgentWebhooksTable", agent_id=agent_id, slot=f"hook#{slot}")


def listener(cloud: Cloud, agent_id: str, slot: int = 1) -> dict[str, Any] | None:
    return cloud.read("AgentFeedTable", agent_id=agent_id, entry=f"z#hook#{slot}")


def listening(cloud: Cloud, agent_id: str) -> dict[int, str]:
    """The webhook of each slot that the relay would find."""
    found = {slot: listener(cloud, agent_id, slot) for slot in (1, 2, 3)}
    return {slot: item["webhook_id"] for slot, item in found.items() if item is not None}


def send_test(cloud: Cloud, agent: Agent | str, webhook_id: str) -> Answer:
    return cloud.post(f"{HOOKS}/{webhook_id}/test", **as_caller(agent))


def retry(cloud: Cloud, agent: Agent | str, webhook_id: str, delivery_id: str) -> Answer:
    path = f"{HOOKS}/{webhook_id}/deliveries/{delivery_id}/retry"
    return cloud.post(path, **as_caller(agent))


def deliveries(cloud: Cloud, agent: str, webhook_id: str, **query: Any) -> list[dict[str, Any]]:
    """All deliveries of a webhook, from all pages."""
    path = f"{HOOKS}/{webhook_id}/deliveries"
    pages = cloud.pages(path, {"agent_id": agent, **query})
    return [each for page in pages for each in page["deliveries"]]
