"""An agent that knows only the base URL reaches a completed work order without a wrong turn."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.e2e import newcomer
from tests.e2e.client import Stack
from tests.e2e.newcomer import Newcomer, WrongTurnError

SOURCE = Path(newcomer.__file__).read_text("utf-8")
WORD = re.compile(r"[A-Za-z][\w-]*")
# These are names in OpenAPI, Arazzo or HTTP. The API uses them too, for something else.
OF_THE_STANDARDS = {"body", "name", "path", "url", "value"}


def test_a_program_that_knows_the_url_alone_completes_a_work_order(stack: Stack) -> None:
    visitor = Newcomer(requests.Session(), stack.url, stack.registration_key)

    outputs = visitor.visit()

    assert all(answer.ok for answer in visitor.answers)
    order = visitor.answers[-1].json()
    assert (order["status"], order["work_order_id"]) == ("completed", outputs["work_order_id"])
    assert outputs["result_data"] == order["result_data"] != {}
    assert order["client"] != order["worker"]


def test_the_program_stops_at_a_wrong_turn(stack: Stack) -> None:
    visitor = Newcomer(requests.Session(), stack.url, None)
    visitor.description = {"paths": {"/health": {"get": {"operationId": "health"}}}}
    step = {"stepId": "look", "operationId": "health", "parameters": [], "successCriteria": []}

    assert visitor.take(step) == {}
    with pytest.raises(WrongTurnError):
        visitor.take({**step, "successCriteria": [{"condition": "$statusCode == 201"}]})
    with pytest.raises(WrongTurnError):
        visitor.send("GET", "/nothing")


def strings(source: str) -> Iterator[str]:
    """Yield every string and every argument's name of a module, without its docstrings."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        is_string = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_string and id(node) not in docstrings:
            yield node.value


def words_of(document: Any) -> Iterator[str]:
    """Yield the names of fields and parameters, and the values of enumerations."""
    if isinstance(document, list):
        for each in document:
            yield from words_of(each)
    elif isinstance(document, dict):
        yield from document["properties"] if isinstance(document.get("properties"), dict) else ()
        yield from (document["name"],) if "in" in document and "schema" in document else ()
        for key in ("enum", "const", "x-known-values"):
            found = document.get(key, [])
            yield from map(str, found if isinstance(found, list) else [found])
        for each in document.values():
            yield from words_of(each)


def test_the_program_has_no_path_no_field_and_no_enumeration_value(stack: Stack) -> None:
    document = requests.get(f"{stack.url}/openapi.json", timeout=30).json()
    of_the_api = set(words_of(document)) | set(document["paths"])
    assert {"to_agent_id", "work_order_id", "accept", "Idempotency-Key"} < of_the_api

    said = list(strings(SOURCE))
    assert [each for each in said if "/" in each] == ["/", "/"]  # the front page, and of a pointer
    words = {word for each in said for word in WORD.findall(each)}
    assert words & of_the_api == OF_THE_STANDARDS
