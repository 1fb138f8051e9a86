"""What a refusal tells the caller to do: for each kind of mistake, in words and in size."""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import TypeAdapter

from agent_messaging import clock, fields
from agent_messaging.agents.schemas import RegisterRequest, UpdateRequest
from agent_messaging.delivery.schemas import PingRequest, SendRequest
from agent_messaging.directory.schemas import DirectoryQuery
from agent_messaging.door import parsing, usual_words
from agent_messaging.errors import InvalidError
from agent_messaging.feed.schemas import AckRequest, FeedQuery, WaitQuery
from agent_messaging.messaging.schemas import InboxQuery, MarkManyReadRequest
from agent_messaging.presence.schemas import PresenceRequest
from agent_messaging.work_orders.schemas import CreateRequest, WorkOrdersQuery
from agent_messaging.work_orders.transition_schemas import CompleteRequest, RespondRequest

SEND = {"to_agent_id": "boots", "body": "Hello"}
ORDER = {"to_agent_id": "boots", "title": "Estimates", "description": "Fifty"}
MESSAGE_ID = "msg_01m830ztk8hqmnnzmzdykrdxts"
API_KEY = "am_live_" + "K" * 46


def of_body(model: type, body: dict, route: str = "") -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        parsing.body_model(model, body, "from_agent_id", route)
    return caught.value


def of_query(model: type | None, query: dict, body: type | None = None) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        parsing.query_model(model, query, "agent_id", body)
    return caught.value


