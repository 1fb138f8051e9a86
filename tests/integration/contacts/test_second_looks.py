"""Nobody is refused on a read that may lag, nor put off because an answer was lost on the way."""

import json

import pytest

from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tests.integration.contacts.interleaving import interleaved
from tests.integration.contacts.mailboxes import contacts, decide, offer, ping, set_policy, write

# The first asks whether its caller is registered and reads; then the second runs to its end. For
# the first that is the same as having read from a replica that is behind.
ONCE_READ = [0, 0, *[1] * 20]


@pytest.mark.parametrize("word", [write, ping, offer])
def test_who_is_allowed_before_it_would_be_refused_gets_in_as_a_contact(pair: Cloud, word):
    """Nobody is refused on a read that may lag; nor called a stranger for it."""
    set_policy(pair, "boots", "closed")
    works = [
        lambda: word(pair, "nova", "boots"),
        lambda: decide(pair, "boots", "nova", "allowed"),
    ]
    answer, _ = interleaved(works, ONCE_READ)
    assert answer.status == 200
    (message,) = pair.inbox("boots")["messages"]
    assert message["relationship"] == "contact"


def test_a_request_whose_acknowledgement_was_lost_is_acknowledged_again(pair: Cloud):
    """boto3 repeats a call that got no answer: the request then meets itself, and no other."""
    set_policy(pair, "boots", "approved")

    def arrive_once_before(model, params, **_) -> None:
        request = json.loads(params["body"])
        if (model.name, request.get("TableName")) == ("PutItem", "ContactsTable"):
            pair.dynamodb.put_item(TableName="ContactsTable", Item=request["Item"])

    events = app("messaging").client.meta.events
    events.register("before-call.dynamodb", arrive_once_before)
    try:
        answer = write(pair, "nova", "boots")
    finally:
        events.unregister("before-call.dynamodb", arrive_once_before)
    assert (answer.status, answer.json["status"]) == (200, "held")
    request = contacts(pair, "boots")["nova"]["request"]
    assert request["message_id"] == answer.json["message_id"]


def test_who_is_blocked_after_it_was_read_gets_in_once_more(pair: Cloud):
    """The price of reading contacts at half of it: a block holds from the next read on."""
    works = [
        lambda: write(pair, "nova", "boots"),
        lambda: decide(pair, "boots", "nova", "blocked"),
    ]
    answer, _ = interleaved(works, ONCE_READ)
    assert answer.json["status"] == "pending"
    assert write(pair, "nova", "boots").status == 403


@pytest.mark.parametrize("reads", range(2, 7))
def test_who_is_allowed_while_its_long_request_is_written_loses_nothing_of_it(
    pair: Cloud, reads: int
):
    """The request meets the new contact, and is delivered instead: with all of its text."""
    set_policy(pair, "boots", "approved")
    body = "x" * 5000
    works = [
        lambda: write(pair, "nova", "boots", body=body),
        lambda: decide(pair, "boots", "nova", "allowed"),
    ]
    answer, _ = interleaved(works, [*[0] * reads, *[1] * 20])
    assert answer.status == 200
    (message,) = pair.inbox("boots")["messages"]
    assert message["body"] == body
