"""What counting costs, in write units: two for each started KB of every item in a transaction."""

import math

from agent_messaging.stats.counting import count
from tests.unit.stats.records import NOW, at, message, number, order_moved

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


def from_stream(records):
    return [{**record, "eventSourceARN": STREAM} for record in records]


def test_a_message_of_a_busy_stream_costs_at_most_a_tenth_of_a_write_unit(client, stats, stored):
    # Other changes lie between the messages, and the batch spans the turn of a window.
    records = from_stream(message(100 * i, KINDS[i % 5], seconds=i * 6) for i in range(100))
    written, units = watch(client, stored)

    count(stats, records, NOW)
    age(client, stored)

    assert len(written) == 4
    assert units() / len(records) == 0.08


def test_a_message_costs_less_within_one_window(client, stats, stored):
    records = from_stream(message(i, KINDS[i % 5]) for i in range(100))
    _, units = watch(client, stored)

    count(stats, records, NOW)
    age(client, stored)

    assert units() / len(records) == 0.06


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


def test_a_receipt_of_a_hundred_records_fits_one_kibibyte(stats, client, stored):
    count(stats, from_stream(message(200 * i) for i in range(100)), NOW)

    [receipt] = [item for item in stored() if item["scope"]["S"].startswith("receipt#")]
    assert receipt["window"]["S"] == number(0).zfill(40)
    assert size_of(receipt) < 1024