@pytest.mark.parametrize(
    ("model", "body", "fix"),
    [
        (SendRequest, {**SEND, "boddy": "x"}, "Remove `boddy`, because `body` is there already."),
        (SendRequest, {"to_agent_id": "boots", "text": "x"}, "Rename `text` to `body`."),
        (PingRequest, {"toAgentId": "boots"}, "Rename `toAgentId` to `to_agent_id`."),
        (PingRequest, {"recipient": "boots"}, "Rename `recipient` to `to_agent_id`."),
        (SendRequest, {**SEND, "cc": "x"}, "Remove `cc`. A message has one recipient."),
        (SendRequest, {**SEND, "from_agent_id": "x"}, "The caller stands in the query, as `?from"),
        (SendRequest, {**SEND, "key": API_KEY}, "A key is sent only in a header"),
        (SendRequest, {**SEND, "foo": 1}, "The fields are `to_agent_id`, `subject`, `body`,"),
        (SendRequest, {**SEND, "type": "chat"}, '`"contact_request"`, `"chat_message"`.'),
        (RespondRequest, {"action": "decline"}, 'Set `action` to one of `"reject"`, `"accept"`.'),
        (RespondRequest, {}, 'Add `action`, one of `"accept"`, `"reject"`.'),
        (SendRequest, {**SEND, "to_agent_id": "Nova Agent"}, "GET /api/v1/agents?q=nova%20agent."),
        (
            SendRequest,
            {**SEND, "priority": "high"},
            "Set `priority` to a whole number from 0 to 10 instead of a string, for example `5`.",
        ),
        (SendRequest, {**SEND, "priority": 11}, "a whole number from 0 to 10, for example `10`."),
        (SendRequest, {**SEND, "body": ["x"]}, "instead of a list"),
        (SendRequest, {**SEND, "subject": "x" * 512}, "Shorten `subject` to 500 characters. It ha"),
        (SendRequest, {**SEND, "body": "é" * 40_000}, "Shorten `body` to 65536 bytes."),
        (CompleteRequest, {"result_url": "ftp://x"}, '`"https://example.com/result.json"`'),
        (CreateRequest, {**ORDER, "budget_usd": "much"}, "for example `15000`."),
        (
            CreateRequest,
            {**ORDER, "deadline_at": "2099-01-01T10:00:00"},
            'for example `"2099-01-01T10:00:00.000Z"`. Or send a duration from now on, such as `"P',
        ),
        (RegisterRequest, {"name": "N", "key_hash": "x"}, "Remove `key_hash`, and the server"),
        (RegisterRequest, {"name": "N", "agent_id": "A B"}, 'for example `"nova-agent-id"`.'),
        (RegisterRequest, {"agentName": "N"}, "Rename `agentName` to `name`. The"),
        (RegisterRequest, {"agent_name": "N"}, "Rename `agent_name` to `name`. The"),
        (RegisterRequest, {"name": "N", "agent_name": "N"}, "because `name` is there already."),
        (RegisterRequest, {"name": "N", "desc": "x"}, "Rename `desc` to `description`."),
        (RegisterRequest, {"name": "N", "sort": "x"}, "Remove `sort`. This call has nothing like"),
        (
            RegisterRequest,
            {"name": "N", "caps": "cooking"},
            'Rename `caps` to `capabilities`. Set `capabilities` to a list, for example `["cooki',
        ),
        (CreateRequest, {"worker_id": "boots"}, "Rename `worker_id` to `to_agent_id`."),
        (SendRequest, {**SEND, "idempotency_key": "x"}, "as the header `Idempotency-Key`."),
        (RespondRequest, {"accept": True}, 'Set `action` to `"accept"`. Remove `accept`. The'),
        (RespondRequest, {"reject": "yes"}, 'Set `action` to `"reject"`. Remove `reject`. The'),
        (CompleteRequest, {"idempotencyKey": "x"}, "as the header `Idempotency-Key`."),
        (
            RespondRequest,
            {"status": "accepted"},
            'Rename `status` to `action`. Did you mean `accept`? Set `action` to one of `"accept"`',
        ),
        (RespondRequest, {"decision": "reject"}, "Rename `decision` to `action`. The fields"),
        (RespondRequest, {"accept": False}, 'Set `action` to `"reject"`. Remove `accept`. The'),
        (PresenceRequest, {"online": True}, "To be online, call POST /api/v1/messaging/heartbeat."),
        (PresenceRequest, {"is_online": False}, "call DELETE /api/v1/messaging/presence."),
        (PresenceRequest, {"accepts_work_orders": "no"}, "for example `false`."),
        (PresenceRequest, {"accepts_work_orders": " OFF "}, "for example `false`."),
        (PresenceRequest, {"accepts_work_orders": 0}, "for example `false`."),
        (PresenceRequest, {"accepts_work_orders": "yes"}, "for example `true`."),
        (PresenceRequest, {"accepts_work_orders": {}}, "for example `true`."),
        (CreateRequest, {**ORDER, "deadline_in_seconds": -1}, "for example `86400`."),
        (CreateRequest, {**ORDER, "budget_usd": Decimal("1e20")}, "example `999999999999.99`."),
        (CreateRequest, {**ORDER, "budget_usd": -1}, "for example `15000`."),
        (
            MarkManyReadRequest,
            {"message_id": MESSAGE_ID},
            f'Set `message_ids` to a list, for example `["{MESSAGE_ID}"]`. The only',
        ),
        (MarkManyReadRequest, {"message_id": 7}, "to a list of `message_id` from GET /api/v1/mes"),
        (MarkManyReadRequest, {"message_ids": MESSAGE_ID}, "Set `message_ids` to a list, for exam"),
        (UpdateRequest, {"name": None}, "Remove `name` to keep its value, or send a new"),
        (UpdateRequest, {"capabilities": None}, "Remove `capabilities` to keep its value, or"),
        (PresenceRequest, {"max_concurrent_jobs": None}, "Remove `max_concurrent_jobs` to keep"),
        (RegisterRequest, {"name": " Nova "}, 'Set `name` to `"Nova"`.'),
        (
            CreateRequest,
            {**ORDER, "deadline_at": "PT1H", "deadline_in_seconds": 1},
            "Remove `deadline_in_seconds`.",
        ),
        (
            CreateRequest,
            {**ORDER, "deliverables": 5},
            "Set `deliverables` to a JSON object, a list or a text instead of this number, for ex",
        ),
        (CompleteRequest, {"result_data": True}, "to a JSON object, a list or a text instead of a"),
        (AckRequest, {}, "Add `position`, the `next_after` from GET /api/v1/messaging/feed."),
        (AckRequest, {"next_after": "1.1.e902"}, "Rename `next_after` to `position`. The only"),
        (AckRequest, {"event_id": "1.1.e902"}, "Rename `event_id` to `position`. The only"),
        (MarkManyReadRequest, {}, "Add `message_ids`, a list of `message_id` from GET /api/v1/me"),
    ],
)
def test_a_fix_of_a_body_names_what_to_send(model: type, body: dict, fix: str):
    assert fix in of_body(model, body).fix


