"""Thousands of records under every fault that a mapping can meet, against a plain recomputation."""

import random
from dataclasses import dataclass, field

import pytest

from agent_messaging.stats.counting import count
from agent_messaging.stats.model import total
from agent_messaging.stats.projection import changes_of
from agent_messaging.stats.table import StatsTable
from tests.unit.stats.records import (
    NOW,
    agent,
    at,
    message,
    order,
    order_moved,
    unknown_message,
)

RECORDS_PER_SHARD = 800
SHARDS = 2
MAX_RETRIES = 3


class FaultError(Exception):
    """The call did not come back; it may have written."""


class FaultyTable(StatsTable):
    """Fails now and then, before a write or behind it."""

    def __init__(self, client, name, chance):
        super().__init__(client, name)
        self.chance = chance

    def commit(self, *args):
        self._perhaps(super().commit, *args)

    def _perhaps(self, write, *args):
        fate = self.chance.random()
        if fate > 0.1:
            write(*args)
        if fate < 0.25:
            raise FaultError


@dataclass
class Mapping:
    """One shard's mapping: in order, in batches of any size, again and again until it gives up."""

    records: list
    table: StatsTable
    chance: random.Random
    position: int = 0
    retries: int = 0
    letters: list = field(default_factory=list)

    @property
    def is_done(self):
        return self.position == len(self.records)

    def deliver(self):
        end = min(self.position + self.chance.randint(1, 100), len(self.records))
        batch = self.records[self.position : end]
        try:
            poison = count(self.table, batch, NOW)
        except FaultError:
            return
        if self.chance.random() < 0.2:
            return  # The answer got lost.
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        done = numbers.index(poison[0]) if poison else len(batch)
        self.retries = self.retries + 1 if done == 0 else 0
        self.position += done
        if self.retries > MAX_RETRIES:
            self.letters.append((self.position, end))
            self.position, self.retries = end, 0


def a_record(position, shard, chance):
    accepted, completed = at(chance.randint(0, 900)), at(chance.randint(900, 90_000))
    kinds = ("ping", "contact_request", "chat_message", "work_order", "notification")
    return chance.choice(
        [
            lambda: message(position, chance.choice(kinds), seconds=6 * position, shard=shard),
            lambda: agent(position, shard=shard),
            lambda: order(position, shard=shard),
            lambda: order_moved(position, "pending", "accepted", accepted_at=accepted, shard=shard),
            lambda: order_moved(
                position,
                "accepted",
                "completed",
                accepted_at=accepted,
                completed_at=completed,
                shard=shard,
            ),
            lambda: order_moved(position, "accepted", "accepted", shard=shard),
        ]
    )()


@pytest.mark.parametrize("seed", range(2))
def test_every_record_is_counted_once_whatever_happens(client, seed):
    chance = random.Random(seed)
    table = FaultyTable(client, "MessagingStatsTable", chance)
    shards = [
        [a_record(position, shard, chance) for position in range(RECORDS_PER_SHARD)]
        for shard in range(SHARDS)
    ]
    poison = [set(chance.sample(range(RECORDS_PER_SHARD), 20)) for _ in shards]
    mappings = [
        Mapping(
            [unknown_message(i, shard=shard) if i in poison[shard] else r for i, r in enumerate(s)],
            table,
            chance,
        )
        for shard, s in enumerate(shards)
    ]

    while running := [mapping for mapping in mappings if not mapping.is_done]:
        chance.choice(running).deliver()

    letters = [(s, *letter) for s, m in zip(shards, mappings, strict=True) for letter in m.letters]
    assert letters
    chance.shuffle(letters)
    for records, start, end in letters:
        # Now the poison records are understood, and the letters are replayed, each twice.
        for _ in range(2):
            replay(table, records[start:end])
    assert table.sums("0") == total(c for s in shards for record in s for c in changes_of(record))


def replay(table, records):
    while True:
        try:
            assert count(table, records, NOW) == []
        except FaultError:
            continue
        return
