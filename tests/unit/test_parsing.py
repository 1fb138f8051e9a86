import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter

from agent_messaging import parsing
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
        ("#/other", "is not known here"),
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
