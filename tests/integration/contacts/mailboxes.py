"""What is done with a mailbox in many tests: its policy, its owner's answers, a word to it."""

from typing import Any

from local.in_process.host import OPEN, Agent
from local.in_process.requests import Answer
from tests.integration.cloud import Cloud

OFFER = {"title": "Estimates", "description": "Fifty of them"}


def as_caller(agent: Agent | str, identity: str = "agent_id") -> dict[str, Any]:
    """How a request says who calls: by its key, or in open mode by the identity parameter."""
    if isinstance(agent, Agent):
        return {"caller": agent.keyed}
    return {"query": {identity: agent}, "caller": OPEN}


def set_policy(cloud: Cloud, agent_id: str, contact_policy: str) -> None:
    cloud.change("AgentsTable", {"agent_id": agent_id}, contact_policy=contact_policy)


def write(cloud: Cloud, sender: Agent | str, recipient: str, **message: Any) -> Answer:
    """A message, whatever becomes of it."""
    body = {"to_agent_id": recipient, "body": "Want to collaborate?", **message}
    return cloud.post("/messaging/send", body=body, **as_caller(sender, "from_agent_id"))


def ping(cloud: Cloud, sender: Agent | str, recipient: str, **message: Any) -> Answer:
    """A ping, whatever becomes of it."""
    body = {"to_agent_id": recipient, **message}
    return cloud.post("/messaging/ping", body=body, **as_caller(sender, "from_agent_id"))


def offer(cloud: Cloud, client: Agent | str, worker: str) -> Answer:
    """A work order, whatever becomes of it."""
    body = {"to_agent_id": worker, **OFFER}
    return cloud.post("/messaging/work-order", body=body, **as_caller(client, "from_agent_id"))


def decide(cloud: Cloud, owner: Agent | str, contact: str, state: str) -> Answer:
    """What the owner makes of an agent; `stranger` takes the contact away."""
    path = f"/messaging/contacts/{contact}"
    if state == "stranger":
        return cloud.call("DELETE", path, **as_caller(owner))
    return cloud.call("PUT", path, body={"state": state}, **as_caller(owner))


def contacts(cloud: Cloud, owner: str, **query: Any) -> dict[str, dict[str, Any]]:
    """The owner's contacts by their ids, from all pages."""
    pages = cloud.pages("/messaging/contacts", {"agent_id": owner, **query})
    return {found["contact"]["id"]: found for page in pages for found in page["contacts"]}


def states(cloud: Cloud, owner: str) -> dict[str, str]:
    """What each agent is to the owner."""
    return {contact: found["state"] for contact, found in contacts(cloud, owner).items()}


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["code"]
