"""Each function has the reserved concurrency of one parameter, by what calls it."""

import re

import pytest

from tests.unit.template.written import DOCUMENT, FILE, FUNCTIONS

OF_REQUESTS = DOCUMENT["Globals"]["Function"]["ReservedConcurrentExecutions"]


def reserved(parameter: str) -> dict[str, object]:
    return {"Fn::If": [f"Has{parameter}", {"Ref": parameter}, {"Ref": "AWS::NoValue"}]}


def kind(function: str) -> str | None:
    """The parameter of what calls a function. The mapping of a queue has a maximum of its own."""
    events = FUNCTIONS[function].get("Events", {}).values()
    if not events:
        return "AuthorizerConcurrency"
    if {each["Type"] for each in events} == {"SQS"}:
        return None
    requests = {each["Type"] == "HttpApi" for each in events}
    (answers_requests,) = requests
    return "RequestConcurrency" if answers_requests else "BackgroundConcurrency"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_the_reservation_of_what_calls_it(function: str):
    own = FUNCTIONS[function].get("ReservedConcurrentExecutions", OF_REQUESTS)
    parameter = kind(function)
    assert own == (reserved(parameter) if parameter else {"Ref": "AWS::NoValue"})


def test_a_queue_is_delivered_to_a_bounded_number_of_instances():
    """A reservation below this maximum would throttle, and messages would become dead letters."""
    for function in FUNCTIONS.values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                scaling = event["Properties"]["ScalingConfig"]
                assert scaling == {"MaximumConcurrency": {"Ref": "WebhookConcurrency"}}
    assert DOCUMENT["Parameters"]["WebhookConcurrency"]["MinValue"] == 2


def test_zero_reserves_nothing():
    for parameter in set(filter(None, map(kind, FUNCTIONS))):
        is_zero = {"Fn::Equals": [{"Ref": parameter}, "0"]}
        assert DOCUMENT["Conditions"][f"Has{parameter}"] == {"Fn::Not": [is_zero]}
        assert DOCUMENT["Parameters"][parameter]["Default"] == 0


def test_the_documents_say_how_often_each_number_is_reserved():
    page = (FILE.parent / "docs/deploying.md").read_text("utf-8")
    times = {"five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
    pattern = r"\*\*`(\w+Concurrency)`\*\* (?:(?!\*\*).)*?for\s+each\s+of\s+(\w+)\s+functions"
    told = {name: times[number] for name, number in re.findall(pattern, page, re.DOTALL)}
    kinds = [kind(function) for function in FUNCTIONS]
    assert told == {
        name: kinds.count(name)
        for name in set(kinds)
        if name not in (None, "AuthorizerConcurrency")
    }
