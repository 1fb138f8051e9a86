"""Requests that are wrong: what is answered, and that nothing was written."""

import json

import pytest

from tests.integration.cloud import Cloud

SEND = {"to_agent_id": "boots", "body": "x"}
ORDER = {"to_agent_id": "boots", "title": "t", "description": "d"}
KIBIBYTE = 1024


def post(cloud: Cloud, path: str = "send", **options):
    """A refused request; nothing is stored by it."""
    before = cloud.digest()
    answer = cloud.post(f"/messaging/{path}", {"from_agent_id": "nova"}, **options)
    assert cloud.digest() == before
    return answer


def refusal(answer):
    return answer.status, answer.json["code"], [f["pointer"] for f in answer.json["errors"]]


# --- the body as bytes


@pytest.mark.parametrize(
    "raw",
    [
        "{",
        "",
        "[]",
        "null",
        '"text"',
        "5",
        "true",
        "{'a': 1}",
        '{"a":1}{"b":2}',
        '{"a":1,}',
        "\ufeff{}",
        b"\xff\xfe",
        b'{"to_agent_id":"\xc3\x28"}',
        b"\xed\xa0\x80",
        "to_agent_id=boots&body=x",
        '{"a":"\n"}',
        "\x00",
    ],
)
def test_a_body_that_is_no_json_object_is_400(pair: Cloud, raw: str | bytes):
    if raw == "":
        assert refusal(post(pair, raw=raw)) == (422, "invalid", ["#/to_agent_id", "#/body"])
    else:
        assert refusal(post(pair, raw=raw)) == (400, "malformed", [])


@pytest.mark.parametrize("body", ["%%%", "é", "a"])
def test_a_body_that_is_no_base64_is_400(pair: Cloud, body: str):
    assert refusal(post(pair, raw=body, isBase64Encoded=True)) == (400, "malformed", [])


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/json",
        "application/jsonl",
        "application/json; charset=latin-1",
        "json",
        "*/*",
        ";",
    ],
)
def test_a_body_that_is_not_declared_as_json_is_415(pair: Cloud, content_type: str | None):
    answer = post(pair, body=SEND, content_type=content_type)
    assert refusal(answer) == (415, "not_json", [])


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/merge-patch+json",
    ],
)
def test_json_may_be_declared_in_many_ways(pair: Cloud, content_type: str):
    answer = pair.post(
        "/messaging/send", {"from_agent_id": "nova"}, SEND, content_type=content_type
    )
    assert answer.status == 200


def test_header_names_may_have_any_case_as_sam_local_sends_them(pair: Cloud):
    headers = {"Host": "127.0.0.1", "Content-Type": "application/json"}
    answer = pair.post("/messaging/send", {"from_agent_id": "nova"}, SEND, headers=headers)
    assert answer.status == 200


@pytest.mark.parametrize("headers", [{}, None])
def test_a_request_without_headers_is_415(pair: Cloud, headers: dict | None):
    assert refusal(post(pair, body=SEND, headers=headers)) == (415, "not_json", [])


def test_bytes_in_base64_are_read_as_the_json_they_are(pair: Cloud):
    raw = json.dumps({**SEND, "body": "ü"}, ensure_ascii=False).encode()
    assert pair.post("/messaging/send", {"from_agent_id": "nova"}, raw=raw).status == 200
    assert pair.inbox("boots")["messages"][0]["body"] == "ü"


# --- sizes


def sized(body: dict, size: int) -> bytes:
    """The body in exactly so many bytes: JSON takes any space between its tokens."""
    raw = json.dumps(body).encode()
    return raw[:-1] + b" " * (size - len(raw)) + b"}"


@pytest.mark.parametrize("encode", [bytes, bytes.decode])
def test_a_body_may_have_256_kib_and_no_byte_more(pair: Cloud, encode):
    limit = 256 * KIBIBYTE
    assert refusal(post(pair, raw=encode(sized(SEND, limit + 1)))) == (413, "too_large", [])
    raw = encode(sized(SEND, limit))
    assert pair.post("/messaging/send", {"from_agent_id": "nova"}, raw=raw).status == 200


