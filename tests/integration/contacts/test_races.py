"""Who wins when an owner answers twice, or while a stranger asks: what is written decides."""

import pytest

from tests.integration.cloud import Cloud
from tests.integration.contacts.interleaving import interleaved
from tests.integration.contacts.mailboxes import (
    contacts,
    decide,
    set_policy,
    states,
    write,
)


def overtaken(calls: int) -> list[int]:
    """Turns of two requests: the first makes so many calls, then the second runs to its end."""
    return [*[0] * calls, *[1] * 20]


# In open mode a request first asks whether its caller is registered, then it reads what it needs.
ONCE_READ = overtaken(2)


@pytest.fixture
def asked(pair: Cloud) -> Cloud:
    """Nova's request waits for Boots."""
    set_policy(pair, "boots", "approved")
    assert write(pair, "nova", "boots").json["status"] == "held"
    return pair


def allow(cloud: Cloud):
    return lambda: decide(cloud, "boots", "nova", "allowed")


def block(cloud: Cloud):
    return lambda: decide(cloud, "boots", "nova", "blocked")


def forget(cloud: Cloud):
    return lambda: decide(cloud, "boots", "nova", "stranger")


def send(cloud: Cloud, sender: str = "nova", recipient: str = "boots"):
    return lambda: write(cloud, sender, recipient, body="Sent meanwhile")


def bodies(cloud: Cloud, agent_id: str = "boots") -> list[str]:
    return [message["body"] for message in cloud.inbox(agent_id)["messages"]]


@pytest.mark.parametrize("calls", range(6))
def test_two_answers_release_the_request_once(asked: Cloud, calls: int):
    answers = interleaved([allow(asked), allow(asked)], overtaken(calls))
    assert [answer.status for answer in answers] == [200, 200]
    assert [answer.json["state"] for answer in answers] == ["allowed", "allowed"]
    assert bodies(asked) == ["Want to collaborate?"]


def test_a_message_that_was_read_meanwhile_is_not_released_again(asked: Cloud):
    """The second allow saw the request; the first released it, and Boots has read it since."""

    def allow_and_read():
        answer = decide(asked, "boots", "nova", "allowed")
        (message,) = asked.inbox("boots")["messages"]
        path = f"/messaging/mark-read/{message['message_id']}"
        assert asked.post(path, {"agent_id": "boots"}).status == 200
        return answer

    interleaved([allow(asked), allow_and_read], overtaken(3))
    (message,) = asked.inbox("boots")["messages"]
    assert message["status"] == "read"


def test_a_block_behind_an_allow_that_has_read_drops_the_request(asked: Cloud):
    """The later word counts, but what was dropped is gone."""
    interleaved([allow(asked), block(asked)], ONCE_READ)
    assert states(asked, "boots") == {"nova": "allowed"}
    assert bodies(asked) == []


def test_an_allow_behind_a_block_that_has_read_releases_the_request(asked: Cloud):
    interleaved([block(asked), allow(asked)], ONCE_READ)
    assert states(asked, "boots") == {"nova": "blocked"}
    assert bodies(asked) == ["Want to collaborate?"]


def test_a_request_that_arrives_while_its_sender_is_allowed_is_released(pair: Cloud):
    """The owner found a stranger, and then there is one that waits: it is not left waiting."""
    set_policy(pair, "boots", "approved")
    allowed, sent = interleaved([allow(pair), send(pair)], ONCE_READ)
    assert (allowed.json["state"], sent.json["status"]) == ("allowed", "held")
    assert bodies(pair) == ["Sent meanwhile"]
    assert contacts(pair, "boots")["nova"]["request"] is None


def test_another_request_is_not_taken_for_the_one_that_was_read(asked: Cloud):
    """The owner saw a request, forgot it elsewhere, and the sender asked again."""

    def forget_and_send():
        decide(asked, "boots", "nova", "stranger")
        return write(asked, "nova", "boots", body="Sent meanwhile")

    _, sent = interleaved([allow(asked), forget_and_send], ONCE_READ)
    assert sent.json["status"] == "held"
    assert bodies(asked) == ["Sent meanwhile"]
    assert states(asked, "boots") == {"nova": "allowed"}


def test_a_stranger_who_is_allowed_while_it_writes_is_let_in(pair: Cloud):
    set_policy(pair, "boots", "approved")
    sent, _ = interleaved([send(pair), allow(pair)], ONCE_READ)
    assert sent.json["status"] == "pending"
    (message,) = pair.inbox("boots")["messages"]
    assert message["relationship"] == "contact"


def test_a_stranger_who_is_blocked_while_it_writes_is_refused(pair: Cloud):
    set_policy(pair, "boots", "approved")
    sent, _ = interleaved([send(pair), block(pair)], ONCE_READ)
    assert (sent.status, sent.json["code"]) == (403, "contact_refused")
    assert pair.items("AgentMessagesTable") == []


def test_of_two_messages_of_a_stranger_at_once_one_is_held(pair: Cloud):
    set_policy(pair, "boots", "approved")
    for calls in range(6):
        answers = interleaved([send(pair), send(pair)], overtaken(calls))
        assert sorted(answer.status for answer in answers) == [200, 429]
        decide(pair, "boots", "nova", "stranger")


@pytest.mark.parametrize("calls", range(7))
def test_what_two_strangers_ask_of_each_other_at_once_is_let_in_at_both_ends(
    pair: Cloud, calls: int
):
    for agent_id in ("nova", "boots"):
        set_policy(pair, agent_id, "approved")
    answers = interleaved([send(pair), send(pair, "boots", "nova")], overtaken(calls))
    assert {answer.status for answer in answers} == {200}
    for owner, contact in (("boots", "nova"), ("nova", "boots")):
        assert states(pair, owner) == {contact: "allowed"}
        assert bodies(pair, owner) == ["Sent meanwhile"]


@pytest.mark.parametrize(
    ("elsewhere", "state"), [("allowed", "allowed"), ("blocked", "blocked"), ("stranger", None)]
)
def test_a_word_to_who_asked_arrives_though_the_request_was_answered_meanwhile(
    asked: Cloud, elsewhere: str, state: str | None
):
    works = [send(asked, "boots", "nova"), lambda: decide(asked, "boots", "nova", elsewhere)]
    answers = interleaved(works, ONCE_READ)
    assert [answer.status for answer in answers] == [200, 200]
    assert bodies(asked, "nova") == ["Sent meanwhile"]
    assert states(asked, "boots").get("nova") == state
    assert len(bodies(asked)) == (elsewhere == "allowed")


def test_an_order_accepted_while_its_client_asks_lets_the_question_in(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    set_policy(pair, "boots", "approved")
    accepted, _ = interleaved(
        [lambda: pair.move("boots", order_id, "accept"), send(pair)], overtaken(3)
    )
    assert accepted.status == 200
    assert states(pair, "boots") == {"nova": "allowed"}
    assert [m["body"] for m in pair.inbox("boots", type="contact_request")["messages"]] == [
        "Sent meanwhile"
    ]
