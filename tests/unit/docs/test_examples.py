"""The examples are true: requests are taken, and answers fit their schemas and omit nothing."""

import pytest
from jsonschema import Draft202012Validator

from agent_messaging import ids
from agent_messaging.docs import story
from agent_messaging.docs.examples import EXAMPLES
from local import openapi as command

ROUTES = {
    f"{group.name}_{route.endpoint.__name__}": route
    for group in command.groups(command.load())
    for route in group.routes
}
CASES = [
    pytest.param(operation, example, id=f"{operation}-{example.name}")
    for operation, examples in EXAMPLES.items()
    for example in examples
]


def test_every_operation_has_an_example_and_no_other_has():
    assert set(EXAMPLES) == set(ROUTES)


@pytest.mark.parametrize(("operation", "example"), CASES)
def test_an_example_request_is_taken(operation, example):
    model = ROUTES[operation].body

    assert (example.request is None) == (model is None)
    if model is not None:
        model.model_validate(example.request)


@pytest.mark.parametrize(("operation", "example"), CASES)
def test_an_example_answer_fits_its_schema(operation, example, document, operations):
    answer = operations[operation]["responses"][str(ROUTES[operation].status)]
    schema = answer["content"]["application/json"]["schema"]
    validator = Draft202012Validator(
        {**schema, "components": document["components"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    validator.validate(example.answer)
    strict = {**schema, "components": document["components"], "unevaluatedProperties": False}
    Draft202012Validator(strict).validate(example.answer)


def test_the_thread_is_that_of_nova_and_boots():
    assert ids.is_thread_of(story.THREAD_ID, story.NOVA["id"], story.BOOTS["id"])
