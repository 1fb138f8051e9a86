"""Batches that come again, go wrong for one agent, or hold a record that cannot be read."""

import copy
from types import SimpleNamespace

import pytest

from agent_messaging.errors import ContentionError
from agent_messaging.storage import table as dynamodb
from local.in_process import units
from local.in_process.functions import app
from local.in_process.runtime import Context
from tests.integration.recorder import RECORDER
from tests.integration.relay.streams import records_of

THROTTLED = {"Code": "ThrottlingException", "Message": ""}


@pytest.fixture
def pushed(monkeypatch, pair):
    """What is pushed, with a listener of Boots."""
    pushes = []
    push = SimpleNamespace(push=lambda *given: pushes.append(given))
    relay = app("relay").relay
    monkeypatch.setattr(app("relay"), "relay", type(relay)(**{**vars(relay), "pushes": (push,)}))
    pair.write("AgentFeedTable", {"agent_id": "boots", "entry": "z#ws#1", "key_id": "key_1"})
    return pushes


def handle(records):
    answer = app("relay").handler({"Records": records}, Context())
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def messages():
    return [each for each in records_of("AgentMessagesTable") if each["eventName"] == "INSERT"]


def number(record):
    return record["dynamodb"]["SequenceNumber"]


def test_a_batch_that_comes_again_appends_nothing_and_pushes_again(pair, streams, pushed, feed_of):
    for _ in range(3):
        pair.send("nova", "boots")
    streams.pump()
    before = feed_of("boots")
    app("relay").relay.feed.appender.forget()
    assert handle(messages()) == []
    assert feed_of("boots") == before
    first, again = ([event.event_id for event in events] for _, _, events, _ in pushed)
    assert first == again == [event["event_id"] for event in before]


def test_a_listener_whose_time_is_over_is_not_pushed_to(pair, streams, pushed):
    listener = {"agent_id": "boots", "entry": "z#ws#1", "purge_at": 1}
    pair.write("AgentFeedTable", listener)
    pair.send("nova", "boots")
    streams.pump()
    assert pushed == []


def with_pushes(monkeypatch, *pushes):
    relay = app("relay").relay
    ways = tuple(SimpleNamespace(push=each) for each in pushes)
    monkeypatch.setattr(app("relay"), "relay", type(relay)(**{**vars(relay), "pushes": ways}))


@pytest.mark.parametrize(
    ("error", "calls"), [(RuntimeError(), 1), (ContentionError("throttled"), 8)]
)
@pytest.mark.usefixtures("streams", "pushed")
def test_a_push_that_raises_is_reported_and_no_other_way_repeats(pair, monkeypatch, error, calls):
    monkeypatch.setattr(dynamodb, "FIRST_WAIT_SECONDS", 0)
    failing, frames = [], []

    def fail(*given):
        failing.append(given)
        raise error

    with_pushes(monkeypatch, lambda *given: frames.append(given), fail)
    for _ in range(2):
        pair.send("nova", "boots")
    batch = messages()
    assert handle(batch) == [number(batch[0])]
    assert (len(frames), len(failing)) == (1, calls)


def test_a_push_that_goes_well_the_second_time_is_not_reported(
    pair, streams, pushed, monkeypatch, feed_of
):
    monkeypatch.setattr(dynamodb, "FIRST_WAIT_SECONDS", 0)
    given = []

    def fail_once(*each):
        given.append(each)
        if len(given) == 1:
            raise ContentionError("throttled")

    with_pushes(monkeypatch, fail_once)
    pair.send("nova", "boots")
    assert handle(messages()) == []
    assert given[0] == given[1]
    assert len(feed_of("boots")) == 1


def test_an_error_that_would_only_come_again_is_reported_at_once(
    pair, streams, feed_of, monkeypatch
):
    sent = pair.send("nova", "boots")["message_id"]
    pair.send("boots", "nova", reply_to_id=sent)
    key = {"recipient_id": "boots", "message_id": sent}
    display = pair.read("AgentMessagesTable", **key)["display"]
    display.pop("sender_id")
    pair.change("AgentMessagesTable", key, display=display)
    batch = messages()
    monkeypatch.setattr("agent_messaging.relay.service.wait", pytest.fail)
    assert handle(batch) == [number(batch[1])]
    assert len(feed_of("boots")) == 1


def test_a_retry_repeats_only_what_is_not_done(pair, streams, monkeypatch):
    """The receipts of a batch are written once, also while its events cannot be appended."""
    monkeypatch.setattr(dynamodb, "FIRST_WAIT_SECONDS", 0)
    sent = [pair.send("nova", "boots")["message_id"] for _ in range(3)]
    pair.send("boots", "nova")
    streams.pump()
    before = len(messages())
    for each in sent:
        pair.send("boots", "nova", reply_to_id=each)
    put = app("relay").client.put_item

    def refuse(**request):
        if request["Item"].get("entry", {}).get("S", "").startswith("e#"):
            raise dynamodb.ClientError({"Error": THROTTLED}, "PutItem")
        return put(**request)

    RECORDER.calls.clear()
    with monkeypatch.context() as patch:
        patch.setattr(app("relay").client, "put_item", refuse)
        assert len(handle(messages()[before:])) == 1
    assert [each.operation for each in RECORDER.calls].count("UpdateItem") == 3


