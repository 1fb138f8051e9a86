"""docs/scale.md and docs/costs.md show what the simulation prints; simple sums agree with it."""

import re
from pathlib import Path

import pytest

from benchmarks.scale import limits, samples
from benchmarks.scale.contention import contend
from benchmarks.scale.figures import measure
from benchmarks.scale.items import PARAMETERS, is_divisible, writes
from benchmarks.scale.loads import Flow, heartbeats, one_recipient
from benchmarks.scale.partitions import heat
from benchmarks.scale.quotas import need
from benchmarks.scale.report import PAGES, fill, tables

PAGE = "\n".join(page.read_text("utf-8") for page in PAGES)
AWS = r"https://(?:docs|repost)\.aws[^\s)]*"


@pytest.fixture(scope="module")
def printed():
    return tables()


def test_the_tables_are_those_of_the_simulation(printed):
    assert re.findall(r"<!-- scale: (\w+) -->", PAGE) == list(printed)
    assert fill(PAGE, printed) == PAGE, "python -m benchmarks.scale --write"


def test_every_page_that_a_limit_comes_from_is_in_the_document():
    source = Path(limits.__file__).read_text("utf-8")
    assert set(re.findall(AWS, source)) <= set(re.findall(AWS, PAGE))


def test_every_parameter_that_it_names_is_there():
    named = {each for each in PARAMETERS if f"`{each}" in PAGE}
    wanted = {"HeartbeatSeconds", "PresenceLeaseSeconds", "RequestsPerSecond", "MessagesPerPair"}
    assert wanted | {"MessagesPerSender", "AuthorizerConcurrency"} <= named


@pytest.mark.parametrize(
    ("body_bytes", "units"), [(400, [(1, 1)]), (2_000, [(3, 3)]), (3_000, [(4,), (1, 1)])]
)
def test_a_message_takes_its_kilobytes_and_its_head_those_of_the_inbox_too(body_bytes, units):
    parts = samples.parts("nova", "boots", body_bytes=body_bytes)
    places = ["AgentMessagesTable", "AgentMessagesTable/pending_inbox"]
    assert [list(writes("AgentMessagesTable", item)) for item in parts] == [
        [(place, "nova", each) for place, each in zip(places, touched, strict=False)]
        for touched in units
    ]


def test_reading_it_takes_it_out_of_the_inbox_and_leaves_the_lists_alone():
    item = samples.message("nova", "boots")
    touched = writes("AgentMessagesTable", samples.was_read(item), item, in_transaction=True)
    # Twice in the table, for it is in a transaction; once in the index.
    assert [(each.place, each.units) for each in touched] == [
        ("AgentMessagesTable", 2),
        ("AgentMessagesTable/pending_inbox", 1),
    ]


def test_a_key_that_asks_for_twice_its_partition_is_refused_half_however_it_is_split():
    [found] = heat([Flow("AgentMessagesTable", "nova", 1, 2_000, is_write=True)])
    assert found.new == pytest.approx(0.5, abs=0.01)
    assert found.split == pytest.approx(0.5, abs=0.01)
    assert found.seconds_behind == pytest.approx(60, abs=1)


def test_a_key_of_many_agents_is_split_until_nothing_is_refused():
    [found] = heat([Flow("AgentPresenceTable", "7", 1, 2_000, is_write=True)])
    assert found.new == pytest.approx(0.5, abs=0.01)
    assert found.split == 0


@pytest.mark.parametrize(
    ("place", "helps"),
    [
        ("AgentPresenceTable", True),
        ("ContactsTable", True),
        ("AgentMessagesTable", False),
        ("AgentMessagesTable/pending_inbox", False),
        ("WorkOrdersTable/due", False),
        ("MessagingStatsTable", False),
        ("AgentSentTable", False),
        ("AgentsTable", False),
    ],
)
def test_a_split_helps_keys_with_many_items_that_are_not_in_the_order_of_time(place, helps):
    assert is_divisible(place) is helps


def test_transactions_that_seldom_come_seldom_meet_and_those_that_never_rest_are_refused():
    seldom, always = contend(1), contend(200)
    assert seldom.refused == 0
    assert seldom.collided < 0.05
    # No more than fifty of the two hundred a second are ever written.
    assert always.refused > 0.7


def test_calls_in_flight_are_their_rate_times_their_time_and_lambda_counts_no_fewer_than_a_tenth():
    found = need(heartbeats())
    assert found.in_flight == pytest.approx(33_333 * 0.03 + 16_667 * 0.015, rel=0.001)
    assert found.instances == pytest.approx(50_000 / 10, rel=0.001)


def test_the_recipient_is_the_hottest_key_of_its_load():
    hottest = max(heat(one_recipient().flows), key=lambda each: each.hottest / each.limit)
    assert (hottest.place, hottest.key) == ("AgentMessagesTable", "nova-agent-id")
    assert hottest.hottest == 2_000


def test_the_figures_are_counts_with_names_of_their_own():
    found = list(measure())
    assert {each.kind for each in found} == {"count"}
    assert len({each.name for each in found}) == len(found)
