from decimal import Decimal

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter

from agent_messaging import fields
from agent_messaging.door import parsing
from agent_messaging.errors import InvalidError
from agent_messaging.fields import AgentId, Limit


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    inner: Inner
    many: list[Inner] = []


class Query(BaseModel):
    model_config = ConfigDict(extra="forbid")
    limit: Limit = 50


def pointers(body: dict) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        parsing.body_model(Outer, body)
    return [fault.pointer for fault in caught.value.faults]


def test_a_pointer_leads_to_the_very_place():
    assert pointers({"inner": {"size": 1}}) == ["#/name"]
    assert pointers({"name": "x", "inner": {}}) == ["#/inner/size"]
    assert pointers({"name": "x", "inner": {"size": 1}, "many": [{"size": 1}, {"size": "x"}]}) == [
        "#/many/1/size"
    ]


def test_slashes_and_tildes_in_names_are_escaped():
    body = {"name": "x", "inner": {"size": 1, "a/b": 1, "m~n": 1, "~1": 1, "": 1}}
    assert pointers(body) == ["#/inner/a~1b", "#/inner/m~0n", "#/inner/~01", "#/inner/"]


def test_all_faults_are_told_at_once_in_our_words():
    with pytest.raises(InvalidError) as caught:
        parsing.body_model(Outer, {"other": 1})
    assert [(fault.pointer, fault.detail) for fault in caught.value.faults] == [
        ("#/name", "is missing"),
        ("#/inner", "is missing"),
        ("#/other", "is unknown"),
    ]
    assert caught.value.detail == "The body is not valid: name, inner, other."


def test_query_parameters_are_decoded_and_repeated_ones_are_named():
    event = {"rawQueryString": "a=1%2C2&b=&c&d=x+y&%64=z&%ff=1"}
    assert parsing.query_parameters(event) == (
        {"a": "1,2", "b": "", "c": "", "d": "z", "\ufffd": "1"},
        ["d"],
    )
    assert parsing.query_parameters({}) == ({}, [])


def test_repeated_parameters_are_refused_by_name():
    parsing.refuse_repeated([])
    with pytest.raises(InvalidError) as caught:
        parsing.refuse_repeated(["limit", "agent_id"])
    assert [fault.pointer for fault in caught.value.faults] == ["?limit", "?agent_id"]


def test_a_refusal_of_a_query_is_bounded_in_number_and_in_length():
    names = [f"x{number}" for number in range(3000)] + ["é" * 12_000]
    with pytest.raises(InvalidError) as repeated:
        parsing.refuse_repeated(names[::-1])
    with pytest.raises(InvalidError) as unknown:
        parsing.query_model(None, dict.fromkeys(names[::-1], ""))
    with pytest.raises(InvalidError) as extra:
        parsing.query_model(Query, dict.fromkeys(names[::-1], ""))
    for caught in (repeated, unknown, extra):
        faults = caught.value.faults
        assert len(faults) == parsing.MAX_FAULTS
        assert faults[0].pointer == "?" + "é" * 96 + "..."
        assert faults[1].pointer == "?x2999"


def test_a_name_in_a_body_is_repeated_up_to_a_length():
    with pytest.raises(InvalidError) as caught:
        parsing.body_model(Outer, {"name": "x", "inner": {"size": 1}, "y" * 60_000: 1})
    assert [fault.pointer for fault in caught.value.faults] == ["#/" + "y" * 95 + "..."]
    assert caught.value.detail == f"The body is not valid: {'y' * 95}...."
    with pytest.raises(InvalidError) as whole:
        parsing.body_model(Outer, {"name": "x", "inner": {"size": 1}, "z" * 98: 1})
    assert [fault.pointer for fault in whole.value.faults] == ["#/" + "z" * 98]


def test_repeated_parameters_are_found_in_one_pass():
    query = "&".join(f"x{number}=1&x{number}=2" for number in range(20_000))
    parameters, repeated = parsing.query_parameters({"rawQueryString": query})
    assert (len(parameters), len(repeated)) == (20_000, 20_000)


def test_a_query_becomes_the_routes_model():
    assert parsing.query_model(Query, {"limit": "7"}) == {"query": Query(limit=7)}
    assert parsing.query_model(None, {}) == {}
    for model, parameters in ((Query, {"limit": "x"}), (Query, {"x": "1"}), (None, {"x": "1"})):
        with pytest.raises(InvalidError) as caught:
            parsing.query_model(model, parameters)
        assert [fault.pointer for fault in caught.value.faults] == [f"?{next(iter(parameters))}"]


def test_a_part_of_the_path_is_checked_by_its_type():
    types = {"agent_id": TypeAdapter(AgentId)}
    assert parsing.path_parts(types, {"agent_id": "nova"}) == {"agent_id": "nova"}
    with pytest.raises(InvalidError) as caught:
        parsing.path_parts(types, {"agent_id": "No Va"})
    assert [fault.pointer for fault in caught.value.faults] == ["{agent_id}"]


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        (
            fields.AgentId,
            "bo ots",
            "is not an agent id: use 1 to 64 lower-case letters, digits, `.`, `_` and `-`, and "
            "begin and end with a letter or digit",
        ),
        (fields.MessageId, "x", "is not a message id: `msg_` and 26 letters and digits"),
        (fields.WorkOrderId, "x", "is not a work order id: `wo_` and 26 letters and digits"),
        (fields.ThreadId, "x", "is not a thread id: `thr_` and 42 letters and digits"),
        (fields.Title, " ", "is blank"),
        (fields.Title, "x" * 501, "has more than 500 characters"),
        (fields.Title, 5, "is not a string"),
        (fields.Url, "ftp://x", "is not a URL that begins with http:// or https://"),
        (fields.Limit, "0", "is below 1"),
        (fields.Limit, "101", "is above 100"),
        (fields.Limit, "-1", "is below 1"),
        (fields.Priority, 11, "is above 10"),
        (fields.Priority, "1.5", "is not a whole number"),
        (fields.Flag, "yes", "is not true or false"),
        (fields.Dollars, Decimal("0.001"), "has more than 2 decimal places"),
    ],
)
def test_a_wrong_field_is_told_in_a_sentence(kind: object, value: object, sentence: str):
    with pytest.raises(InvalidError) as caught:
        parsing.path_parts({"part": TypeAdapter(kind)}, {"part": value})
    assert [each[:2] for each in caught.value.faults] == [("{part}", sentence)]
