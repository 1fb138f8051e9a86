"""A query holds what its route knows, once, or is refused."""

import pytest

from tests.integration.bad_input.refusals import refusal
from tests.integration.cloud import Cloud

LISTS = [
    ("/messaging/inbox", {}),
    ("/messaging/sent", {}),
    ("/messaging/work-orders", {"role": "worker"}),
    ("/agents", {}),
    ("/agents", {"q": "nova"}),
    ("/agents", {"capability": "research", "online": "true"}),
]


@pytest.mark.parametrize(("path", "query"), LISTS)
def test_a_limit_is_a_whole_number_from_1_to_100(pair: Cloud, path: str, query: dict):
    for limit in ("0", "101", "-1", "1.0", "ten", "", "1e1", "%2B5", "٣", "5 5", "9" * 20):
        answer = pair.get(path, {"agent_id": "nova", **query, "limit": limit})
        assert refusal(answer) == (422, "invalid", ["?limit"])


def test_a_limit_may_have_leading_zeros(pair: Cloud):
    assert pair.get("/messaging/inbox", {"agent_id": "nova", "limit": "0100"}).status == 200


@pytest.mark.parametrize(("path", "query"), LISTS)
def test_a_bad_cursor_is_400(pair: Cloud, path: str, query: dict):
    for cursor in ("", "x", "é", "====", "AAAA", "a" * 5000, "\x00", "null", "W10", "-_-_"):
        answer = pair.get(path, {"agent_id": "nova", **query, "cursor": cursor})
        assert refusal(answer) == (400, "bad_cursor", [])


def test_a_cursor_with_anything_added_is_400(pair: Cloud):
    for _ in range(2):
        pair.send("boots", "nova")
    cursor = pair.inbox("nova", limit=1)["next_cursor"]
    assert pair.get("/messaging/inbox", {"agent_id": "nova", "cursor": cursor}).status == 200
    changed = (cursor + "!", "!" + cursor, cursor + "=", cursor + "\n", cursor[:-1], cursor + "A")
    for forged in changed:
        answer = pair.get("/messaging/inbox", {"agent_id": "nova", "cursor": forged})
        assert refusal(answer) == (400, "bad_cursor", [])


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("agent_id=nova&agent_id=nova", ["?agent_id"]),
        ("agent_id=nova&agent_id=boots", ["?agent_id"]),
        ("agent_id=nova&limit=5&limit=6", ["?limit"]),
        ("agent_id=nova&limit=5&%6Cimit=6", ["?limit"]),
        ("agent_id=nova&x=1&x=2", ["?x"]),
        ("agent_id=nova&%ff=1&%fe=2", ["?\ufffd"]),
        ("agent_id=nova&foo=1", ["?foo"]),
        ("agent_id=nova&Limit=5", ["?Limit"]),
        ("agent_id=nova&from_agent_id=nova", ["?from_agent_id"]),
        ("agent_id=nova&=1", ["?"]),
        ("agent_id=nova&%ff=1", ["?\ufffd"]),
        ("agent_id=nova&status=unread", ["?status"]),
        ("agent_id=nova&status=", ["?status"]),
        ("agent_id=nova&status=pending,read", ["?status"]),
        ("agent_id=nova&type=email", ["?type"]),
        ("agent_id=No+va", ["?agent_id"]),
        ("agent_id=nova%0B", ["?agent_id"]),
        ("agent_id=nova%00", ["?agent_id"]),
        ("agent_id=%ff", ["?agent_id"]),
        ("agent_id=", ["?agent_id"]),
        ("agent_id", ["?agent_id"]),
        ("agent_id=" + "x" * 65, ["?agent_id"]),
        ("", ["?agent_id"]),
        ("&&&", ["?agent_id"]),
        ("limit=5", ["?agent_id"]),
    ],
)
def test_a_wrong_query_is_422_and_says_where(pair: Cloud, query: str, pointers: list[str]):
    assert refusal(pair.get("/messaging/inbox", query)) == (422, "invalid", pointers)


@pytest.mark.parametrize("query", ["agent_id=nova&limit=5", "agent_id=nova&x="])
def test_a_route_without_a_query_takes_none(pair: Cloud, query: str):
    before = pair.digest()
    answer = pair.post("/messaging/heartbeat", query)
    assert answer.status == 422
    assert pair.digest() == before


@pytest.mark.parametrize("separator", ["=1&", "=1&x=1&"])
@pytest.mark.parametrize("path", ["/messaging/inbox", "/agents/me", "/messaging/presence/nova"])
def test_the_longest_query_makes_a_short_answer(pair: Cloud, path: str, separator: str):
    names = [f"x{number}" for number in range(1500)] + ["y" * 4000]
    for order in (names, names[::-1]):
        raw = "agent_id=nova&" + "".join(name + separator for name in order)
        answer = pair.get(path, raw)
        assert answer.status == 422
        assert len(answer.text) < 4000
        assert len(answer.json["errors"]) <= 20
