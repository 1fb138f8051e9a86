"""`python -m local` where keys are asked for: of callers, and of those who register."""

import asyncio
import contextlib
import re

import pytest
import requests

from local import engine, server
from local.options import parse

REGISTRAR = """
import json, os
import boto3
secrets = boto3.client("secretsmanager")
def handler(event, context):
    key = secrets.get_secret_value(SecretId=os.environ["KEY_SECRET"])["SecretString"]
    if os.environ["REGISTRATION_MODE"] == "key":
        if event["headers"].get("x-registration-key") != key:
            return {"statusCode": 401}
    name = json.loads(event["body"])["name"]
    return {"statusCode": 201, "body": json.dumps({"api_key": f"good-{name.lower()}"})}
"""
RESOURCES = """
  RegistrationKeySecret:
    Type: AWS::SecretsManager::Secret
    Properties: {GenerateSecretString: {PasswordLength: 40, ExcludePunctuation: true}}
  RegistrarFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/registrar
      Timeout: 10
      Environment: {Variables: {KEY_SECRET: !Ref RegistrationKeySecret}}
      Events:
        Register:
          Type: HttpApi
          Properties:
            ApiId: !Ref Api
            Method: POST
            Path: /api/v1/agents/register
            Auth: {Authorizer: NONE}
"""


@pytest.fixture
def registrar(project):
    """A project whose registration reads the registration key."""
    path = project / "template.yaml"
    path.write_text(path.read_text() + RESOURCES)
    (project / "functions/registrar").mkdir()
    (project / "functions/registrar/app.py").write_text(REGISTRAR)
    return path


def get(url, **headers):
    return requests.get(url, headers=headers, timeout=10)


def test_where_keys_are_required_a_closed_route_asks_for_one(start):
    server = start(AUTH="required")

    refused = get(server.url + "/echo/fixed")
    assert (refused.status_code, refused.content) == (401, b'{"message":"Unauthorized"}')
    refused = get(server.url + "/echo/fixed", Authorization="Bearer bad")
    assert (refused.status_code, refused.content) == (403, b'{"message":"Forbidden"}')
    failed = get(server.url + "/echo/fixed", Authorization="Bearer broken")
    assert (failed.status_code, failed.content) == (500, b'{"message":"Internal Server Error"}')
    served = get(server.url + "/echo/fixed", Authorization="Bearer good")
    vouched = served.json()["event"]["requestContext"]["authorizer"]["lambda"]
    assert (vouched["agent_id"], vouched["key_id"], vouched["epoch"]) == ("nova", "k1", 1)
    assert "x-auth-mode" not in served.headers
    assert get(server.url + "/do/plain").json() == {"answer": 42}
    elsewhere = get(server.url + "/do/plain", Host="evil.example")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "host_refused")
    assert "DoorFunction failed: ValueError: no such luck" in server.output
    assert "keys required: send Authorization: Bearer <key>" in server.output


def test_the_authorizer_is_asked_once_for_a_key(start, project):
    (project / "functions/door/app.py").write_text(
        "asked = []\n"
        "def handler(event, context):\n"
        "    asked.append(event)\n"
        "    return {'isAuthorized': len(asked) == 1}\n"
    )
    url = start(AUTH="required").url + "/echo/fixed"

    answers = [get(url, Authorization=f"Bearer {key}").status_code for key in ("one", "one", "two")]

    assert answers == [200, 200, 403]


def registration_key(output):
    return re.findall(r"Registration +key required: send X-Registration-Key: (\w{40})\n", output)[0]


@pytest.mark.parametrize("is_engine_elsewhere", [False, True])
def test_a_registration_shows_the_key_that_is_printed(
    start, registrar, moto_url, dynamodb, is_engine_elsewhere
):
    server = start(REGISTRATION="key", **({"ENGINE": moto_url} if is_engine_elsewhere else {}))

    url = server.url + "/api/v1/agents/register"
    assert requests.post(url, json={"name": "Scout"}, timeout=10).status_code == 401
    headers = {"X-Registration-Key": registration_key(server.output)}
    answer = requests.post(url, json={"name": "Scout"}, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()) == (201, {"api_key": "good-scout"})
    # The two agents came in by the same door.
    assert "good-nova" in server.output
    assert "good-boots" in server.output


def test_secrets_beside_tables_elsewhere_are_for_this_machine_alone(monkeypatch, moto_url):
    asked = []

    async def start_moto(*hosts):
        asked.append(hosts)
        return engine.Engine(moto_url, None)

    async def start():
        async with contextlib.AsyncExitStack() as stack:
            tables = engine.Engine(moto_url, None)
            await server._start_secrets_manager(options, tables, stack)

    options = parse(["--registration", "key", "--tables-host", "172.17.0.1"], {})
    monkeypatch.setattr(engine, "start_moto", start_moto)
    asyncio.run(start())
    assert asked == [()]


def test_a_saved_template_keeps_what_was_chosen(start, project, wait_until):
    server = start(AUTH="required")
    path = project / "template.yaml"

    def environment():
        answer = get(server.url + "/echo/fixed", Authorization="Bearer good")
        return answer.json()["environment"]

    assert environment()["REGISTRATION_MODE"] == "open"
    path.write_text(path.read_text().replace("hello", "ahoy"))
    wait_until(lambda: environment()["GREETING"] == "ahoy")
    assert environment()["REGISTRATION_MODE"] == "open"
    assert get(server.url + "/echo/fixed").status_code == 401


def test_a_saved_template_keeps_the_registration_key(start, registrar, wait_until):
    server = start(REGISTRATION="key")
    headers = {"X-Registration-Key": registration_key(server.output)}
    registrar.write_text(registrar.read_text().replace("hello", "ahoy"))
    wait_until(lambda: get(server.url + "/echo/fixed").json()["environment"]["GREETING"] == "ahoy")

    url = server.url + "/api/v1/agents/register"
    answer = requests.post(url, json={"name": "Scout"}, headers=headers, timeout=10)
    assert answer.status_code == 201
