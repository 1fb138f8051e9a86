"""Requests that are refused, and what a refusal says."""

from tests.integration.cloud import Cloud

SEND = {"to_agent_id": "boots", "body": "x"}
ORDER = {"to_agent_id": "boots", "title": "t", "description": "d"}
ULID = "01m830ztk8hqmnnzmzdykrdxts"


def post(cloud: Cloud, path: str = "send", **options):
    """A refused request; nothing is stored by it."""
    before = cloud.digest()
    answer = cloud.post(f"/messaging/{path}", {"from_agent_id": "nova"}, **options)
    assert cloud.digest() == before
    return answer


def refusal(answer):
    return answer.status, answer.json["code"], [f["pointer"] for f in answer.json["errors"]]
