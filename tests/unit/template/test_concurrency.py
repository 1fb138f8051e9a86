"""Each function has the reserved concurrency of one parameter, by what calls it."""

import re

import pytest

from tests.unit.template.written import DOCUMENT, FILE, FUNCTIONS

OF_REQUESTS = DOCUMENT["Globals"]["Function"]["ReservedConcurrentExecutions"]


def reserved(parameter: str) -> dict[str, object]:
    return {"Fn::If": [f"Has{parameter}", {"Ref": parameter}, {"Ref": "AWS::NoValue"}]}


def kind(function: str) -> str:
    if function == "SocketsFunction":  # its routes stand at the WebSocket API
        return "RequestConcurrency"
    events = FUNCTIONS[function].get("Events", {}).values()
    if not events:
        return "AuthorizerConcurrency"
    requests = {each["Type"] == "HttpApi" for each in events}
    (answers_requests,) = requests
    return "RequestConcurrency" if answers_requests else "BackgroundConcurrency"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_the_reservation_of_what_calls_it(function: str):
    own = FUNCTIONS[function].get("ReservedConcurrentExecutions", OF_REQUESTS)
    assert own == reserved(kind(function))


def test_zero_reserves_nothing():
    for parameter in set(map(kind, FUNCTIONS)):
        is_zero = {"Fn::Equals": [{"Ref": parameter}, "0"]}
        assert DOCUMENT["Conditions"][f"Has{parameter}"] == {"Fn::Not": [is_zero]}
        assert DOCUMENT["Parameters"][parameter]["Default"] == 0


def test_the_documents_say_how_often_each_number_is_reserved():
    page = (FILE.parent / "docs/deploying.md").read_text("utf-8")
    times = {"four": 4, "seven": 7}
    pattern = r"\*\*`(\w+Concurrency)`\*\* (?:(?!\*\*).)*?for\s+each\s+of\s+(\w+)\s+functions"
    told = {name: times[number] for name, number in re.findall(pattern, page, re.DOTALL)}
    kinds = [kind(function) for function in FUNCTIONS]
    assert told == {
        name: kinds.count(name) for name in set(kinds) if name != "AuthorizerConcurrency"
    }
