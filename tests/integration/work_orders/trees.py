"""Orders with children, and what is seen of them."""

from typing import Any

from local.in_process.requests import Answer
from tests.integration.cloud import Cloud


def accepted(cloud: Cloud, client: str = "nova", worker: str = "boots", **order: Any) -> str:
    """An order that its worker has accepted: its id."""
    order_id = cloud.offer(client, worker, **order)
    assert cloud.move(worker, order_id, "accept").status == 200
    return order_id


def split(cloud: Cloud, parent: str, client: str = "boots", worker: str = "third", **order: Any):
    """The answer to a child of `parent`."""
    body = {"to_agent_id": worker, "title": "Part", "description": "One", "parent_id": parent}
    return cloud.post("/messaging/work-order", {"from_agent_id": client}, {**body, **order})


def child(cloud: Cloud, parent: str, client: str = "boots", worker: str = "third", **order: Any):
    """A pending child of `parent`: its id."""
    answer = split(cloud, parent, client, worker, **order)
    assert answer.status == 200, answer.text
    return str(answer.json["work_order_id"])


def line(cloud: Cloud, levels: int, **order: Any) -> list[str]:
    """A root and so many accepted orders below it, one below the other."""
    ids = [accepted(cloud, **order)]
    agents = ["boots", "third"]
    for number in range(levels):
        client, worker = agents[number % 2], agents[1 - number % 2]
        ids.append(child(cloud, ids[-1], client, worker))
        assert cloud.move(worker, ids[-1], "accept").status == 200
    return ids


def statuses(cloud: Cloud, *order_ids: str) -> list[str]:
    """What is stored of these orders."""
    return [cloud.head(each)["status"] for each in order_ids]


def marks(cloud: Cloud) -> list[str]:
    """The orders of which something is still to be settled."""
    items = cloud.items("WorkOrdersTable")
    return [item["work_order_id"] for item in items if item["part"] == "ended"]


def listed(cloud: Cloud, agent_id: str, parent: str, **query: Any) -> list[str]:
    """The ids of every page."""
    path = f"/messaging/work-order/{parent}/children"
    pages = cloud.pages(path, {"agent_id": agent_id, **query})
    return [each["work_order_id"] for page in pages for each in page["work_orders"]]


def refused(answer: Answer, status: int, code: str) -> Any:
    """The problem of an answer that has to be this refusal."""
    assert (answer.status, answer.json["code"]) == (status, code), answer.text
    return answer.json
