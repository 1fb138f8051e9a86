"""Each function has the reserved concurrency of one parameter, by what calls it."""

import re

import pytest

from agent_messaging.feed.waiting import LAST_SECONDS
from agent_messaging.fields import LONGEST_WAIT
from agent_messaging.storage.connection import HURRIED_CONFIG, connect, longest_call
from local.template import load
from tests.unit.template.written import DOCUMENT, FILE, FUNCTIONS

GATEWAY_SECONDS = 30  # after which an HTTP API gives up
OF_REQUESTS = DOCUMENT["Globals"]["Function"]["ReservedConcurrentExecutions"]


def reserved(parameter: str) -> dict[str, object]:
    return {"Fn::If": [f"Has{parameter}", {"Ref": parameter}, {"Ref": "AWS::NoValue"}]}


def kind(function: str) -> str | None:
    """The parameter of what calls a function. The mapping of a queue has a maximum of its own."""
    events = FUNCTIONS[function].get("Events", {}).values()
    if function == "SocketsFunction":  # its routes stand at the WebSocket API
        return "RequestConcurrency"
    if not events:
        return "AuthorizerConcurrency"
    if function == "FeedWaitFunction":
        return "WaitConcurrency"
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
    times = {"five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11}
    pattern = r"\*\*`(\w+Concurrency)`\*\* (?:(?!\*\*).)*?for\s+each\s+of\s+(\w+)\s+functions"
    told = {name: times[number] for name, number in re.findall(pattern, page, re.DOTALL)}
    kinds = [kind(function) for function in FUNCTIONS]
    of_several = {"BackgroundConcurrency", "RequestConcurrency"}
    assert told == {name: kinds.count(name) for name in of_several}


@pytest.mark.parametrize(("reserved", "seconds"), [("0", "2"), ("1", "20"), ("50", "20")])
def test_a_wait_is_short_until_instances_are_reserved_for_it(reserved: str, seconds: str):
    function = load(parameters={"WaitConcurrency": reserved}).functions["FeedWaitFunction"]
    assert function.environment["WAIT_SECONDS"] == seconds
    assert function.reserved == (int(reserved) or None)


def test_a_waiting_function_has_time_to_answer_and_the_gateway_to_pass_it_on():
    timeout = FUNCTIONS["FeedWaitFunction"]["Timeout"]
    longest = longest_call(connect(HURRIED_CONFIG))
    # The first read, the wait, and the end: the place is given back.
    assert LONGEST_WAIT + LAST_SECONDS < timeout < GATEWAY_SECONDS
    assert longest < LAST_SECONDS
