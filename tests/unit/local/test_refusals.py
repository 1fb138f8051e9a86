import json

import pytest

from local.refusals import MAX_REASON, reason_of
from local.responses import Response

KEY = "am_live_" + "0" * 46


def problem(status=422, media_type="application/problem+json", **members):
    body = json.dumps({"code": "invalid", "detail": "The body is not valid.", **members}).encode()
    return Response(status, (("content-type", media_type),), body)


def faults(*details):
    return [{"pointer": f"#/{number}", "detail": each} for number, each in enumerate(details)]


def test_a_refusal_gives_its_code_pointers_and_details():
    answer = problem(errors=faults("is missing", "is not a whole number"))

    assert reason_of(answer) == "invalid: #/0 is missing; #/1 is not a whole number"


def test_without_pointers_it_gives_its_detail():
    assert reason_of(problem(404, code="agent_not_found", detail="No agent `x`.")) == (
        "agent_not_found: No agent `x`."
    )


def test_after_three_pointers_the_others_are_counted():
    line = reason_of(problem(errors=faults("a", "b", "c", "d", "e")))

    assert line == "invalid: #/0 a; #/1 b; #/2 c; and 2 more"


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        (f"is {KEY}", "is am_live_[redacted]"),
        ("is `Meet me at nine` or 'my own words'", "is `Meet me ...` or 'my own w...'"),
        (
            "is `wo_01m8q8zn33mpfwhvf2ckgnq7m9` or `a b`",
            "is `wo_01m8q8zn33mpfwhvf2ckgnq7m9` or `a b`",
        ),
        ("\x1b[31m\n22:00:00 GET /\u202e\u00e9", "\\x1b[31m\\n22:00:00 GET /\\u202e\\xe9"),
    ],
)
def test_no_key_no_text_and_no_control_character_is_shown(detail, shown):
    assert reason_of(problem(errors=faults(detail))) == f"invalid: #/0 {shown}"


def test_it_is_short():
    line = reason_of(problem(detail="x" * 1000))

    assert len(line) == MAX_REASON
    assert line.endswith("x...")


@pytest.mark.parametrize(
    "answer",
    [
        problem(200),
        problem(media_type="application/json"),
        problem(code=None, errors=3),
        Response(422, (("content-type", "application/problem+json"),), b"no JSON"),
        Response(422, (("content-type", "application/problem+json"),), b"[]"),
    ],
)
def test_what_is_no_refusal_or_says_nothing_has_no_reason(answer):
    assert reason_of(answer) == ""
