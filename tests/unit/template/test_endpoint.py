"""Another DynamoDB than AWS's can be named where the functions run, and is not by default.

`sam local` hands a function those variables alone that its template names.
"""

import pytest

from agent_messaging.storage import connection
from tests.unit.template.written import FUNCTIONS

NAME = "AWS_ENDPOINT_URL_DYNAMODB"
AWS = "https://dynamodb.eu-west-1.amazonaws.com"


def test_every_function_that_reads_tables_has_the_variable_and_none_sets_it():
    for name, function in FUNCTIONS.items():
        variables = function.get("Environment", {}).get("Variables", {})
        reads_tables = any(each.endswith("_TABLE") for each in variables)
        assert variables.get(NAME) == ("" if reads_tables else None), name


@pytest.mark.parametrize(
    ("value", "url"), [("", AWS), ("http://tables:8000", "http://tables:8000")]
)
def test_an_empty_one_is_none(monkeypatch: pytest.MonkeyPatch, value: str, url: str):
    monkeypatch.setenv(NAME, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert connection.connect().meta.endpoint_url == url
