"""Creating, reading, changing and removing a webhook, and the listener that goes with it."""

import base64
import re
from typing import Any

import pytest

from agent_messaging.webhooks.own_endpoints import OwnEndpoints
from tests.hostile_urls import HOSTILE, LAWFUL
from tests.integration.cloud import Cloud
from tests.integration.webhooks.endpoints import (
    HOOKS,
    URL,
    as_caller,
    change,
    create,
    created,
    listener,
    listening,
    read,
    remove,
    stored,
)

SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
ULID = "01m830ztk8hqmnnzmzdykrdxts"


def test_a_new_webhook_shows_its_secret_once(pair: Cloud):
    answer = create(
        pair, "nova", event_types=["message.received", "work_order.*"], description="wakes me"
    )
    assert answer.status == 201
    shown = answer.json
    assert list(shown) == [
        "webhook_id",
        "url",
        "event_types",
        "description",
        "status",
        "disabled_reason",
        "created_at",
        "content_flags",
        "success",
        "secret",
    ]
    assert shown["url"] == URL
    assert shown["event_types"] == ["message.received", "work_order.*"]
    assert shown["description"] == "wakes me"
    assert (shown["status"], shown["disabled_reason"]) == ("active", None)
    assert SECRET.fullmatch(shown["secret"])
    assert len(base64.b64decode(shown["secret"].removeprefix("whsec_"))) == 32
    seen = read(pair, "nova", shown["webhook_id"])
    assert seen.json == {k: v for k, v in shown.items() if k not in ("success", "secret")}
    listed = pair.get(HOOKS, {"agent_id": "nova"})
    assert listed.json == {"agent_id": "nova", "webhooks": [seen.json]}
    assert shown["secret"] not in seen.text + listed.text


def test_a_description_is_flagged_if_it_hides_something(pair: Cloud):
    shown = created(pair, "nova", description="wakes\u200b me")
    assert shown["content_flags"] == ["invisible_characters"]
    assert read(pair, "nova", shown["webhook_id"]).json["content_flags"] == shown["content_flags"]


def test_all_but_the_url_may_be_left_out(pair: Cloud):
    shown = created(pair, "nova")
    assert (shown["event_types"], shown["description"]) == (None, None)
    assert created(pair, "boots", event_types=None, description=None)["event_types"] is None


def test_no_answer_is_stored_so_a_repeated_key_creates_no_second_secret(pair: Cloud):
    body = {"url": URL}
    first = pair.post(HOOKS, {"agent_id": "nova"}, body, key="a-key")
    again = pair.post(HOOKS, {"agent_id": "nova"}, body, key="a-key")
    assert (first.status, again.status) == (201, 409)
    assert again.json["code"] == "webhook_exists"
    assert again.json["webhook_id"] == first.json["webhook_id"]
    assert first.json["secret"] not in again.text


def test_an_agent_has_three_webhooks_at_most(pair: Cloud):
    ids = [created(pair, "nova", f"{URL}/{number}")["webhook_id"] for number in range(3)]
    answer = create(pair, "nova", f"{URL}/3")
    assert (answer.status, answer.json["code"]) == (409, "too_many_webhooks")
    assert ids[0] in answer.json["fix"]
    assert listening(pair, "nova") == dict(zip((1, 2, 3), ids, strict=True))
    assert remove(pair, "nova", ids[1]).status == 204
    new = created(pair, "nova", f"{URL}/3")["webhook_id"]
    assert listening(pair, "nova") == {1: ids[0], 2: new, 3: ids[2]}
    shown = pair.get(HOOKS, {"agent_id": "nova"}).json["webhooks"]
    assert [each["webhook_id"] for each in shown] == sorted([ids[0], ids[2], new])
    created(pair, "boots")  # Each agent has its own.


def test_a_url_is_used_once(pair: Cloud):
    first = created(pair, "nova")
    for same in ("HTTPS://HOOKS.example.com:443/agent", URL):
        answer = create(pair, "nova", same)
        assert (answer.status, answer.json["code"]) == (409, "webhook_exists")
        assert answer.json["webhook_id"] == first["webhook_id"]
        assert first["webhook_id"] in answer.json["fix"]
    other = created(pair, "nova", f"{URL}/other")
    answer = change(pair, "nova", other["webhook_id"], url=URL)
    assert (answer.status, answer.json["webhook_id"]) == (409, first["webhook_id"])
    created(pair, "boots")  # Another agent may have the same URL.