def test_an_order_and_its_result_may_have_128_kib_and_no_byte_more(pair: Cloud):
    limit = 128 * KIBIBYTE
    assert post(pair, "work-order", raw=sized(ORDER, limit + 1)).status == 413
    answer = pair.post("/messaging/work-order", {"from_agent_id": "nova"}, raw=sized(ORDER, limit))
    assert answer.status == 200
    order_id = answer.json["work_order_id"]
    pair.move("boots", order_id, "accept")
    path, query = f"/messaging/work-order/{order_id}/complete", {"agent_id": "boots"}
    before = pair.digest()
    assert pair.post(path, query, raw=sized({}, limit + 1)).status == 413
    assert pair.digest() == before
    assert pair.post(path, query, raw=sized({}, limit)).status == 200


# --- JSON that cannot be kept


def nested(depth: int) -> str:
    """A body whose deepest value stands `depth` levels deep, the body itself being the first."""
    opening, closing = '{"a":' * (depth - 1), "}" * (depth - 1)
    return f'{{"to_agent_id":"boots","body":"x","metadata":{opening}1{closing}}}'


def test_json_may_be_32_levels_deep_and_no_deeper(pair: Cloud):
    assert refusal(post(pair, raw=nested(33))) == (422, "invalid", [])
    assert pair.post("/messaging/send", {"from_agent_id": "nova"}, raw=nested(32)).status == 200


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1e999",
        "9" * 4301,
        '"\\ud800"',
        '"\\udc00\\ud800"',
        '{"\\ud800":1}',
        '[["\\udfff"]]',
        "[" * 3000 + "]" * 3000,
        "[" * 120_000,
    ],
)
def test_json_that_other_readers_choke_on_is_422(pair: Cloud, value: str):
    raw = f'{{"to_agent_id":"boots","body":"x","metadata":{{"a":{value}}}}}'
    answer = post(pair, raw=raw)
    assert answer.status == 422
    assert len(answer.text) < 1000


# --- fields

MISSING = "is missing"
UNKNOWN = "is not known here"


def test_each_missing_field_is_named(pair: Cloud):
    answer = post(pair, body={})
    assert answer.json["errors"] == [
        {"pointer": "#/to_agent_id", "detail": MISSING},
        {"pointer": "#/body", "detail": MISSING},
    ]
    assert answer.json["detail"] == "The body is not valid: to_agent_id, body."
    assert answer.json["fix"] == "Correct what `errors` points at and send the request again."


def test_an_unknown_field_is_named(pair: Cloud):
    answer = post(pair, body={**SEND, "From_Agent": 1, "a/b~c": 1})
    assert answer.json["errors"] == [
        {"pointer": "#/From_Agent", "detail": UNKNOWN},
        {"pointer": "#/a~1b~0c", "detail": UNKNOWN},
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to_agent_id", None),
        ("to_agent_id", 5),
        ("to_agent_id", "Boots"),
        ("to_agent_id", "boots\n"),
        ("to_agent_id", "boots\x00"),
        ("to_agent_id", ""),
        ("to_agent_id", "-boots"),
        ("to_agent_id", "böots"),
        ("to_agent_id", "x" * 65),
        ("body", None),
        ("body", ""),
        ("body", 5),
        ("body", ["x"]),
        ("body", "x" * 65_537),
        ("body", "é" * 32_769),
        ("subject", 5),
        ("subject", "x" * 501),
        ("priority", -1),
        ("priority", 11),
        ("priority", 1.5),
        ("priority", 1.0),
        ("priority", True),
        ("priority", "1"),
        ("priority", None),
        ("priority", 10**40),
        ("thread_id", "thr_1"),
        ("thread_id", ""),
        ("reply_to_id", "msg_8" + "z" * 25),
        ("reply_to_id", "msg_0" + "u" * 25),
        ("reply_to_id", "MSG_0" + "z" * 25),
        ("type", "ping"),
        ("type", "work_order"),
        ("type", "notification"),
        ("type", None),
        ("metadata", []),
        ("metadata", "{}"),
        ("metadata", 5),
        ("metadata", {"a": "x" * 65_530}),
    ],
)
def test_a_wrong_field_of_a_message_is_422(pair: Cloud, field: str, value: object):
    assert refusal(post(pair, body={**SEND, field: value})) == (422, "invalid", [f"#/{field}"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", " \n"),
        ("title", "x" * 501),
        ("description", ""),
        ("description", None),
        ("requirements", "text"),
        ("deliverables", [1]),
        ("budget_usd", "15000"),
        ("budget_usd", True),
        ("budget_usd", -0.01),
        ("budget_usd", 0.001),
        ("budget_usd", 10**12),
        ("budget_usd", []),
        ("deadline_at", "2099-01-01T00:00:00"),
        ("deadline_at", "2099-01-01"),
        ("deadline_at", "4070908800"),
        ("deadline_at", 4070908800),
        ("deadline_at", "tomorrow"),
        ("deadline_at", ""),
        ("deadline_at", "2099-02-29T00:00:00Z"),
        ("deadline_at", "9999-12-31T23:59:59-12:00"),
        ("deadline_at", {}),
        ("worker_id", "boots"),
    ],
)
def test_a_wrong_field_of_an_order_is_422(pair: Cloud, field: str, value: object):
    answer = post(pair, "work-order", body={**ORDER, field: value})
    assert refusal(answer) == (422, "invalid", [f"#/{field}"])


