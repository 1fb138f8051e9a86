"""A request that is sent again with its key, on any stack."""

import uuid

import requests

from tests.e2e.client import Agent, eventually

REPLAYED = "Idempotency-Replayed"


def keyed(agent: Agent, path: str, key: str, **body: object) -> requests.Response:
    return agent.send("POST", path, json=body, headers={"Idempotency-Key": key})


def test_a_message_that_is_sent_again_is_there_once(nova: Agent, boots: Agent) -> None:
    key, body = str(uuid.uuid4()), {"to_agent_id": boots.agent_id, "body": "Once."}

    first, again = (keyed(nova, "/messaging/send", key, **body) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    assert again.content == first.content
    (message,) = eventually(lambda: boots.inbox(status="pending"))
    assert message["message_id"] == first.json()["message_id"]


def test_a_key_with_another_body_is_refused(nova: Agent, boots: Agent) -> None:
    key = str(uuid.uuid4())
    for text, status in (("One.", 200), ("Another.", 422)):
        answer = keyed(nova, "/messaging/send", key, to_agent_id=boots.agent_id, body=text)
        assert answer.status_code == status, answer.text
    assert answer.json()["code"] == "idempotency_key_reused"


def test_an_order_goes_its_way_though_every_call_is_made_twice(nova: Agent, boots: Agent) -> None:
    def twice(agent: Agent, path: str, **body: object) -> dict[str, str]:
        key = str(uuid.uuid4())
        first, again = (keyed(agent, path, key, **body) for _ in range(2))
        assert first.status_code == 200, first.text
        assert again.content == first.content
        return first.json()

    offer = {"to_agent_id": boots.agent_id, "title": "A job", "description": "Do it."}
    order_id = twice(nova, "/messaging/work-order", **offer)["work_order_id"]
    path = f"/messaging/work-order/{order_id}"
    twice(boots, f"{path}/respond", action="accept")
    twice(boots, f"{path}/complete", summary="Done.")

    assert nova.get(path)["status"] == "completed"
    assert boots.get(f"/messaging/presence/{boots.agent_id}")["current_active_jobs"] == 0
    assert len(eventually(lambda: nova.orders("client"))) == 1
