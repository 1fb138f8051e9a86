"""Deliveries as a stream mapping makes them, and what is counted in the end."""

from agent_messaging.stats.counting import count
from tests.unit.stats.records import (
    NOW,
    SECOND,
    agent,
    agent_changed,
    at,
    dated,
    message,
    messages,
    order,
    order_moved,
    sums_of,
)

# Before every window that a test counts in.
EVER = "0"


BATCH = messages(0, 10)


def test_a_batch_is_counted(stats):
    assert count(stats, BATCH, NOW) == []

    assert stats.sums(EVER) == sums_of(BATCH)


def test_an_empty_batch_counts_nothing(stats, stored):
    assert count(stats, [], NOW) == []

    assert stored() == []


def test_the_same_batch_again_changes_nothing(stats, stored):
    count(stats, BATCH, NOW)
    before = stored()

    assert count(stats, BATCH, NOW) == []

    assert stored() == before


def test_a_longer_batch_counts_what_is_new(stats):
    count(stats, BATCH, NOW)

    count(stats, messages(0, 15), NOW)
    count(stats, messages(0, 20), NOW)

    assert stats.sums(EVER) == sums_of(messages(0, 20))


def test_a_longer_batch_may_run_over_several_lists(stats):
    for start in range(0, 12, 4):
        count(stats, messages(start, start + 4), NOW)

    count(stats, messages(0, 20), NOW)

    assert stats.sums(EVER) == sums_of(messages(0, 20))


def test_a_shorter_batch_and_what_follows_it_count_what_is_new(stats, stored):
    count(stats, BATCH, NOW)
    before = stored()

    for start, end in ((0, 3), (3, 4), (8, 10)):
        count(stats, messages(start, end), NOW)
    assert stored() == before

    for start, end in ((4, 12), (12, 14)):
        count(stats, messages(start, end), NOW)
    assert stats.sums(EVER) == sums_of(messages(0, 14))


def test_the_second_half_is_counted_once_though_the_first_is_never_delivered_again(stats):
    # The answer to the whole batch was lost, and the first half failed until it was given up.
    count(stats, BATCH, NOW)

    count(stats, BATCH[5:], NOW)

    assert stats.sums(EVER) == sums_of(BATCH)


def test_a_batch_bisected_down_to_single_records_is_counted_once(stats):
    count(stats, BATCH, NOW)

    for record in BATCH:
        count(stats, [record], NOW)

    assert stats.sums(EVER) == sums_of(BATCH)


def test_single_records_in_any_order_and_then_the_batch_are_counted_once(stats):
    for position in (7, 2, 9, 0):
        count(stats, [BATCH[position]], NOW)

    count(stats, BATCH, NOW)

    assert stats.sums(EVER) == sums_of(BATCH)


def test_records_whose_seconds_go_back_and_forth_are_counted_once(stats):
    offsets = (0, 2, 1, 30, 1, 3_000, 0, 31, 2, 1)
    records = [dated(r, SECOND + offset) for r, offset in zip(BATCH, offsets, strict=True)]

    count(stats, records[:6], NOW)
    count(stats, records[3:], NOW)
    count(stats, records, NOW)

    assert stats.sums(EVER) == sums_of(BATCH)


def test_a_part_of_what_cancelled_out_is_not_counted_again(stats):
    joined, left = agent(1), agent_changed(2, new={"deleted_at": at(0)}, old={})
    count(stats, [joined, left], NOW)

    count(stats, [joined], NOW)

    assert stats.sums(EVER) == {}


def test_shards_do_not_disturb_each_other(stats):
    shards = [messages(0, 30), messages(0, 30, shard=1)]
    for start in range(0, 30, 10):
        for records in shards:
            count(stats, records[start : start + 10], NOW)
            count(stats, records[start : start + 4], NOW)
            count(stats, records[start + 4 : start + 10], NOW)

    assert stats.sums(EVER) == sums_of(shards[0] + shards[1])


def test_streams_do_not_disturb_each_other(stats):
    other = [{**record, "eventSourceARN": "arn:aws:::table/Other/stream/1"} for record in BATCH]

    count(stats, BATCH, NOW)
    count(stats, other, NOW)

    assert stats.sums(EVER) == sums_of(BATCH + other)


def test_a_batch_of_many_windows_is_counted_in_several_transactions(stats):
    days_of_messages = [message(i, seconds=-600 * i) for i in range(150)]

    count(stats, days_of_messages, NOW)
    count(stats, days_of_messages, NOW)

    assert stats.sums(EVER) == sums_of(days_of_messages)


def test_counted_records_and_counters_are_read_over_any_number_of_pages(client, stats):
    client.meta.events.register(
        "provide-client-params.dynamodb.Query", lambda params, **_: {**params, "Limit": 1}
    )
    records = [message(i, seconds=600 * i) for i in range(12)]
    for start in range(0, 12, 3):
        count(stats, records[start : start + 3], NOW)

    count(stats, records, NOW)

    assert stats.sums(EVER) == sums_of(records)


def test_agents_and_orders_are_counted_beside_messages(stats):
    times = {"accepted_at": "2026-11-23T01:20:00.000Z"}
    records = [agent(1), order(2), order_moved(3, "pending", "accepted", **times)]

    count(stats, records, NOW)

    assert stats.sums(EVER) == sums_of(records)


def test_what_was_counted_is_kept_for_two_days_and_the_totals_for_ever(stats, stored):
    count(stats, BATCH, NOW)

    in_two_days = int(NOW.timestamp()) + 48 * 3600
    kept = {
        (item["scope"]["S"].split("#")[0], item["window"]["S"].split("#")[0]): item.get("purge_at")
        for item in stored()
    }
    assert kept == {
        ("messages", "all"): None,
        ("messages", "2026-11-23T01:10"): {"N": str(in_two_days)},
        ("counted", str(SECOND)): {"N": str(in_two_days)},
    }