@pytest.mark.parametrize("url", HOSTILE, ids=ascii)
def test_a_hostile_url_is_refused_without_a_look_up(pair: Cloud, url: str):
    before = pair.digest()
    webhook_id = created(pair, "nova")["webhook_id"]
    at_first = pair.digest()
    for answer in (create(pair, "boots", url), change(pair, "nova", webhook_id, url=url)):
        assert (answer.status, answer.json["code"]) == (422, "invalid")
        (fault,) = answer.json["errors"]
        assert fault["pointer"] == "#/url"
        assert "`url`" in fault["fix"]
    assert before != pair.digest() == at_first


@pytest.mark.parametrize("url", LAWFUL, ids=ascii)
def test_a_lawful_url_is_stored_in_its_canonical_form(pair: Cloud, url: str):
    shown = created(pair, "nova", url)
    assert shown["url"] == LAWFUL[url]
    assert stored(pair, "nova")["url"] == LAWFUL[url]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/url"),
        ({"url": 5}, "#/url"),
        ({"url": ""}, "#/url"),
        ({"url": URL, "event_types": []}, "#/event_types"),
        ({"url": URL, "event_types": ["message.seen"]}, "#/event_types/0"),
        ({"url": URL, "event_types": ["*", "message.*"]}, "#/event_types/0"),
        ({"url": URL, "event_types": ["webhook.test"]}, "#/event_types/0"),
        ({"url": URL, "event_types": "message.received"}, "#/event_types"),
        ({"url": URL, "event_types": ["message.*"] * 33}, "#/event_types"),
        ({"url": URL, "description": "x" * 501}, "#/description"),
        ({"url": URL, "description": "two\nlines"}, "#/description"),
        ({"url": URL, "secret": "whsec_mine"}, "#/secret"),
        ({"url": URL, "status": "active"}, "#/status"),
    ],
)
def test_a_wrong_field_is_told_with_its_place_and_a_fix(pair: Cloud, body: object, pointer: str):
    answer = pair.post(HOOKS, {"agent_id": "nova"}, body)
    assert (answer.status, answer.json["code"]) == (422, "invalid")
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]
    assert all(fault["fix"] for fault in answer.json["errors"])


def test_a_change_keeps_what_it_leaves_out(pair: Cloud):
    webhook_id = created(pair, "nova", event_types=["message.*"], description="old")["webhook_id"]
    assert listener(pair, "nova") == {
        "agent_id": "nova",
        "entry": "z#hook#1",
        "webhook_id": webhook_id,
        "event_types": ["message.*"],
        "is_failing": False,
    }
    shown = change(pair, "nova", webhook_id, description="new").json
    assert (shown["description"], shown["event_types"]) == ("new", ["message.*"])
    shown = change(pair, "nova", webhook_id, event_types=["Contact.*", "contact.*"]).json
    assert (shown["description"], shown["event_types"]) == ("new", ["contact.*"])
    assert listener(pair, "nova")["event_types"] == ["contact.*"]
    shown = change(pair, "nova", webhook_id, event_types=None, description=None).json
    assert (shown["description"], shown["event_types"]) == (None, None)
    assert "event_types" not in listener(pair, "nova")
    shown = change(pair, "nova", webhook_id, url="https://b.example.com").json
    assert shown["url"] == "https://b.example.com/"
    assert read(pair, "nova", webhook_id).json == {
        name: value for name, value in shown.items() if name != "success"
    }
    before = pair.digest()
    answer = change(pair, "nova", webhook_id, url="https://b.example.com", status="active")
    assert answer.status == 200
    assert pair.digest() == before


@pytest.mark.parametrize(
    "changes", [{"url": None}, {"status": None}, {"status": "disabled"}, {"secret": "x"}]
)
def test_a_wrong_change_is_refused(pair: Cloud, changes: dict[str, object]):
    webhook_id = created(pair, "nova")["webhook_id"]
    answer = change(pair, "nova", webhook_id, **changes)
    assert (answer.status, answer.json["code"]) == (422, "invalid")
    assert answer.json["errors"][0]["fix"]


