"""A body has its limit in bytes, and not one more."""

import json

import pytest

from tests.integration.bad_input.refusals import ORDER, SEND, post, refusal
from tests.integration.cloud import Cloud

KIBIBYTE = 1024


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