@pytest.mark.parametrize("budget", ["1E-400", "5.001", "1e11", "100000000000000000000.00"])
def test_a_budget_is_bounded_however_it_is_written(pair: Cloud, budget: str):
    raw = json.dumps(ORDER)[:-1] + f', "budget_usd": {budget}}}'
    assert refusal(post(pair, "work-order", raw=raw)) == (422, "invalid", ["#/budget_usd"])


@pytest.mark.parametrize(
    ("action", "body", "pointer"),
    [
        ("respond", {}, "#/action"),
        ("respond", {"action": "maybe"}, "#/action"),
        ("respond", {"action": ["accept"]}, "#/action"),
        ("respond", {"action": "accept", "estimated_completion": "soon"}, "#/estimated_completion"),
        ("respond", {"action": "reject", "rejection_reason": "x" * 501}, "#/rejection_reason"),
        ("complete", {"result_data": []}, "#/result_data"),
        ("complete", {"result_url": "ftp://example.com"}, "#/result_url"),
        ("complete", {"result_url": "javascript:alert(1)"}, "#/result_url"),
        ("complete", {"result_url": "https://a b"}, "#/result_url"),
        ("complete", {"result_url": "https://" + "x" * 2048}, "#/result_url"),
        ("complete", {"summary": ""}, "#/summary"),
        ("complete", {"status": "completed"}, "#/status"),
        ("cancel", {"reason": "x" * 501}, "#/reason"),
        ("fail", {"reason": 5}, "#/reason"),
    ],
)
def test_a_wrong_field_of_a_transition_is_422(pair: Cloud, action: str, body: dict, pointer: str):
    order_id = pair.offer("nova", "boots")
    pair.move("boots", order_id, "accept")
    before = pair.digest()
    path = f"/messaging/work-order/{order_id}/{action}"
    for agent_id in ("nova", "boots"):  # the body is checked before the role
        answer = pair.post(path, {"agent_id": agent_id}, body)
        assert refusal(answer) == (422, "invalid", [pointer])
    assert pair.digest() == before


def test_a_body_of_nothing_but_wrong_fields_gets_an_answer_of_bounded_size(pair: Cloud):
    body = {f"{number:x}": 1 for number in range(24_000)}
    answer = post(pair, raw=json.dumps(body, separators=(",", ":")))
    assert answer.status == 422
    # Lambda refuses an answer above 6 MB, and escapes this one once more.
    assert len(json.dumps(answer.text)) < 6_000_000


# --- query and path

LISTS = [
    ("/messaging/inbox", {}),
    ("/messaging/sent", {}),
    ("/messaging/work-orders", {"role": "worker"}),
    ("/agents", {}),
]


