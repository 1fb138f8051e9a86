"""Twenty thousand records, every fault that a stream mapping can meet, and each counted once."""

import asyncio
import random
from collections import Counter

import pytest

from agent_messaging.stats.table import StatsTable
from local.instance import FunctionFailedError
from tests.faults.streams.conftest import STATS_TABLE
from tests.faults.streams.faults import (
    READ_FATES,
    WRITE_FATES,
    FaultyClient,
    FaultyFunction,
    context,
)
from tests.faults.streams.history import History, identity
from tests.faults.streams.mapping import Mapping, Tally, without_halves
from tests.faults.streams.recount import read, recount
from tests.scale import IS_FULL, scaled

RECORDS = scaled(20_000)
# A query of moto's reads all that was counted before, so twice as many cost four times as much.
RECORDS_OVER_MOTO = 2_000 if IS_FULL else 1_000
CALM_RECORDS = scaled(3_000)

# To give up one poison record among a hundred: seven cuts, the other halves, six attempts at it.
MOST_INVOCATIONS_FOR_POISON = 20


@pytest.mark.parametrize("seed", range(1, 5))
def test_every_record_is_counted_once_and_poison_is_in_the_dead_letters(memory, figure, seed):
    play(memory, figure, memory.mappings, seed, RECORDS)


def test_so_it_is_when_a_batch_with_poison_is_given_up_whole(memory, figure):
    mappings = {table: without_halves(each) for table, each in memory.mappings.items()}

    play(memory, figure, mappings, 11, RECORDS)


def test_so_it_is_over_moto_which_stores_the_same_as_the_table_in_memory(moto, memory, figure):
    memory.client.page = 1_000  # moto's are larger than what is found.
    for cloud in (moto, memory):
        play(cloud, figure, cloud.mappings, 12, RECORDS_OVER_MOTO)

    assert without_dates(moto) == without_dates(memory)


def test_no_record_waits_for_a_poison_record(memory, figure):
    history = History(memory.mappings, random.Random(13), CALM_RECORDS)
    memory.projector.stats = StatsTable(memory.client, STATS_TABLE)
    tally, waiting = Tally(), []

    async def invoke(_name, event):
        answer = memory.projector.handler(event, context())
        _, listed = read(memory.items())
        healthy = {identity(each) for each in event["Records"]} - history.poison
        waiting.extend(each for each in healthy - listed.keys() if changes(history, each))
        return answer

    asyncio.run(deliver(memory.mappings, history, invoke, tally, random.Random(13), is_calm=True))

    poison = [sum(identity(each) in history.poison for each in batch) for batch, _ in tally.batches]
    calls = [calls for _, calls in tally.batches]
    per_poison = max((c - 1) / p for c, p in zip(calls, poison, strict=True) if p)
    figure("records that waited for a poison record", len(waiting))
    figure("invocations for each poison record in a batch, at most", per_poison)
    assert waiting == []
    assert {c for c, p in zip(calls, poison, strict=True) if not p} <= {0, 1}
    assert per_poison <= MOST_INVOCATIONS_FOR_POISON
    assert sorted(identity(each) for letter in tally.letters for each in letter.records) == sorted(
        history.poison
    )


def changes(history, each):
    """Whether the record counts for anything."""
    return recount([history.healed[each]]) != {}


def without_dates(cloud):
    return {
        (item["scope"]["S"], item["window"]["S"]): {**item, "purge_at": None}
        for item in cloud.items()
    }


def play(cloud, figure, mappings, seed, size):
    chance = random.Random(seed)
    history = History(mappings, chance, size)
    client = FaultyClient(cloud.client, chance)
    cloud.projector.stats = StatsTable(client, STATS_TABLE)
    function = FaultyFunction(cloud.projector, chance)
    tally = Tally()

    asyncio.run(deliver(mappings, history, function, tally, chance))

    given_up = {identity(each) for letter in tally.letters for each in letter.records}
    counts, listed = read(cloud.items())
    missing = [each for each in history.healed if each not in listed and each not in given_up]
    assert history.poison <= given_up
    assert not history.poison & listed.keys()
    assert not any(changes(history, each) for each in missing)
    assert counts == recount(history.healed[each] for each in listed)

    asyncio.run(replay(history, function, tally.letters, chance))

    counts, listed = read(cloud.items())
    lost = [each for each in history.healed if each not in listed and changes(history, each)]
    doubled = [each for each, times in listed.items() if times > 1]
    assert (lost, doubled) == ([], [])
    assert counts == recount(history.healed.values())
    assert client.fates.keys() == {None, *READ_FATES, *WRITE_FATES}
    figure(
        "lost, counted twice, poison not in a dead letter",
        (len(lost), len(doubled), len(history.poison - given_up)),
    )
    report(figure, history, tally, given_up)


async def deliver(mappings, history, function, tally, chance, *, is_calm=False):
    async with asyncio.TaskGroup() as group:
        for table, records in history.records.items():
            mapping = Mapping(mappings[table], records, function, chance, tally, is_calm)
            group.create_task(mapping.run())


async def replay(history, function, letters, chance):
    """Every dead letter, now that poison is understood: in any order, in parts, and twice."""
    parts = []
    for letter in letters * 2:
        records = [history.healed[identity(each)] for each in letter.records]
        cut = chance.randint(0, len(records))
        parts += [part for part in (records[:cut], records[cut:]) if part]
    chance.shuffle(parts)
    for part in parts:
        answer = None
        while answer is None:
            try:
                answer = await function("ProjectorFunction", {"Records": part})
            except FunctionFailedError:
                function.settle()
        assert answer == {"batchItemFailures": []}


def report(figure, history, tally, given_up):
    again = tally.again / len(tally.batches)
    calls = [calls for _, calls in tally.batches]
    reasons = Counter(letter.reason for letter in tally.letters)
    figure("records, poison among them", (len(history.healed), len(history.poison)))
    figure("begun again with another end", f"{again:.0%} of {len(calls)} batches")
    figure("healthy records in dead letters, replayed", len(given_up - history.poison))
    figure("dead letters by reason", dict(reasons))
    figure("invocations per batch, mean and most", (round(sum(calls) / len(calls), 1), max(calls)))
    assert again == pytest.approx(0.2, abs=0.03)
    assert sum(calls) / len(calls) < 10
