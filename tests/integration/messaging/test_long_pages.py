"""Pages of a mixed inbox, where a query ends at 1 MB of the index, as DynamoDB's does.

moto ends a query of an index by the sizes of whole items, so that what is cut for its length never
is; these pages come off a fake.
"""

import itertools
import json
import random

import pytest
from moto import mock_aws

from agent_messaging.storage.table import encode
from local.in_process.fake_dynamodb import on_fake
from tests.integration.cloud import Cloud
from tests.integration.messaging.messages import stored_message, with_long

METADATA = json.dumps({"a": "y" * 65_000})
CONTENT = {
    "short": {},
    "long": {"body": "x" * 3000},
    "longest": {"body": "\x01" * 65_536, "metadata": METADATA},
    "metadata": {"metadata": METADATA},
}


def waiting(number: int, kinds: random.Random) -> list[dict]:
    """The items of a message that waits, of any length and of two types; its head is the first."""
    texts = CONTENT[kinds.choice(list(CONTENT))]
    kind = "ping" if kinds.random() < 0.4 else "contact_request"
    message = stored_message("reader", "nova", number, type=kind, pending_for="reader")
    message |= {"status": "pending", "read_at": None}
    return with_long(message, **texts) if texts else [message]


def pages(cloud: Cloud, **query: object) -> list[dict]:
    found = []
    while True:
        query |= {"agent_id": "reader", "status": "pending"}
        answer = cloud.get("/messaging/inbox", query)
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
        cloud = Cloud()
        cloud.register("reader")
        messages = [waiting(each, random.Random(each)) for each in range(number)]
        with on_fake(cloud) as fake:
            for item in itertools.chain(*messages):
                fake.put("AgentMessagesTable", encode(item))
            found = pages(cloud, limit=limit, **({"type": kind} if kind else {}))

    heads = [items[0] for items in messages]
    wanted = [each["message_id"] for each in heads if kind in (None, each["display"]["type"])]
    shown = [message["message_id"] for page in found for message in page["messages"]]
    assert shown == wanted[::-1]
    assert {(page["total_messages"], page["total_is_minimum"]) for page in found} == {
        (min(len(wanted), 100), len(wanted) > 100)
    }
