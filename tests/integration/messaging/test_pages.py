"""The pages of a list hold each message once, under one total and of bounded size."""

import pytest
from moto import mock_aws

from agent_messaging import ids
from agent_messaging.storage.table import encode
from local.in_process.fake_dynamodb import on_fake
from local.in_process.memory import Memory
from tests.integration.cloud import Cloud
from tests.integration.messaging.messages import NOW, logged, stored_message, with_long


@pytest.fixture(scope="module")
def filled(aws: None, registered: Memory) -> Memory:
    """Boots has 250 messages from Nova, every tenth a ping, every third pending."""
    cloud, items = Cloud(), []
    registered.put_back()
    for number in range(250):
        kind = "ping" if number % 10 == 0 else "contact_request"
        item = stored_message("boots", "nova", number, type=kind)
        if number % 3 == 0:
            item |= {"status": "pending", "pending_for": "boots", "read_at": None}
        items.append(item)
    cloud.write("AgentMessagesTable", *items)
    cloud.write("AgentSentTable", *logged(*items))
    return Memory()


@pytest.fixture
def full(filled: Memory, cloud: Cloud) -> Cloud:
    filled.put_back()
    return cloud


def total(number: int) -> tuple[int, bool]:
    """What a page says of a list of so many."""
    return min(number, 100), number > 100


@pytest.mark.parametrize("limit", [1, 12, 84, 100])
def test_every_page_size_gives_each_message_once_newest_first_and_one_total(
    full: Cloud, limit: int
):
    for status, number in (({}, 250), ({"status": "pending"}, 84), ({"status": "read"}, 166)):
        if limit < 50 and number > 100:
            continue  # more pages prove nothing more, and moto reads the table for each
        query = {"agent_id": "boots", "limit": limit, **status}
        pages = list(full.pages("/messaging/inbox", query))
        found = [message["message_id"] for page in pages for message in page["messages"]]
        assert len(found) == len(set(found)) == number
        assert found == sorted(found, reverse=True)
        assert all(len(page["messages"]) <= limit for page in pages)
        assert {(p["total_messages"], p["total_is_minimum"]) for p in pages} == {total(number)}


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"type": "ping"}, 25),
        ({"type": "ping", "status": "pending"}, 9),
        ({"type": "ping", "status": "read"}, 16),
        ({"type": "work_order"}, 0),
        ({"type": "contact_request", "status": "pending"}, 75),
    ],
)
def test_filters_go_together_and_pages_may_be_short(full: Cloud, query: dict, number: int):
    for limit in (7, 100):
        pages = list(full.pages("/messaging/inbox", {"agent_id": "boots", "limit": limit, **query}))
        messages = [message for page in pages for message in page["messages"]]
        assert len({message["message_id"] for message in messages}) == len(messages) == number
        assert all(message[name] == value for message in messages for name, value in query.items())
        assert {page["total_messages"] for page in pages} == {number}


@pytest.mark.parametrize("limit", [50, 99])
def test_the_sender_pages_through_what_it_sent(full: Cloud, limit: int):
    pages = list(full.pages("/messaging/sent", {"agent_id": "nova", "limit": limit}))
    found = [message["message_id"] for page in pages for message in page["messages"]]
    assert len(set(found)) == len(found) == 250
    assert {(page["total_messages"], page["total_is_minimum"]) for page in pages} == {total(250)}


def test_what_arrives_between_two_pages_shifts_nothing(full: Cloud):
    pages = full.pages("/messaging/inbox", {"agent_id": "boots", "limit": 100})
    first = next(pages)
    full.send("nova", "boots")
    rest = [message for page in pages for message in page["messages"]]
    found = [message["message_id"] for message in first["messages"] + rest]
    assert len(set(found)) == len(found) == 250


def test_a_thread_is_paged_with_its_total(pair: Cloud):
    thread_id = ids.new_thread(NOW, "nova", "boots")
    items = [stored_message("boots", "nova", n, thread_id=thread_id) for n in range(5)]
    pair.write("AgentMessagesTable", *items)
    path = f"/messaging/threads/{thread_id}"
    for limit in (1, 2, 5, 6):
        pages = list(pair.pages(path, {"agent_id": "nova", "limit": limit}))
        assert sum(len(page["messages"]) for page in pages) == 5
        assert {page["total_messages"] for page in pages} == {5}


