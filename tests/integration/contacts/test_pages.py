"""The pages of an agent's contacts hold each of them once, in the order of their ids."""

import itertools

import pytest

from agent_messaging import clock, ids
from local.in_process.memory import Memory
from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import contacts, decide
from tests.integration.messaging.messages import NOW

STATES = ("allowed", "blocked", "held")


def stored_contact(number: int, body: str = "Hello") -> dict:
    """An item of the contacts' table: every state in turn, ids that sort by `number`."""
    state = STATES[number % 3]
    contact = {"id": f"agent-{number:03}", "name": f"Agent {number}"}
    item = {
        "owner_id": "boots",
        "contact_id": contact["id"],
        "contact_name": contact["name"],
        "state": state,
        "created_at": clock.to_text(NOW),
        "updated_at": clock.to_text(NOW),
    }
    if state == "held":
        message_id = ids.new("msg", NOW)
        item["request_id"] = message_id
        item["purge_at"] = clock.to_epoch(clock.now()) + 86_400
        item["request"] = (
            f'{{"message_id":"{message_id}","sender":{{"id":"{contact["id"]}","name":"A"}},'
            '"recipient":{"id":"boots","name":"Boots"},"type":"chat_message","status":"held",'
            f'"body":"{body}","thread_id":"{ids.new_thread(NOW, contact["id"], "boots")}",'
            f'"created_at":"{clock.to_text(NOW)}"}}'
        )
    return item


@pytest.fixture(scope="module")
def filled(aws: None, registered: Memory) -> Memory:
    """Boots has 250 contacts, a third of each state; others have some too."""
    cloud = Cloud()
    registered.put_back()
    cloud.write("ContactsTable", *(stored_contact(number) for number in range(250)))
    for owner in ("nova", "third"):
        decide(cloud, owner, "boots", "allowed")
    return Memory()


@pytest.fixture
def popular(filled: Memory, cloud: Cloud) -> Cloud:
    filled.put_back()
    return cloud


# Of single contacts one state's, to keep it short.
@pytest.mark.parametrize(
    ("limit", "state"),
    [(1, "held"), *itertools.product([12, 83, 84, 100], [None, *STATES])],
)
def test_every_page_size_gives_each_contact_once_in_the_order_of_ids(
    popular: Cloud, limit: int, state: str | None
):
    query = {"agent_id": "boots", "limit": limit, **({"state": state} if state else {})}
    pages = list(popular.pages("/messaging/contacts", query))
    assert all(len(page["contacts"]) <= limit for page in pages)
    all_found = [found for page in pages for found in page["contacts"]]
    expected = [number for number in range(250) if state in (None, STATES[number % 3])]
    assert [found["contact"]["id"] for found in all_found] == [f"agent-{n:03}" for n in expected]
    assert {found["state"] for found in all_found} == ({state} if state else set(STATES))


def test_a_page_holds_fifty_unless_told(popular: Cloud):
    page = popular.get("/messaging/contacts", {"agent_id": "boots"}).json
    assert len(page["contacts"]) == 50
    assert list(page) == ["agent_id", "contacts", "next_cursor"]


def test_who_is_added_or_taken_away_behind_a_page_moves_nobody(popular: Cloud):
    pages = popular.pages("/messaging/contacts", {"agent_id": "boots", "limit": 100})
    first = next(pages)
    decide(popular, "boots", "nova", "allowed")
    decide(popular, "boots", "agent-000", "stranger")
    decide(popular, "boots", "agent-249", "stranger")
    rest = [found["contact"]["id"] for page in pages for found in page["contacts"]]
    assert len(first["contacts"]) == 100
    assert rest == [*(f"agent-{number:03}" for number in range(100, 249)), "nova"]


def test_a_request_that_is_too_old_leaves_its_page_shorter(popular: Cloud):
    past = clock.to_epoch(clock.now()) - 1
    key = {"owner_id": "boots", "contact_id": "agent-002"}
    popular.change("ContactsTable", key, purge_at=past)
    assert "agent-002" not in contacts(popular, "boots", limit=3)
    assert len(contacts(popular, "boots", state="held", limit=10)) == 82
    page = popular.get("/messaging/contacts", {"agent_id": "boots", "limit": 3}).json
    assert [found["contact"]["id"] for found in page["contacts"]] == ["agent-000", "agent-001"]
    assert page["next_cursor"] is not None


def test_a_page_of_large_requests_ends_at_a_megabyte(pair: Cloud):
    items = (stored_contact(number * 3 + 2, body="x" * 60_000) for number in range(40))
    pair.write("ContactsTable", *items)
    pages = list(pair.pages("/messaging/contacts", {"agent_id": "boots", "limit": 100}))
    found = [found["contact"]["id"] for page in pages for found in page["contacts"]]
    assert len(found) == len(set(found)) == 40
    assert len(pages) == 3


def test_a_cursor_belongs_to_one_owner_and_one_state(popular: Cloud):
    page = popular.get("/messaging/contacts", {"agent_id": "boots", "limit": 1}).json
    cursor = page["next_cursor"]
    query = {"agent_id": "boots", "limit": 9, "cursor": cursor}
    assert len(popular.get("/messaging/contacts", query).json["contacts"]) == 9
    for route, query in (
        ("/messaging/contacts", {"agent_id": "nova"}),
        *(("/messaging/contacts", {"agent_id": "boots", "state": state}) for state in STATES),
        ("/messaging/inbox", {"agent_id": "boots"}),
        ("/agents", {"agent_id": "boots"}),
    ):
        answer = popular.get(route, {**query, "cursor": cursor})
        assert (answer.status, answer.json["code"]) == (400, "bad_cursor"), query


@pytest.mark.parametrize(
    ("query", "pointer"),
    [({"state": "friend"}, "?state"), ({"limit": 101}, "?limit"), ({"status": "held"}, "?status")],
)
def test_a_wrong_filter_is_422(pair: Cloud, query: dict, pointer: str):
    answer = pair.get("/messaging/contacts", {"agent_id": "boots", **query})
    assert answer.status == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]
