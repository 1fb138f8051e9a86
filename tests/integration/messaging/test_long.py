"""Long messages wait beside the index of an inbox: read whole, paged, counted, and written once."""

import pytest

from agent_messaging.messaging.item import long_id
from agent_messaging.storage.table import encode
from local.in_process import units
from local.in_process.functions import app
from local.in_process.metering import Meter
from tests.integration.cloud import Cloud
from tests.integration.recorder import RECORDER

LONG = "é" * 8192  # 16 KB


@pytest.fixture
def mixed(pair: Cloud) -> Cloud:
    """Nine messages wait for Boots: short, long, and with long metadata, in turn."""
    for number in range(9):
        content = [
            {"body": f"short {number}"},
            {"body": f"{number} {LONG}"},
            {"body": f"{number}", "metadata": {"text": LONG}},
        ]
        pair.send("nova", "boots", **content[number % 3])
    return pair


def operations() -> list[str]:
    return [call.operation for call in RECORDER.calls]


def test_every_list_shows_the_same_messages(mixed: Cloud):
    pending = mixed.inbox("boots", status="pending")
    everything = mixed.inbox("boots")
    assert pending["messages"] == everything["messages"]
    assert len(pending["messages"]) == 9
    assert sum(LONG in (message["body"] or "") for message in pending["messages"]) == 3
    assert (
        sum((message["metadata"] or {}) == {"text": LONG} for message in pending["messages"]) == 3
    )
    for message in pending["messages"]:
        path = f"/messaging/messages/{message['message_id']}"
        assert mixed.get(path, {"agent_id": "boots"}).json == message


def test_a_filter_and_pages_go_through_them(mixed: Cloud):
    query = {"agent_id": "boots", "status": "pending", "type": "contact_request", "limit": 2}
    pages = list(mixed.pages("/messaging/inbox", query))
    found = [message for page in pages for message in page["messages"]]
    assert [message["message_id"] for message in found] == [
        message["message_id"] for message in mixed.inbox("boots")["messages"]
    ]
    assert {page["total_messages"] for page in pages} == {9}


def test_only_what_is_long_takes_a_second_round_trip(pair: Cloud):
    pair.send("nova", "boots", body="x" * 2048)
    RECORDER.calls.clear()
    pair.inbox("boots", status="pending")
    short = operations()
    pair.send("nova", "boots", body="x" * 2049)
    RECORDER.calls.clear()
    pair.inbox("boots", status="pending")
    assert operations() == [*short, "BatchGetItem"]


def test_a_long_part_that_a_copy_of_the_table_lacks_is_read_again_consistently(mixed: Cloud):
    batch_get, flags = app("messaging").client.batch_get_item, []

    def behind(**request):
        """A copy that has none of them yet."""
        asked = request["RequestItems"]["AgentMessagesTable"]
        flags.append(asked["ConsistentRead"])
        if asked["ConsistentRead"]:
            return batch_get(**request)
        return {"Responses": {}, "UnprocessedKeys": {}}

    whole = mixed.inbox("boots")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app("messaging").client, "batch_get_item", behind)
        assert mixed.inbox("boots", status="pending") == whole
    assert flags == [False, True]


def test_a_page_of_them_ends_at_a_megabyte(pair: Cloud):
    for number in range(20):
        pair.send("nova", "boots", subject=str(number), body="x" * 65_536)
    query = {"agent_id": "boots", "status": "pending", "limit": 100}
    pages = list(pair.pages("/messaging/inbox", query))
    found = [message["subject"] for page in pages for message in page["messages"]]
    assert found == [str(number) for number in reversed(range(20))]
    assert [len(page["messages"]) for page in pages] == [15, 5]
    assert {page["total_messages"] for page in pages} == {20}


def test_one_that_is_gone_since_is_left_out(mixed: Cloud):
    gone = mixed.inbox("boots")["messages"][1]
    batch_get = app("messaging").client.batch_get_item

    class Late:
        """The item goes after the index was read and before the table is."""

        def __call__(self, **request):
            part = long_id(gone["message_id"])
            key = {"recipient_id": {"S": "boots"}, "message_id": {"S": part}}
            mixed.dynamodb.delete_item(TableName="AgentMessagesTable", Key=key)
            return batch_get(**request)

    table = app("messaging").messages
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table.client, "batch_get_item", Late())
        page = mixed.inbox("boots", status="pending")
    assert gone["message_id"] not in {message["message_id"] for message in page["messages"]}
    assert len(page["messages"]) == 8


def test_read_they_leave_the_index_and_say_so_to_their_sender(mixed: Cloud):
    for message in mixed.inbox("boots")["messages"]:
        answer = mixed.post(
            f"/messaging/mark-read/{message['message_id']}", {"agent_id": "boots"}, {}
        )
        assert answer.status == 200
    assert mixed.inbox("boots", status="pending")["messages"] == []
    sent = mixed.get("/messaging/sent", {"agent_id": "nova"}).json["messages"]
    assert sum(LONG in (message["body"] or "") for message in sent) == 3
    assert {message["status"] for message in sent} == {"read"}


def test_what_is_long_is_written_once_and_read_when_it_is_shown(pair: Cloud):
    pair.send("nova", "boots")
    meter = Meter(pair, [app("messaging").client, app("presence").client])
    with meter.reading() as sent:
        message = pair.send("nova", "boots", body=LONG)
    part = {"recipient_id": "boots", "message_id": long_id(message["message_id"])}
    kilobytes = units.kilobytes(encode(pair.read("AgentMessagesTable", **part)))
    assert kilobytes == 17
    # Its long part, its head, the head's entry in `pending_inbox`, and the sent log.
    assert sent.write_units == kilobytes + 3
    path = f"/messaging/mark-read/{message['message_id']}"
    for write_units in (2, 0):
        with meter.reading() as marked:
            assert pair.post(path, {"agent_id": "boots"}).status == 200
        # The caller and the head, and in open mode half a unit to see that the caller exists.
        assert (marked.write_units, marked.read_units) == (write_units, 2.5)
    with meter.reading() as beat:
        pair.post("/messaging/heartbeat", {"agent_id": "boots"})
    # The last half unit counts the orders that wait for an answer.
    assert beat.read_units <= 3.5
