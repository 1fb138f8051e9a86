"""Keys that DynamoDB left unprocessed are asked for again, and are a 503 in the end."""

import pytest

from local.in_process.functions import app
from tests.integration.cloud import Cloud


def test_keys_that_dynamodb_left_unprocessed_are_asked_for_again(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    client = app("messaging").client
    whole = client.batch_get_item

    def half(RequestItems, **more):  # noqa: N803 - boto3's own word
        table = next(iter(RequestItems))
        first, *rest = RequestItems[table]["Keys"]
        answer = whole(RequestItems={table: {**RequestItems[table], "Keys": [first]}}, **more)
        left = {name: keys for name, keys in RequestItems.items() if name != table}
        if rest:
            left[table] = {**RequestItems[table], "Keys": rest}
        return {**answer, "UnprocessedKeys": left}

    monkeypatch.setattr(client, "batch_get_item", half)
    answer = pair.post("/messaging/ping", {"from_agent_id": "nova"}, {"to_agent_id": "boots"})
    assert answer.json["target_agent"]["name"] == "Boots"


def test_keys_that_stay_unprocessed_are_503(pair: Cloud, monkeypatch: pytest.MonkeyPatch):
    client = app("messaging").client
    monkeypatch.setattr(
        client,
        "batch_get_item",
        lambda RequestItems, **_: {"Responses": {}, "UnprocessedKeys": RequestItems},  # noqa: N803
    )
    before = pair.digest()
    answer = pair.post("/messaging/ping", {"from_agent_id": "nova"}, {"to_agent_id": "boots"})
    assert answer.status == 503
    assert pair.digest() == before
