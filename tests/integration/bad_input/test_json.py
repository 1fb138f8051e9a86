"""JSON that cannot be kept is refused, in an answer of bounded size."""

import pytest

from tests.integration.bad_input.refusals import post, refusal
from tests.integration.cloud import Cloud


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
