"""What each index is for, and that those declared for later stay empty until then.

CloudFormation adds one index per update and changes no keys in place, so indexes come early.
"""

from dataclasses import dataclass

import pytest

from local.template import load
from tests.integration.cloud import Cloud

TABLES = {table.name: table.create for table in load().tables}


@dataclass(frozen=True)
class Purpose:
    """What an index answers, with which keys, and what it projects beside them."""

    answers: str
    keys: tuple[str, str]
    projects: tuple[str, ...] = ()
    is_for_later: bool = False


PURPOSES: dict[str, dict[str, Purpose]] = {
    "AgentMessagesTable": {
        "pending_inbox": Purpose(
            "the messages that wait for an agent, and how many",
            ("pending_for", "message_id"),
            ("display", "long_bytes"),
        ),
        "thread": Purpose(
            "a thread, but for the message that begins it",
            ("thread_id", "message_id"),
            ("long_bytes",),
        ),
        "due": Purpose(
            "messages whose `expires_at` has passed", ("due_shard", "due_at"), is_for_later=True
        ),
        "urgent": Purpose(
            "the most urgent messages that wait, however old: `<10 - priority>#<message_id>`",
            ("urgent_for", "urgent_rank"),
            ("display", "long_bytes"),
            is_for_later=True,
        ),
    },
}


@pytest.mark.parametrize("table", PURPOSES)
def test_each_index_has_a_purpose_and_the_keys_for_it(table: str):
    declared = {
        index["IndexName"]: (
            tuple(part["AttributeName"] for part in index["KeySchema"]),
            tuple(index["Projection"].get("NonKeyAttributes", ())),
        )
        for index in TABLES[table]["GlobalSecondaryIndexes"]
    }
    assert declared == {
        name: (purpose.keys, purpose.projects) for name, purpose in PURPOSES[table].items()
    }


def test_what_is_declared_for_later_stays_empty_in_normal_use(pair: Cloud):
    first = pair.send("nova", "boots", body="x" * 3000, priority=10)
    pair.send("boots", "nova", reply_to_id=first["message_id"], priority=10)
    pair.post(f"/messaging/mark-read/{first['message_id']}", {"agent_id": "boots"})
    order_id = pair.offer("nova", "boots", deadline_at="2036-01-01T00:00:00Z")
    assert pair.move("boots", order_id, "accept").status == 200
    for table, purposes in PURPOSES.items():
        items = pair.items(table)
        assert items
        for name, purpose in purposes.items():
            held = [item for item in items if set(purpose.keys) <= set(item)]
            assert bool(held) is not purpose.is_for_later, name


def test_the_messages_stream_shows_what_was_and_what_is():
    assert TABLES["AgentMessagesTable"]["StreamSpecification"]["StreamViewType"] == (
        "NEW_AND_OLD_IMAGES"
    )
