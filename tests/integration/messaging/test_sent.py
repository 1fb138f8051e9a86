"""The sent list: complete at once, newest first, and without what never became a message."""

from datetime import timedelta

import pytest

from agent_messaging import clock, ids
from agent_messaging.auth import Caller
from agent_messaging.messaging import sent_chunks
from agent_messaging.messaging.quota import Quota
from agent_messaging.messaging.sent_chunks import SentRecord
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.storage.table import encode
from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import decide, set_policy, write
from tests.integration.messaging.messages import logged, stored_message
from tests.integration.recorder import RECORDER

PATH = "/messaging/sent"


def listed(cloud: Cloud, **query: object) -> list[str]:
    pages = cloud.pages(PATH, {"agent_id": "nova", **query})
    return [message["message_id"] for page in pages for message in page["messages"]]


@pytest.fixture
def busy(pair: Cloud) -> Cloud:
    """What Nova wrote in five minutes: 40, 1, 13, none and 12 messages, chunks in any order.

    Entries of one minute lie across its chunks, as several instances write them.
    """
    heads, items = [], []
    for minute, number in enumerate((40, 1, 13, 0, 12)):
        made = [stored_message("boots", "nova", 60 * minute + n) for n in range(number)]
        shuffled = [made[(place * 7) % number] for place in range(number)]
        heads += made
        items += logged(*shuffled) if number else []
    pair.write("AgentMessagesTable", *heads)
    pair.write("AgentSentTable", *items)
    pair.wanted = [head["message_id"] for head in reversed(heads)]
    return pair


@pytest.mark.parametrize("limit", [1, 7, 12, 50, 100])
def test_pages_are_newest_first_whatever_chunk_a_message_lies_in(busy: Cloud, limit: int):
    assert listed(busy, limit=limit) == busy.wanted
    pages = busy.pages(PATH, {"agent_id": "nova", "limit": limit})
    assert {page["total_messages"] for page in pages} == {66}


def test_a_chunk_by_a_clock_that_is_behind_is_listed_by_its_messages_times(busy: Cloud):
    """An instance whose clock is a minute behind writes after all others did."""
    log: SentLog = app("messaging").sent_log
    table = app("messaging").messages
    late = stored_message("boots", "nova", 62)
    log.record(Caller("nova"), "boots", late["message_id"])
    table.table.put(late)
    wanted = sorted([*busy.wanted, late["message_id"]], reverse=True)
    assert listed(busy, limit=10) == wanted


def test_what_was_sent_is_listed_at_once_whatever_an_index_lacks(pair: Cloud):
    sent = [pair.send("nova", "boots")["message_id"] for _ in range(3)]
    RECORDER.calls.clear()
    assert listed(pair) == sent[::-1]
    queries = [call.request for call in RECORDER.calls if call.operation == "Query"]
    log, _ = queries  # and the receipts, of which a replica may be late
    assert log["TableName"] == "AgentSentTable"
    assert log["ConsistentRead"]
    assert all("IndexName" not in query for query in queries)


def test_a_crash_between_log_and_message_leaves_an_entry_that_is_skipped(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    first = pair.send("nova", "boots")["message_id"]

    def crash(*_: object) -> None:
        raise SystemExit

    body = {"to_agent_id": "boots", "body": "x" * 5000}
    with monkeypatch.context() as patch:
        patch.setattr(app("messaging").messages, "put", crash)
        with pytest.raises(SystemExit):
            pair.post("/messaging/send", {"from_agent_id": "nova"}, body)
    last = pair.send("nova", "boots")["message_id"]
    assert listed(pair) == [last, first]
    assert listed(pair, limit=1) == [last, first]
    # The limit is spent, and what is long of the message lies there until it is purged.
    assert sum(item["n"] for item in pair.items("AgentSentTable")) == 3
    (part,) = (i for i in pair.items("AgentMessagesTable") if i["message_id"].startswith("long_"))
    assert part["purge_at"] > clock.to_epoch(clock.now())
    assert {m["message_id"] for m in pair.inbox("boots")["messages"]} == {first, last}
    assert pair.inbox("boots")["total_messages"] == 2


def test_a_held_request_is_listed_before_and_after_it_is_released(pair: Cloud):
    set_policy(pair, "boots", "approved")
    held = write(pair, "nova", "boots", body="x" * 3000).json
    assert held["status"] == "held"
    path = f"/messaging/messages/{held['message_id']}"
    assert listed(pair) == [held["message_id"]]
    assert pair.get(path, {"agent_id": "nova"}).json["body"] == "x" * 3000
    decide(pair, "boots", "nova", "allowed")
    assert listed(pair) == [held["message_id"]]
    for agent_id in ("nova", "boots"):
        assert pair.get(path, {"agent_id": agent_id}).json["body"] == "x" * 3000


def test_a_total_counts_the_log_beyond_a_page_and_what_is_shown_on_one(pair: Cloud):
    sent = [pair.send("nova", "boots")["message_id"] for _ in range(4)]
    key = {"recipient_id": "boots", "message_id": sent[0]}
    pair.dynamodb.delete_item(TableName="AgentMessagesTable", Key=encode(key))
    for limit, total in ((50, 3), (4, 3), (2, 4)):
        pages = list(pair.pages(PATH, {"agent_id": "nova", "limit": limit}))
        assert {page["total_messages"] for page in pages} == {total}
        assert sum(len(page["messages"]) for page in pages) == 3


def test_only_the_senders_log_leads_to_a_message(pair: Cloud):
    message_id = pair.send("nova", "boots")["message_id"]
    path = f"/messaging/messages/{message_id}"
    assert [pair.get(path, {"agent_id": one}).status for one in ("nova", "boots", "third")] == [
        200,
        200,
        404,
    ]
    absent = f"/messaging/messages/{ids.new('msg', clock.now())}"
    assert pair.get(absent, {"agent_id": "nova"}).status == 404


def test_the_system_writes_no_log(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    assert pair.move("boots", order_id, "accept").status == 200
    (item,) = pair.items("AgentSentTable")
    assert (item["sender_id"], item["n"]) == ("nova", 1)
    assert len(listed(pair)) == 1


def test_a_minute_that_has_more_than_a_query_is_read_to_its_end(pair: Cloud):
    """In open mode a minute has no end; here a query is given a quarter of it."""
    log = SentLog(pair.dynamodb, "AgentSentTable", Quota(1, 1), timedelta(days=1))
    moment = clock.now().replace(second=0, microsecond=0)
    entries = [
        SentRecord(ids.new("msg", moment + timedelta(milliseconds=n)), "b") for n in range(1200)
    ]
    for number, some in enumerate(entries[n : n + 12] for n in range(0, 1200, 12)):
        slot = sent_chunks.slot(sent_chunks.minute_of(some[0].message_id), number)
        item = {"sender_id": "nova", "slot": slot, "n": 12, "purge_at": 2**31}
        pair.write("AgentSentTable", item | {ids.ulid_of(e.message_id): "b" for e in some})
    found = log.query("nova", None, 3)
    assert [record.message_id for record in found.records] == sorted(
        (entry.message_id for entry in entries), reverse=True
    )
