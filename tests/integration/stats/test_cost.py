"""What counting costs, from the sizes of the items that it reads and writes.

Two write units for each started KB of every item in a transaction, one read unit for each started
4 KB of what a consistent query finds, and one at least. A busy stream fills a batch within a second
or two; in an idle one every record is a batch of its own.
"""

import math

import pytest

from agent_messaging.stats.counting import count
from tests.unit.stats.records import NOW, SECOND, at, dated, message, order_moved

# What a table has gathered after years: every counter in the billions, every bucket used.
BILLIONS = {"N": str(10**10)}
STREAM = (
    "arn:aws:dynamodb:us-east-1:123456789012:table/"
    "agent-messaging-prod-AgentMessagesTable-1A2B3C4D5E6F7/stream/2026-11-23T00:00:00.000"
)
KINDS = ("ping", "contact_request", "chat_message", "work_order", "notification")


def size_of(item):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html"""
    return sum(
        len(name) + (len(value["S"]) if "S" in value else math.ceil(len(value["N"]) / 2) + 1)
        for name, value in item.items()
    )


def watch(client, stored):
    """The entries of transactions from here on, and their cost as the items stand when asked."""
    written = []
    client.meta.events.register(
        "provide-client-params.dynamodb.TransactWriteItems",
        lambda params, **_: written.extend(params["TransactItems"]),
    )
    return written, lambda: sum(
        2 * math.ceil(size_of(item) / 1024) for item in stored() if is_among(written, item)
    )


def is_among(entries, item):
    keys = [entry["Put"]["Item"] if "Put" in entry else entry["Update"]["Key"] for entry in entries]
    return any((k["scope"], k["window"]) == (item["scope"], item["window"]) for k in keys)


def age(client, stored):
    """Turn every count that is stored into one of years."""
    for item in stored():
        counts = {n: BILLIONS for n in item if n not in ("scope", "window", "purge_at", "numbers")}
        client.put_item(TableName="MessagingStatsTable", Item={**item, **counts})


def from_stream(records, *, second=SECOND):
    return [{**dated(record, second), "eventSourceARN": STREAM} for record in records]


def read_units(client):
    """What the queries from here on cost, one number each."""
    units = []

    def note(parsed, **_):
        units.append(max(1, math.ceil(sum(map(size_of, parsed["Items"])) / 4096)))

    client.meta.events.register("after-call.dynamodb.Query", note)
    return units


def test_a_message_of_a_busy_stream_costs_at_most_a_tenth_of_a_write_unit(
    client, stats, stored, figure
):
    # Other changes lie between the messages; the batch spans two seconds, and two windows.
    records = [
        *from_stream(message(100 * i, KINDS[i % 5], seconds=i * 6) for i in range(50)),
        *from_stream(
            (message(100 * i, KINDS[i % 5], seconds=i * 6) for i in range(50, 100)),
            second=SECOND + 1,
        ),
    ]
    written, units = watch(client, stored)

    count(stats, records, NOW)
    age(client, stored)

    assert len(written) == 5
    cost = units() / len(records)
    figure("write units per message, at worst", cost)
    assert cost == 0.1


def test_a_message_costs_less_within_one_second_and_window(client, stats, stored, figure):
    records = from_stream(message(i, KINDS[i % 5]) for i in range(100))
    _, units = watch(client, stored)

    count(stats, records, NOW)
    age(client, stored)

    cost = units() / len(records)
    figure("write units per message", cost)
    assert cost == 0.06


@pytest.mark.parametrize(
    ("shards", "batches", "most"), [(1, 1, 0.01), (1, 10, 0.015), (2, 5, 0.015), (4, 10, 0.045)]
)
def test_a_message_of_a_busy_stream_costs_a_few_hundredths_of_a_read_unit(
    stats, figure, shards, batches, most
):
    # Every shard delivers so many full batches of each second, all side by side.
    units = read_units(stats.client)
    for second in range(2):
        for batch in range(batches):
            for shard in range(shards):
                start = 200 * 100 * (second * batches + batch)
                records = [message(start + 200 * i, shard=shard) for i in range(100)]
                count(stats, from_stream(records, second=SECOND + second), NOW)

    cost = sum(units) / (2 * batches * shards * 100)
    figure(f"read units per message, {shards} shards of {100 * batches} in a second", cost)
    assert cost <= most


def test_a_message_of_an_idle_stream_costs_one_read_unit_and_six_write_units(
    client, stats, stored, figure
):
    count(stats, from_stream([message(0)]), NOW)
    _, units = watch(client, stored)
    read = read_units(client)

    count(stats, from_stream([message(1)], second=SECOND + 1), NOW)
    age(client, stored)

    figure("of an idle stream, per message", f"{sum(read)} read units, {units()} write units")
    assert (sum(read), units()) == (1, 6)


def test_a_late_batch_does_not_read_what_another_shard_filed_in_between(client, stats):
    # A shard that is nearly idle is late by minutes, and its neighbour was busy all the while.
    for minute in range(20):
        count(stats, from_stream([message(100 + minute)], second=SECOND + 60 * minute + 30), NOW)
    found = []
    client.meta.events.register(
        "after-call.dynamodb.Query", lambda parsed, **_: found.append(parsed["ScannedCount"])
    )

    late = [
        record
        for minute in range(20)
        for record in from_stream([message(minute, shard=1)], second=SECOND + 60 * minute)
    ]
    count(stats, late, NOW)

    assert found == [0] * 20


def test_a_histogram_that_has_seen_a_year_of_durations_costs_what_its_item_costs(
    client, stats, stored
):
    for exponent in range(133):
        records = from_stream(
            [order_moved(exponent, "pending", "accepted", accepted_at=at(0.001 * 1.2**exponent))]
        )
        count(stats, records, NOW)
    records = from_stream(
        order_moved(1_000 + i, "pending", "accepted", accepted_at=at(60)) for i in range(100)
    )
    _, units = watch(client, stored)

    count(stats, records, NOW)

    assert units() / len(records) == 0.06


def test_the_list_of_a_hundred_records_fits_one_kibibyte(stats, client, stored):
    count(stats, from_stream(message(200 * i) for i in range(100)), NOW)

    [counted] = [item for item in stored() if item["scope"]["S"].startswith("counted#")]
    assert size_of(counted) < 1024
