"""The client's schema is checked, and both parties can prove what happened."""

import requests

from tests.e2e.client import Agent, Stack
from tools.verify_transcript import problems

SCHEMA = {"type": "object", "required": ["estimates"]}


def test_a_transcript_is_verified_with_the_keys_of_the_server(
    stack: Stack, nova: Agent, boots: Agent
):
    order = nova.offer(boots, result_schema=SCHEMA)
    boots.respond(order, "accept")
    path = f"/messaging/work-order/{order}/complete"
    refused = boots.send("POST", path, json={"result_data": {}})
    assert (refused.status_code, refused.json()["code"]) == (422, "result_mismatch")
    boots.post(path, result_data={"estimates": [1, 2.5]})

    answers = [each.get(f"/messaging/work-order/{order}/transcript") for each in (nova, boots)]
    assert answers[0]["transcript"] == answers[1]["transcript"]
    if stack.tables_url is None and answers[0]["signature"] is None:
        return  # a stack whose operator named no key
    keys = requests.get(f"{stack.url}/.well-known/agent-messaging-keys.json", timeout=30).json()
    assert [list(problems(each, keys)) for each in answers] == [[], []]
