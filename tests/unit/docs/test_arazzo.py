"""/arazzo.json names what /openapi.json has: operations, parameters, and the fields of bodies."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agent_messaging import __version__
from agent_messaging.docs import pages

ARAZZO = json.loads(pages.workflows())
(WORKFLOW,) = ARAZZO["workflows"]
STEPS = [pytest.param(step, id=step["stepId"]) for step in WORKFLOW["steps"]]
EXPRESSION = re.compile(r"\$steps\.(\w+)\.outputs\.(\w+)")
# Arazzo sends credentials as a header. In OpenAPI they are a security scheme, not a parameter.
CREDENTIALS = ("Authorization", "header")


def test_it_is_the_version_of_this_release_and_describes_the_openapi_document(document):
    assert ARAZZO["info"]["version"] == __version__
    assert [each["url"] for each in ARAZZO["sourceDescriptions"]] == ["/openapi.json"]
    assert document["externalDocs"]["url"] == "/arazzo.json"


@pytest.mark.parametrize("step", STEPS)
def test_a_step_gives_an_operation_what_it_takes(step, operations):
    operation = operations[step["operationId"]]
    declared = {(each["name"], each["in"]): each for each in operation.get("parameters", [])}
    given = {(each["name"], each["in"]) for each in step["parameters"]}

    assert given - {CREDENTIALS} <= declared.keys()
    assert {key for key, each in declared.items() if each["required"]} <= given
    # With a key and with the identity parameter, a step works in both modes.
    assert (CREDENTIALS in given) == (operation.get("security") != [])


@pytest.mark.parametrize("step", [each for each in STEPS if "requestBody" in each.values[0]])
def test_the_body_of_a_step_fits_its_schema(step, operations, document):
    content = operations[step["operationId"]]["requestBody"]["content"]
    body = step["requestBody"]
    schema = {**content[body["contentType"]]["schema"], "components": document["components"]}
    sent = json.loads(EXPRESSION.sub("nova-agent-id", json.dumps(body["payload"])))

    Draft202012Validator(schema).validate(sent)


def test_a_step_uses_only_outputs_of_earlier_steps():
    known: set[tuple[str, str]] = set()
    for step in (*WORKFLOW["steps"], {"stepId": "end", "last": WORKFLOW["outputs"]}):
        assert set(EXPRESSION.findall(json.dumps(step))) <= known
        known |= {(step["stepId"], name) for name in step.get("outputs", {})}


def criteria(step: dict[str, Any]) -> str:
    return " ".join(each["condition"] for each in step["successCriteria"])


@pytest.mark.parametrize("step", STEPS)
def test_a_step_expects_the_documented_success(step, operations):
    (success,) = (each for each in operations[step["operationId"]]["responses"] if each < "3")
    assert f"$statusCode == {success}" in criteria(step)