@pytest.mark.parametrize(("path", "query"), LISTS)
def test_a_limit_is_a_whole_number_from_1_to_100(pair: Cloud, path: str, query: dict):
    for limit in ("0", "101", "-1", "1.0", "ten", "", "1e1", "+5", "٣", "5 ", "9" * 20):
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
        ("agent_id=Nova", ["?agent_id"]),
        ("agent_id=nova%0A", ["?agent_id"]),
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


ULID = "01m830ztk8hqmnnzmzdykrdxts"


@pytest.mark.parametrize(
    ("method", "path", "pointer"),
    [
        ("POST", "/messaging/mark-read/{}", "{message_id}"),
        ("GET", "/messaging/messages/{}", "{message_id}"),
        ("GET", "/messaging/threads/{}", "{thread_id}"),
        ("GET", "/messaging/work-order/{}", "{work_order_id}"),
        ("POST", "/messaging/work-order/{}/respond", "{work_order_id}"),
        ("POST", "/messaging/work-order/{}/complete", "{work_order_id}"),
        ("POST", "/messaging/work-order/{}/cancel", "{work_order_id}"),
        ("POST", "/messaging/work-order/{}/fail", "{work_order_id}"),
        ("GET", "/messaging/presence/{}", "{agent_id}"),
        ("GET", "/agents/{}", "{agent_id}"),
    ],
)
def test_a_part_of_the_path_that_is_no_id_is_422(pair: Cloud, method: str, path: str, pointer: str):
    body = {"action": "accept"} if path.endswith("respond") else None
    parts = ["X", "ORDER_ID", f"MSG_{ULID}", "é", "..%2f", "a b", "-", "%00"]
    if pointer != "{agent_id}":
        parts += [f"msg_8{ULID[1:]}", f"msg_{ULID}x", f"wo_8{ULID[1:]}", "wo_", f"thr_{ULID}"]
    for part in parts:
        answer = pair.call(method, path.format(part), {"agent_id": "nova"}, body)
        assert refusal(answer) == (422, "invalid", [pointer])


@pytest.mark.parametrize("first", ["0", "7"])
def test_the_edges_of_an_id_are_well_formed(pair: Cloud, first: str):
    for last in ("0", "z"):
        ulid = first + last * 25
        for path in (f"/messaging/messages/msg_{ulid}", f"/messaging/work-order/wo_{ulid}"):
            assert pair.get(path, {"agent_id": "nova"}).status == 404
        path = f"/messaging/threads/thr_{ulid}{last * 8}"
        assert pair.get(path, {"agent_id": "nova"}).status == 404


def test_a_path_that_no_route_has_is_404(pair: Cloud):
    for key in ("GET /api/v1/messaging/nothing", "POST /api/v1/agents/me", "$default", ""):
        answer = pair.get("/agents/me", {"agent_id": "nova"}, routeKey=key)
        assert (answer.status, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "text", ["nova\n", "\U0001f600", 'a"b', "a`b", "a#b", "a/b", "a\0", " nova"]
)
@pytest.mark.parametrize("path", ["/agents/{}", "/messaging/presence/{}"])
def test_an_id_of_odd_characters_is_422(pair: Cloud, path: str, text: str):
    sent = path.format("boots")
    answer = pair.get(sent, {"agent_id": "nova"}, pathParameters={"agent_id": text})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "{agent_id}")


@pytest.mark.parametrize(
    "literal",
    ["0e300", "-0e-200", "0e999999999", "0e99999999999999999999", "-0.0", "1e-400", "1e308"],
)
def test_a_number_of_odd_form_is_taken_or_refused_but_never_a_fault(pair: Cloud, literal: str):
    nova = {"from_agent_id": "nova"}
    for field in ("budget_usd", "priority", "requirements"):
        value = f'{{"n": {literal}}}' if field == "requirements" else literal
        raw = f'{{"to_agent_id": "boots", "title": "t", "description": "d", "{field}": {value}}}'
        assert pair.post("/messaging/work-order", nova, raw=raw).status in (200, 422)


def test_a_budget_of_nothing_is_nothing(pair: Cloud):
    raw = '{"to_agent_id": "boots", "title": "t", "description": "d", "budget_usd": -0e3}'
    order = pair.post("/messaging/work-order", {"from_agent_id": "nova"}, raw=raw).json
    path = f"/messaging/work-order/{order['work_order_id']}"
    assert '"budget_usd":0,' in pair.get(path, {"agent_id": "nova"}).text


