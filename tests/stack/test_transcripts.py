"""Results are compared with schemas, and transcripts signed, by the deployed functions."""

import pytest
import requests

from tests.e2e.client import Agent, Stack
from tests.stack.deployment import Deployment, deploy
from tools.verify_transcript import problems

SCHEMA = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
KEYS = "/.well-known/agent-messaging-keys.json"


@pytest.fixture(scope="module")
def pair(dev: Deployment) -> tuple[Agent, Agent]:
    stack = Stack(dev.api_url, is_open_mode=False, registration_key=dev.registration_key)
    nova, boots = stack.register("Nova"), stack.register("Boots")
    boots.put(f"/messaging/contacts/{nova.agent_id}", state="allowed")
    return nova, boots


def completed(pair: tuple[Agent, Agent]) -> str:
    nova, boots = pair
    order = nova.offer(boots, result_schema=SCHEMA)
    boots.respond(order, "accept")
    boots.post(f"/messaging/work-order/{order}/complete", result_data={"n": 1})
    return order


def test_a_result_that_does_not_match_is_refused(pair: tuple[Agent, Agent]):
    nova, boots = pair
    order = nova.offer(boots, result_schema=SCHEMA)
    boots.respond(order, "accept")
    path = f"/messaging/work-order/{order}/complete"
    answer = boots.send("POST", path, json={"result_data": {"n": "one"}})
    assert (answer.status_code, answer.json()["code"]) == (422, "result_mismatch")
    assert answer.json()["errors"][0]["pointer"] == "#/result_data/n"
    assert boots.post(path, result_data={"n": 1})["status"] == "completed"


def test_without_a_key_nothing_is_signed(dev: Deployment, pair: tuple[Agent, Agent]):
    answer = pair[0].get(f"/messaging/work-order/{completed(pair)}/transcript")
    assert answer["signature"] is None
    assert requests.get(dev.api_url + KEYS, timeout=30).json() == {"keys": []}


def test_with_a_key_the_transcript_is_signed_and_old_keys_stay(
    dev: Deployment, pair: tuple[Agent, Agent]
):
    order, answers = completed(pair), []
    for _ in range(2):
        created = dev.account.client("kms").create_key(
            KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY"
        )
        deploy(dev.account, "dev", SigningKeyArn=created["KeyMetadata"]["Arn"])
        answers.append(pair[1].get(f"/messaging/work-order/{order}/transcript"))
    keys = requests.get(dev.api_url + KEYS, timeout=30).json()
    assert [each["kid"] for each in keys["keys"]] == [
        each["signature"]["kid"] for each in reversed(answers)
    ]
    assert [list(problems(each, keys)) for each in answers] == [[], []]