@pytest.mark.parametrize("limit", [1, 50, 99, 100])
def test_a_total_is_exact_up_to_a_hundred_and_then_a_minimum(pair: Cloud, limit: int):
    items = [stored_message("boots", "nova", number) for number in range(100)]
    pair.write("AgentMessagesTable", *items)
    page = pair.inbox("boots", limit=limit)
    assert (page["total_messages"], page["total_is_minimum"]) == (100, False)
    pair.write("AgentMessagesTable", stored_message("boots", "nova", 100))
    page = pair.inbox("boots", limit=limit)
    assert (page["total_messages"], page["total_is_minimum"]) == (100, True)


def test_a_filtered_total_counts_on_through_what_does_not_match(pair: Cloud):
    # Of the 500 that a page examines 99 match; the next that does lies behind 250 others.
    types = ["ping"] * 99 + ["work_order"] * 651 + ["ping"]
    items = [stored_message("boots", "nova", n, type=kind) for n, kind in enumerate(types[::-1])]
    pair.write("AgentMessagesTable", *items)
    page = pair.inbox("boots", limit=20, type="ping")
    assert (page["total_messages"], page["total_is_minimum"]) == (100, False)


def test_a_filtered_total_stops_where_counting_would_read_too_much(pair: Cloud):
    items = [stored_message("boots", "nova", number) for number in range(1100)]
    items[0]["display"]["type"] = "ping"
    pair.write("AgentMessagesTable", *items)
    pair.cost()
    page = pair.inbox("boots", limit=1, type="ping")
    assert (page["messages"], page["total_messages"], page["total_is_minimum"]) == ([], 0, True)
    queries = [call for call in pair.cost() if call.operation == "Query"]
    assert [call.answer["ScannedCount"] for call in queries] == [500, 500]


@pytest.mark.parametrize("query", [{"type": "work_order"}, {"status": "read", "type": "ping"}])
def test_a_filter_without_a_match_takes_ten_requests_over_5000_messages(query: dict):
    """On a fake, for moto reads the whole table for each."""
    with mock_aws():
        cloud = Cloud()
        cloud.register("reader")
        with on_fake(cloud) as fake:
            for number in range(4999):
                fake.put("AgentMessagesTable", encode(stored_message("reader", "nova", number)))
            query = {"agent_id": "reader", "limit": 1, **query}
            pages = list(cloud.pages("/messaging/inbox", query))
    assert len(pages) == 10
    assert all(page["messages"] == [] for page in pages)


def test_a_page_of_big_messages_ends_at_a_megabyte(pair: Cloud):
    body = "é" * 32_768
    for number in range(40):
        pair.write(
            "AgentMessagesTable", *with_long(stored_message("boots", "nova", number), body=body)
        )
    pages = list(pair.pages("/messaging/inbox", {"agent_id": "boots", "limit": 100}))
    found = [message["message_id"] for page in pages for message in page["messages"]]
    assert len(set(found)) == len(found) == 40
    assert {page["total_messages"] for page in pages} == {40}
    assert len(pages) == 3


def test_control_characters_do_not_burst_a_page(pair: Cloud):
    # Each takes one byte in storage and six in JSON; Lambda refuses an answer above 6 MB.
    for number in range(14):
        head = stored_message("boots", "nova", number)
        pair.write("AgentMessagesTable", *with_long(head, body="\x01" * 65_536))
    sizes = []
    found = 0
    query = {"agent_id": "boots", "limit": 100}
    while True:
        answer = pair.get("/messaging/inbox", query)
        sizes.append(len(answer.text.encode()))
        found += len(answer.json["messages"])
        if answer.json["next_cursor"] is None:
            break
        query["cursor"] = answer.json["next_cursor"]
    assert found == 14
    assert max(sizes) < 1_100_000


def test_a_cursor_belongs_to_one_caller_one_list_and_one_filter(full: Cloud):
    cursor = full.inbox("boots", limit=1)["next_cursor"]
    assert (
        full.get("/messaging/inbox", {"agent_id": "boots", "limit": 9, "cursor": cursor}).status
        == 200
    )
    for path, query in (
        ("/messaging/inbox", {"agent_id": "nova"}),
        ("/messaging/inbox", {"agent_id": "boots", "status": "pending"}),
        ("/messaging/inbox", {"agent_id": "boots", "type": "ping"}),
        ("/messaging/sent", {"agent_id": "boots"}),
        ("/messaging/work-orders", {"agent_id": "boots", "role": "worker"}),
        ("/agents", {"agent_id": "boots"}),
    ):
        answer = full.get(path, {**query, "cursor": cursor})
        assert (answer.status, answer.json["code"]) == (400, "bad_cursor")
