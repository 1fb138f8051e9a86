"""Pages of a mixed inbox, where a query ends at 1 MB of the index, as DynamoDB's does.

moto ends a query of an index by the sizes of whole items, so that what is cut for its length never
is; these pages come off a shelf.
"""

import json
import random

import pytest
from moto import mock_aws

from agent_messaging.dynamodb import encode
from benchmarks.histories import History
from tests.integration.messaging.messages import stored_message

METADATA = json.dumps({"a": "y" * 65_000})
CONTENT = {
    "short": {"body": "x"},
    "long": {"long_body": "x" * 3000, "long_bytes": 3000},
    "longest": {
        "long_body": "\x01" * 65_536,
        "long_metadata": METADATA,
        "long_bytes": 130_544,
    },
    "metadata": {"long_metadata": METADATA, "long_bytes": 65_008},
}


def waiting(number: int, kinds: random.Random) -> dict:
    """A message that waits, of any length and of two types."""
    message = stored_message("reader", "nova", number, pending_for="reader", status="pending")
    del message["read_at"], message["body"]
    message |= CONTENT[kinds.choice(list(CONTENT))]
    return message | ({"type": "ping"} if kinds.random() < 0.4 else {})


def pages(made: History, **query: object) -> list[dict]:
    found = []
    while True:
        query |= {"agent_id": "reader", "status": "pending"}
        answer = made.cloud.get("/messaging/inbox", query)
        assert answer.status == 200, answer.text
        assert len(answer.text) < 1_200_000
        found.append(answer.json)
        if answer.json["next_cursor"] is None:
            return found
        query["cursor"] = answer.json["next_cursor"]


@pytest.mark.parametrize("limit", [1, 20, 100])
@pytest.mark.parametrize("kind", [None, "ping"])
@pytest.mark.parametrize("number", [95, 120])
def test_every_message_comes_once_in_order_under_one_total(number, limit, kind):
    with mock_aws():
        made = History()
        made.cloud.register("reader")
        messages = [waiting(each, random.Random(each)) for each in range(number)]
        with made.on_shelf() as shelf:
            for message in messages:
                shelf.put("AgentMessagesTable", encode(message))
            found = pages(made, limit=limit, **({"type": kind} if kind else {}))

    wanted = [each["message_id"] for each in messages if kind in (None, each["type"])]
    shown = [message["message_id"] for page in found for message in page["messages"]]
    assert shown == wanted[::-1]
    assert {(page["total_messages"], page["total_is_minimum"]) for page in found} == {
        (min(len(wanted), 100), len(wanted) > 100)
    }