# --- nothing half-written

ABSENT_ORDER = f"/messaging/work-order/wo_{ULID}"
REFUSED = [
    ("POST", "/agents/register", "", {"agent_id": "nova", "name": "x"}, 409),
    ("POST", "/agents/register", "x=1", {"name": "x"}, 422),
    ("PATCH", "/agents/me", "agent_id=ghost", {"name": "x"}, 404),
    ("DELETE", "/agents/me", "agent_id=ghost", None, 404),
    ("DELETE", "/agents/me", "agent_id=nova&x=1", None, 422),
    ("POST", "/messaging/ping", "from_agent_id=nova", {"to_agent_id": "ghost"}, 404),
    ("POST", "/messaging/ping", "from_agent_id=ghost", {"to_agent_id": "nova"}, 404),
    ("POST", "/messaging/ping", "agent_id=nova", {"to_agent_id": "boots"}, 422),
    ("POST", "/messaging/send", "from_agent_id=nova", {"to_agent_id": "ghost", "body": "x"}, 404),
    ("POST", "/messaging/send", "from_agent_id=nova&x=1", SEND, 422),
    ("POST", f"/messaging/mark-read/msg_{ULID}", "agent_id=nova", None, 404),
    ("POST", "/messaging/mark-read", "agent_id=nova", {"message_ids": "x"}, 422),
    ("POST", "/messaging/mark-read", "agent_id=nova", {"message_ids": ["x"]}, 422),
    ("POST", "/messaging/heartbeat", "agent_id=ghost", None, 404),
    ("POST", "/messaging/heartbeat", "from_agent_id=nova", None, 422),
    ("PUT", "/messaging/presence", "agent_id=ghost", {}, 404),
    ("PUT", "/messaging/presence", "agent_id=nova", {"status": "x"}, 422),
    ("DELETE", "/messaging/presence", "agent_id=ghost", None, 404),
    ("POST", "/messaging/work-order", "from_agent_id=nova", {**ORDER, "to_agent_id": "nova"}, 422),
    ("POST", "/messaging/work-order", "from_agent_id=nova", {**ORDER, "to_agent_id": "ghost"}, 404),
    ("POST", f"{ABSENT_ORDER}/respond", "agent_id=nova", {"action": "accept"}, 404),
    ("POST", f"{ABSENT_ORDER}/complete", "agent_id=nova", {}, 404),
    ("POST", f"{ABSENT_ORDER}/cancel", "agent_id=nova", {}, 404),
    ("POST", f"{ABSENT_ORDER}/fail", "agent_id=nova", {}, 404),
]


@pytest.mark.parametrize("refused", REFUSED, ids=lambda each: f"{each[0]} {each[1]} {each[4]}")
def test_a_refused_write_writes_nothing(pair: Cloud, refused: tuple):
    method, path, query, body, status = refused
    pair.post("/messaging/heartbeat", {"agent_id": "boots"})
    pair.offer("nova", "boots")
    before = pair.digest()
    assert pair.call(method, path, query, body).status == status
    assert pair.digest() == before


def test_the_hash_over_what_is_stored_tells_any_change(pair: Cloud):
    """The tests above stand on it."""
    seen = {pair.digest()}
    message_id = pair.send("nova", "boots")["message_id"]
    seen.add(pair.digest())
    pair.post(f"/messaging/mark-read/{message_id}", {"agent_id": "boots"})
    seen.add(pair.digest())
    pair.post("/messaging/heartbeat", {"agent_id": "boots"})
    seen.add(pair.digest())
    pair.offer("nova", "boots")
    seen.add(pair.digest())
    assert len(seen) == 5


def test_a_body_that_is_wrong_in_a_thousand_places_is_told_of_twenty(pair: Cloud):
    body = {f"field_{number}": number for number in range(1000)}
    answer = pair.post("/messaging/send", "from_agent_id=nova", body)
    assert (answer.status, len(answer.json["errors"])) == (422, 20)
