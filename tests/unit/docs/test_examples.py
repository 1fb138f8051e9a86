"""The examples are true: requests are taken, and answers fit their schemas and omit nothing."""

import re

import pytest
from jsonschema import Draft202012Validator

from agent_messaging import ids
from agent_messaging.agents import keys
from agent_messaging.auth import Caller
from agent_messaging.door.api import Api
from agent_messaging.fields import Model
from tests.known_values import closed
from tools.openapi import example_data
from tools.openapi import render as command
from tools.openapi.examples import EXAMPLES, derived
from tools.openapi.operations import Operation

OPERATIONS = [
    Operation(group.noun, route)
    for group in command.groups(command.load())
    for route in group.routes
]
ROUTES = {operation.id: operation.route for operation in OPERATIONS}
CASES = [
    pytest.param(operation.id, example, id=f"{operation.id}-{example.name}")
    for operation in OPERATIONS
    for example in operation.examples
]
ANSWERS = [case for case in CASES if case.values[1].answer is not None]


def test_every_operation_has_an_example_and_no_other_has():
    assert set(EXAMPLES) < set(ROUTES)
    assert {case.values[0] for case in CASES} == set(ROUTES)


def test_a_field_that_says_nothing_of_itself_is_told():
    class Counted(Model):
        agent_id: str
        unread: int

    api = Api(is_registered=lambda _: True)

    @api.route("GET", "/counted", "Count")
    def count(caller: Caller) -> Counted: ...

    with pytest.raises(derived.NoExampleError, match=r"^Counted\.unread$"):
        derived.example(api.routes[0])


@pytest.mark.parametrize(("operation", "example"), CASES)
def test_an_example_request_is_taken(operation, example):
    model = ROUTES[operation].body

    assert (example.request is None) == (model is None)
    if model is not None:
        model.model_validate(example.request)


@pytest.mark.parametrize(("operation", "example"), ANSWERS)
def test_an_example_answer_fits_its_schema(operation, example, document, operations):
    answer = operations[operation]["responses"][str(ROUTES[operation].status)]
    schema = answer["content"]["application/json"]["schema"]
    schema = closed({**schema, "components": document["components"]})
    validator = Draft202012Validator(
        schema,
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    validator.validate(example.answer)
    strict = {**schema, "unevaluatedProperties": False}
    Draft202012Validator(strict).validate(example.answer)


def test_only_what_answers_nothing_has_no_answer():
    silent = {operation for operation, route in ROUTES.items() if route.status == 204}
    assert {case.values[0] for case in CASES if case not in ANSWERS} == silent


def test_the_threads_are_those_of_their_pairs():
    assert ids.is_thread_of(
        example_data.THREAD_ID, example_data.NOVA["id"], example_data.BOOTS["id"]
    )
    assert ids.is_thread_of(
        example_data.REQUEST_THREAD_ID, example_data.SCOUT["id"], example_data.BOOTS["id"]
    )


def test_the_key_of_the_examples_is_refused_without_a_read(rendered):
    assert not keys.is_well_formed(example_data.API_KEY)
    assert set(re.findall(r"am_live_\w+", rendered)) == {example_data.API_KEY}