@pytest.mark.parametrize("broken", ["eventName", "display", "purpose"])
def test_a_record_that_cannot_be_read_is_reported_alone(pair, streams, feed_of, broken, caplog):
    for recipient in ("boots", "third", "boots"):
        pair.send("nova", recipient, body="A secret.")
    batch = copy.deepcopy(messages())
    if broken == "eventName":
        batch[0]["eventName"] = "NONE"
    elif broken == "display":
        del batch[0]["dynamodb"]["NewImage"]["display"]
    else:
        batch[0]["dynamodb"]["NewImage"]["display"]["M"]["type"]["S"] = "telegram"
    assert handle(batch) == [number(batch[0])]
    assert len(feed_of("boots")) == len(feed_of("third")) == 1
    assert "A secret." not in caplog.text


def test_a_notification_of_a_newer_version_is_left_out(pair, streams, feed_of, caplog):
    """A new version that is tried, or is taken back, leaves its records to an older one."""
    order_id = pair.offer("boots", "nova")
    pair.move("nova", order_id, "accept")
    batch = copy.deepcopy(messages())
    batch[-1]["dynamodb"]["NewImage"]["display"]["M"]["metadata"]["S"] = '{"status": "paused"}'
    pair.send("nova", "boots")
    assert handle([*batch, messages()[-1]]) == []
    assert [event["type"] for event in feed_of("boots")] == ["message.received"]
    assert "a notification of an unknown status has no event" in caplog.text


def test_an_agent_that_is_throttled_is_reported_and_no_other(pair, streams, feed_of, monkeypatch):
    monkeypatch.setattr(dynamodb, "FIRST_WAIT_SECONDS", 0)
    for recipient in ("boots", "third", "boots"):
        pair.send("nova", recipient)
    batch = messages()
    put = app("relay").client.put_item

    def refuse(**request):
        if request["Item"]["agent_id"]["S"] == "boots" and request["Item"]["entry"]["S"] > "e#":
            raise dynamodb.ClientError({"Error": THROTTLED}, "PutItem")
        return put(**request)

    # The first event of a feed is written in a transaction. So there is one already.
    assert handle(batch[:1]) == []
    with monkeypatch.context() as patch:
        patch.setattr(app("relay").client, "put_item", refuse)
        assert handle(batch) == [number(batch[2])]
    assert len(feed_of("third")) == len(feed_of("boots")) == 1
    assert handle(batch[2:]) == []
    assert len(feed_of("boots")) == 2


def test_an_event_of_a_warm_relay_is_one_write_and_one_query(pair, streams):
    pair.send("nova", "boots")
    streams.pump()
    pair.send("nova", "boots", body="x" * 1000, subject="é" * 300)
    RECORDER.calls.clear()
    streams.pump()
    operations = [call.operation for call in RECORDER.calls]
    assert operations == ["PutItem", "Query"]
    put, query = RECORDER.calls
    assert units.size_of(put.request["Item"]) <= 1000
    assert query.request["ExpressionAttributeValues"][":first"] == {"S": "z#"}
    assert query.request["ConsistentRead"]


def test_an_event_of_a_new_relay_reads_the_tail_too(pair, streams):
    pair.send("nova", "boots")
    streams.pump()
    app("relay").relay.feed.appender.forget()
    pair.send("nova", "boots")
    RECORDER.calls.clear()
    streams.pump()
    assert [call.operation for call in RECORDER.calls] == ["Query", "PutItem", "Query"]


def test_a_tail_that_is_out_of_date_is_found_out(pair, streams, feed_of):
    """Another relay has appended meanwhile, as far as this one knows."""
    pair.send("nova", "boots")
    streams.pump()
    tails = dict(app("relay").relay.feed.appender._tails)
    pair.send("nova", "boots")
    streams.pump()
    app("relay").relay.feed.appender._tails.update(tails)
    pair.send("nova", "boots")
    streams.pump()
    assert [event["position"].split(".")[1] for event in feed_of("boots")] == ["1", "2", "3"]


def test_after_six_quiet_days_a_new_epoch_begins(pair, streams, feed_of):
    pair.send("nova", "boots")
    streams.pump()
    (event,) = (i for i in pair.items("AgentFeedTable") if i["entry"].startswith("e#"))
    key = {name: event[name] for name in ("agent_id", "entry")}
    pair.change("AgentFeedTable", key, kept_until=int(event["kept_until"]) - 6 * 86400 - 1)
    app("relay").relay.feed.appender.forget()
    pair.send("nova", "boots")
    streams.pump()
    old, new = feed_of("boots")
    assert [each["position"].split(".")[:2] for each in (old, new)] == [["1", "1"], ["2", "1"]]
    assert new["previous"] == old["position"]


def test_in_the_last_hour_of_an_epoch_the_anchor_is_checked(pair, streams, feed_of):
    pair.send("nova", "boots")
    streams.pump()
    (event,) = (i for i in pair.items("AgentFeedTable") if i["entry"].startswith("e#"))
    key = {name: event[name] for name in ("agent_id", "entry")}
    pair.change("AgentFeedTable", key, kept_until=int(event["kept_until"]) - 6 * 86400 + 600)
    app("relay").relay.feed.appender.forget()
    pair.send("nova", "boots")
    RECORDER.calls.clear()
    streams.pump()
    assert [call.operation for call in RECORDER.calls] == ["Query", "TransactWriteItems", "Query"]
    assert [each["position"].split(".")[1] for each in feed_of("boots")] == ["1", "2"]