def test_a_removed_webhook_is_gone_with_its_listener(pair: Cloud):
    webhook_id = created(pair, "nova")["webhook_id"]
    assert remove(pair, "nova", webhook_id).status == 204
    assert stored(pair, "nova") is listener(pair, "nova") is None
    assert read(pair, "nova", webhook_id).json["code"] == "webhook_not_found"
    assert remove(pair, "nova", webhook_id).status == 404


def test_another_agents_webhook_is_answered_as_one_that_never_was(pair: Cloud):
    webhook_id, absent = created(pair, "nova")["webhook_id"], f"whk_{ULID}"
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"description": "mine"}),
        ("DELETE", "", None),
        ("POST", "/rotate-secret", None),
    ):
        there, never = (
            pair.call(method, f"{HOOKS}/{each}{path}", body=body, **as_caller("boots"))
            for each in (webhook_id, absent)
        )
        assert (there.status, there.json["code"]) == (404, "webhook_not_found")
        assert there.but_for(webhook_id) == never.but_for(absent)
    assert read(pair, "nova", webhook_id).status == 200


@pytest.mark.parametrize("word", ["endpoint", "callback_url", "webhook_url", "uri"])
def test_the_usual_words_for_the_url_are_renamed(pair: Cloud, word: str):
    answer = pair.post(HOOKS, {"agent_id": "nova"}, {word: URL})
    assert f"Rename `{word}` to `url`." in answer.json["fix"]


@pytest.mark.parametrize("word", ["events", "event", "topics", "eventTypes"])
def test_the_usual_words_for_the_types_are_renamed(pair: Cloud, word: str):
    body = {"url": URL, word: ["message.received"]}
    answer = pair.post(HOOKS, {"agent_id": "nova"}, body)
    assert f"Rename `{word}` to `event_types`." in answer.json["fix"]


def test_what_other_apis_have_is_explained(pair: Cloud):
    for word, told in (("secret", "The server makes the secret"), ("enabled", "is active")):
        answer = pair.post(HOOKS, {"agent_id": "nova"}, {"url": URL, word: "x"})
        assert f"Remove `{word}`." in answer.json["fix"]
        assert told in answer.json["fix"]


def test_a_star_alone_stands_for_all_events(pair: Cloud):
    hook = created(pair, "nova", event_types=["*"])
    assert hook["event_types"] is None
    assert change(pair, "nova", hook["webhook_id"], event_types=["*"]).json["event_types"] is None


def test_of_two_changes_at_once_none_is_lost(pair: Cloud, monkeypatch: pytest.MonkeyPatch):
    hook = created(pair, "nova")["webhook_id"]
    write, others = OwnEndpoints.change, [{"event_types": ["work_order.*"]}, {"url": f"{URL}/2"}]

    def racing(self: OwnEndpoints, *args: Any) -> None:
        if others:  # Another request between the read and the write.
            assert change(pair, "nova", hook, **others.pop()).status == 200
        write(self, *args)

    monkeypatch.setattr(OwnEndpoints, "change", racing)
    shown = change(pair, "nova", hook, description="second").json
    assert shown["description"] == "second"
    assert (shown["event_types"], shown["url"]) == (["work_order.*"], f"{URL}/2")
    seen = read(pair, "nova", hook).json
    assert seen == {name: shown[name] for name in seen}
    followed = listener(pair, "nova")
    assert followed is not None
    assert followed["event_types"] == ["work_order.*"]


def test_a_change_touches_the_listener_only_if_the_relay_has_to_know(pair: Cloud):
    hook = created(pair, "nova", event_types=["message.*"], description="first")["webhook_id"]
    pair.change("AgentFeedTable", {"agent_id": "nova", "entry": "z#hook#1"}, is_failing=True)
    before = listener(pair, "nova")
    assert change(pair, "nova", hook, description=None).json["description"] is None
    assert listener(pair, "nova") == before
    assert change(pair, "nova", hook, event_types=None).json["event_types"] is None
    followed = listener(pair, "nova")
    assert followed is not None
    assert ("event_types" in followed, followed["is_failing"]) == (False, True)
