"""Other services than AWS's can be named where the functions run, and are not by default.

`sam local` hands a function those variables alone that its template names.
"""

import contextlib

import pytest
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from moto import mock_aws

from agent_messaging.agents.registration_key import RegistrationGuard
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


CONNECTIONS = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"


def test_the_functions_that_post_to_connections_have_their_variable_and_do_not_set_it():
    for name, function in FUNCTIONS.items():
        variables = function.get("Environment", {}).get("Variables", {})
        posts = "SOCKETS_ENDPOINT" in variables
        assert variables.get(CONNECTIONS) == ("" if posts else None), name


SECRETS = "AWS_ENDPOINT_URL_SECRETS_MANAGER"


def test_the_function_that_reads_the_secret_has_its_variable_and_does_not_set_it():
    for name, function in FUNCTIONS.items():
        variables = function.get("Environment", {}).get("Variables", {})
        reads_secret = "REGISTRATION_KEY_SECRET" in variables
        assert variables.get(SECRETS) == ("" if reads_secret else None), name


@pytest.mark.parametrize(
    ("value", "host"),
    [("", "secretsmanager.eu-west-1.amazonaws.com"), ("http://local:1", "local:1")],
)
def test_the_secret_is_read_where_the_variable_says(
    monkeypatch: pytest.MonkeyPatch, value: str, host: str
):
    monkeypatch.setenv(SECRETS, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    guard = RegistrationGuard("key", "a-secret")
    with mock_aws(), contextlib.suppress(GetParameterError):  # there is no such secret
        guard({"x-registration-key": "a key"})
    assert guard._provider.client.meta.endpoint_url.endswith(f"//{host}")