@pytest.mark.parametrize(
    ("model", "query", "fix"),
    [
        (
            InboxQuery,
            {"limit": "0"},
            "Set `?limit` to a whole number from 1 to 100, for example `1",
        ),
        (InboxQuery, {"limit": "500"}, "from 1 to 100, for example `100`."),
        (InboxQuery, {"per_page": "5"}, "Rename `?per_page` to `?limit`."),
        (InboxQuery, {"page": "2"}, "Page with the cursor: send each `next_cursor` as `cursor`"),
        (InboxQuery, {"offset": "20"}, "Page with the cursor"),
        (InboxQuery, {"since": "2026-01-01"}, "A list has no filter by time."),
        (InboxQuery, {"unread_only": "true"}, "add `status=pending` to the query."),
        (InboxQuery, {"search": "x"}, "Only agents can be searched"),
        (InboxQuery, {"sort": "asc"}, "The order of a list is fixed"),
        (InboxQuery, {"status": "unread"}, "Set `?status` to one of `pending`, `read`."),
        (InboxQuery, {"status": "all"}, "Leave out `?status` to list all."),
        (InboxQuery, {"from": "boots"}, "The inbox has no filter by sender; read `from_agent` of"),
        (WorkOrdersQuery, {"from": "boots"}, "Rename `?from` to `?client_id`."),
        (WorkOrdersQuery, {"status": "All"}, "Leave out `?status` to list all."),
        (WorkOrdersQuery, {"status": "open"}, "or send `pending` for orders that wait for an answ"),
        (WorkOrdersQuery, {"status": "open"}, "or `accepted` for orders that are being worked on."),
        (
            WorkOrdersQuery,
            {"role": "all"},
            "Set `?role` to one of `client`, `worker`, `candidate`.",
        ),
        (DirectoryQuery, {"search": "x"}, "Rename `?search` to `?q`."),
        (DirectoryQuery, {"online": "maybe"}, "one of `true`, `false`."),
        (WorkOrdersQuery, {"role": "client", "status": "done"}, "one of `completed`,"),
        (InboxQuery, {"wait": "20"}, "To wait for new events, call GET /api/v1/messaging/feed/w"),
        (FeedQuery, {"cursor": "1.1.e902"}, "Rename `?cursor` to `?after`."),
        (FeedQuery, {"next_after": "1.1.e902"}, "Rename `?next_after` to `?after`."),
        (FeedQuery, {"last_event_id": "1.1.e902"}, "Rename `?last_event_id` to `?after`."),
        (FeedQuery, {"since": "2026-01-01"}, "A feed has positions instead of times. Send the"),
        (FeedQuery, {"offset": "20"}, "Send the `next_after` of the previous answer as `after`."),
        (FeedQuery, {"sort": "desc"}, "The feed begins with its oldest event. `after=latest`"),
        (
            FeedQuery,
            {"timeout": "20"},
            "To wait for new events, call GET /api/v1/messaging/feed/w",
        ),
        (WaitQuery, {"timeout": "20"}, "Rename `?timeout` to `?wait`."),
        (WaitQuery, {"wait": "60"}, "a whole number from 1 to 20, for example `20`."),
        (None, {"limit": "5"}, "Remove `?limit`. The only parameter is `?agent_id`."),
        (None, {"from_agent_id": "nova"}, "The caller stands in `?agent_id` or in the key."),
    ],
)
def test_a_fix_of_a_query_names_what_to_send(model: type | None, query: dict, fix: str):
    assert fix in of_query(model, query).fix


def test_a_field_in_the_query_belongs_in_the_body():
    told = of_query(None, {"subject": "x"}, SendRequest).fix
    assert told.startswith("Move `?subject` to the body, as `subject`.")


@pytest.mark.parametrize(
    "value",
    ["2020-01-01T00:00:00", "tomorrow", "9999-12-31", "-PT1H", "24h", "in 24 hours", 5, None, ""],
)
def test_the_example_of_a_time_is_valid_when_it_is_read(value: object):
    told = of_body(CreateRequest, {**ORDER, "deadline_at": value or {}}).fix
    example, duration = re.findall(r'`"(.*?)"`', told)
    body = parsing.body_model(CreateRequest, {**ORDER, "deadline_at": example})
    assert body.deadline_at > datetime.now(UTC)
    body = parsing.body_model(CreateRequest, {**ORDER, "deadline_at": duration})
    assert body.deadline_at == timedelta(hours=24)


def test_a_past_time_tells_the_servers_time_and_one_that_is_valid():
    now = datetime(2026, 11, 30, 10, tzinfo=UTC)
    clock.require_future("#/deadline_at", None, now)
    with pytest.raises(InvalidError) as caught:
        clock.require_future("#/deadline_at", now, now)
    assert caught.value.fix == (
        'Set `deadline_at` to a future time, for example `"2026-12-01T10:00:00.000Z"`. Or '
        'send a duration from now on, such as `"PT24H"`. '
        "The server's time is 2026-11-30T10:00:00.000Z."
    )


def test_an_id_of_another_kind_is_told_as_what_it_is():
    types = {"work_order_id": TypeAdapter(fields.WorkOrderId)}
    route = "/api/v1/messaging/work-order/{work_order_id}/complete"
    with pytest.raises(InvalidError) as caught:
        parsing.path_parts(types, {"work_order_id": MESSAGE_ID}, route)
    assert caught.value.fix == (
        f"`{MESSAGE_ID}` is a message id. Set `{{work_order_id}}` in the path `{route}` to the "
        "`work_order_id` from GET /api/v1/messaging/work-orders?role=worker&status=accepted."
    )


