"""Orders for candidates, and agents that can take them."""

from typing import Any

from local.in_process.requests import Answer
from tests.integration.cloud import Cloud

CAPABILITY = "cost-estimation"


def join(cloud: Cloud, *agent_ids: str, capability: str = CAPABILITY, **presence: Any) -> None:
    """Register agents that have the capability."""
    for agent_id in agent_ids:
        cloud.register(agent_id, capabilities=[capability])
        if presence:
            answer = cloud.call("PUT", "/messaging/presence", {"agent_id": agent_id}, presence)
            assert answer.status == 200, answer.text


def created(cloud: Cloud, client: str, **order: Any) -> Answer:
    body = {
        "to_capability": CAPABILITY,
        "title": "Estimates",
        "description": "Fifty of them",
        **order,
    }
    return cloud.post("/messaging/work-order", {"from_agent_id": client}, body)


def pool_order(cloud: Cloud, client: str, **order: Any) -> str:
    answer = created(cloud, client, **order)
    assert answer.status == 200, answer.text
    work_order_id: str = answer.json["work_order_id"]
    return work_order_id


def listing(cloud: Cloud, agent_id: str, **query: Any) -> list[str]:
    """The ids of all orders that an agent could take."""
    query = {"agent_id": agent_id, "role": "candidate", **query}
    pages = cloud.pages("/messaging/work-orders", query)
    return [each["work_order_id"] for page in pages for each in page["work_orders"]]


def claim(cloud: Cloud, agent_id: str, work_order_id: str, **body: Any) -> Answer:
    path = f"/messaging/work-order/{work_order_id}/claim"
    return cloud.post(path, {"agent_id": agent_id}, body)


def refused(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["code"]


def block(cloud: Cloud, owner: str, agent_id: str) -> None:
    path = f"/messaging/contacts/{agent_id}"
    answer = cloud.call("PUT", path, {"agent_id": owner}, {"state": "blocked"})
    assert answer.status == 200, answer.text


def bid(cloud: Cloud, agent_id: str, order_id: str, **body) -> Answer:
    path = f"/messaging/work-order/{order_id}/bid"
    return cloud.post(path, {"agent_id": agent_id}, body)


def bid_id(cloud: Cloud, agent_id: str, order_id: str, **body) -> str:
    answer = bid(cloud, agent_id, order_id, **body)
    assert answer.status == 200, answer.text
    return answer.json["bid_id"]


def award(cloud: Cloud, order_id: str, chosen: str, agent_id: str = "nova") -> Answer:
    path = f"/messaging/work-order/{order_id}/award"
    return cloud.post(path, {"agent_id": agent_id}, {"bid_id": chosen})


def withdraw(cloud: Cloud, agent_id: str, order_id: str) -> Answer:
    path = f"/messaging/work-order/{order_id}/bid"
    return cloud.call("DELETE", path, {"agent_id": agent_id})


def events(cloud: Cloud, agent_id: str) -> list[tuple[str, str | None]]:
    cloud.pump()
    found = cloud.get("/messaging/feed", {"agent_id": agent_id}).json["events"]
    return [(each["type"], each["data"].get("bid_id")) for each in found]


def take_capability(cloud: Cloud, agent_id: str) -> None:
    """The agent loses its capability."""
    body = {"capabilities": []}
    answer = cloud.call("PATCH", "/agents/me", {"agent_id": agent_id}, body)
    assert answer.status == 200, answer.text