def test_all_mistakes_are_covered_at_once_and_each_has_its_own_fix():
    error = of_body(SendRequest, {"to": "boots", "message": "Hello", "priority": 99})
    own = [each.fix for each in error.faults]
    assert all(each in error.fix for each in own)
    assert "Rename `to` to `to_agent_id`." in error.fix
    assert "Rename `message` to `body`." in error.fix
    assert "from 0 to 10, for example `10`." in error.fix


@pytest.mark.parametrize(
    "model", [InboxQuery, WorkOrdersQuery, DirectoryQuery, FeedQuery, WaitQuery]
)
def test_no_usual_word_is_left_unguided(model: type):
    role = {"role": "client"} if model is WorkOrdersQuery else {}
    for word in usual_words.WORDS.keys() - model.model_fields.keys():
        told = of_query(model, {**role, word: "x"})
        assert not told.fix.startswith(f"Remove `?{word}`. The parameters"), word


def test_a_limit_is_a_number_and_no_expression_of_python():
    (fault,) = of_body(CreateRequest, {**ORDER, "budget_usd": Decimal("1e20")}).faults
    assert fault.detail == "is above 999999999999.99"


def test_no_key_is_repeated():
    for key in (API_KEY, API_KEY[:20]):
        assert key.lower() not in of_body(RegisterRequest, {"name": "N", "caps": key.lower()}).fix
        for body in ({**SEND, "to_agent_id": key}, {**SEND, "priority": key}):
            assert key not in of_body(SendRequest, body).fix
    hashed = "f" * 63
    assert hashed not in of_body(RegisterRequest, {"name": "N", "key_hash": hashed}).fix


@pytest.mark.parametrize("key", [API_KEY, API_KEY[:20].upper(), "am_local_" + "K" * 46])
def test_no_key_is_repeated_that_is_a_name(key: str):
    for error in (
        of_body(SendRequest, {**SEND, key: 1, "to": "x"}),
        of_query(InboxQuery, {key: "1"}),
        of_query(None, {f"x{key}": "1"}),
    ):
        assert key not in json.dumps([error.detail, error.fix, error.faults])
    with pytest.raises(InvalidError) as caught:
        parsing.refuse_repeated([key])
    assert key not in json.dumps([caught.value.fix, caught.value.faults])


HIDDEN = ["`", "\x1b", "\u200b", "\u202e", "\ufe0f", "\u034f", "\u3164", "\u115f", "\u2800"]
HIDDEN += ["\u17b4", "\U000e0100"]


@pytest.mark.parametrize("character", HIDDEN)
def test_a_hidden_character_and_a_backtick_are_written_out(character: str):
    number = ord(character)
    written = f"a\\u{number:04x}b" if number <= 0xFFFF else f"a\\U{number:08x}b"
    error = of_body(SendRequest, {**SEND, f"a{character}b": 1})
    assert error.detail == f"The body is not valid: {written}."
    assert error.faults[0].pointer == f"#/{written}"
    assert character not in error.fix or character == "`"
    with pytest.raises(InvalidError) as caught:
        parsing.refuse_repeated([f"a{character}b"])
    assert caught.value.fix == f"Send `?{written}` only once."


@pytest.mark.parametrize("name", ["a\u200bb", "x" * 65, "c`. Remove `body", API_KEY])
def test_a_name_that_cannot_be_written_goes_with_all_that_are_unknown(name: str):
    error = of_body(PingRequest, {"to_agent_id": "boots", name: 1})
    names = ", ".join(f"`{each}`" for each in PingRequest.model_fields)
    assert error.fix == f"Remove every field that is not in this list: {names}."
    assert of_query(None, {name: "1"}).fix == (
        "Remove every parameter that is not in this list: `?agent_id`."
    )


@pytest.mark.parametrize("character", ["x", "é", "😀", "\u200b", "`", "\x00", "~", "/"])
@pytest.mark.parametrize("length", [1, 90, 4000])
def test_an_answer_is_never_much_longer_than_its_request(character: str, length: int):
    names = [f"{number}{character * length}" for number in range(40)]
    sent = json.dumps({**SEND, **dict.fromkeys(names, 1)}, ensure_ascii=False)
    error = of_body(SendRequest, json.loads(sent))
    told = json.dumps([error.detail, error.fix, error.faults], ensure_ascii=False)
    assert len(told.encode()) < 4000 + 3 * len(sent.encode())
    assert len(told.encode()) < 40_000
