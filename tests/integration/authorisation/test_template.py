"""The template as it is written: closed but for the open routes, and no way round the authorizer.

Read without the local runner's own reader, which believes what it reads.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

TEMPLATE = Path(__file__).resolve().parents[3] / "template.yaml"
# SAM makes the route `$default` of an event without a method and a path.
DEFAULT = (None, None)
OPEN = {
    ("POST", "/api/v1/agents/register"),
    ("GET", "/health"),
    ("GET", "/.well-known/agent-messaging-keys.json"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
    ("GET", "/llms.txt"),
    ("GET", "/docs/errors/{code}"),
    ("GET", "/docs/swagger-ui-bundle.js"),
    ("GET", "/docs/swagger-ui.css"),
    ("GET", "/docs/page.js"),
    ("GET", "/arazzo.json"),
    ("GET", "/asyncapi.json"),
    ("GET", "/"),
    ("GET", "/api/v1"),
    ("GET", "/api/v1/llms.txt"),
    DEFAULT,
    ("OPTIONS", "/{proxy+}"),
}
LOGS = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": ("GetAtt", "DocsLogs.Arn"),
}
REGISTER = "POST /api/v1/agents/register"
# Other ways for a request to reach a function.
OTHER_DOORS = (
    "AWS::ApiGateway",
    "AWS::AppSync",
    "AWS::ElasticLoadBalancing",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Url",
    "AWS::Serverless::Api",
    "AWS::Serverless::GraphQLApi",
)


class Tagged(yaml.SafeLoader):
    """The plain document; `!Ref X` becomes the pair of tag and value."""


def _tagged(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return tag, loader.construct_scalar(node)
    return tag, loader.construct_sequence(node, deep=True)


Tagged.add_multi_constructor("!", _tagged)


@pytest.fixture(scope="module")
def document() -> Any:
    return yaml.load(TEMPLATE.read_text(encoding="utf-8"), Tagged)


@pytest.fixture(scope="module")
def resources(document: Any) -> dict[str, Any]:
    return dict(document["Resources"])


@pytest.fixture(scope="module")
def api(resources: dict[str, Any]) -> dict[str, Any]:
    (properties,) = [
        each["Properties"]
        for each in resources.values()
        if each["Type"] == "AWS::Serverless::HttpApi"
    ]
    return dict(properties)


def http_events(resources: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {**event["Properties"], "function": name}
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi"
    ]


def statements(resources: dict[str, Any], role: str) -> list[dict[str, Any]]:
    (policy,) = resources[role]["Properties"]["Policies"]
    return list(policy["PolicyDocument"]["Statement"])


def test_every_route_but_the_open_ones_is_behind_the_authorizer(
    resources: dict[str, Any], api: dict[str, Any]
):
    assert api["Auth"]["DefaultAuthorizer"] == "KeyAuthorizer"
    assert list(api["Auth"]["Authorizers"]) == ["KeyAuthorizer"]
    events = http_events(resources)
    # Of another API than this one, or with an Auth of its own, a route might be open.
    assert all(event["ApiId"] == ("Ref", "MessagingApi") for event in events)
    with_auth = [event for event in events if "Auth" in event]
    assert all(event["Auth"] == {"Authorizer": "NONE"} for event in with_auth)
    assert {(event.get("Method"), event.get("Path")) for event in with_auth} == OPEN
    # What needs no key beside registration and the public keys only reads files: its role grants no
    # table.
    docs, _ = sorted({event["function"] for event in with_auth if event.get("Method") != "POST"})
    assert statements(resources, docs.replace("Function", "Role")) == [LOGS]
    assert len(with_auth) == len(OPEN)
    assert len(events) - len(with_auth) >= 32


def test_the_authorizer_is_asked_as_the_function_expects_it(api: dict[str, Any]):
    assert set(api["Auth"]) == {"DefaultAuthorizer", "Authorizers"}
    assert api["Auth"]["Authorizers"]["KeyAuthorizer"] == {
        "FunctionArn": ("Sub", "${AuthorizerFunction.Arn}:live"),
        "EnableFunctionDefaultPermissions": True,
        "AuthorizerPayloadFormatVersion": "2.0",
        "EnableSimpleResponses": True,
        # Nothing else may decide, for the answer is kept under this header alone.
        "Identity": {"Headers": ["Authorization"], "ReauthorizeEvery": 60},
    }


def test_nothing_of_the_api_is_defined_elsewhere(document: Any, api: dict[str, Any]):
    """FailOnWarnings would refuse `NONE` under a default; a definition would replace the routes."""
    assert set(api) == {
        "Description",
        "Auth",
        "CorsConfiguration",
        "DefaultRouteSettings",
        "RouteSettings",
        "AccessLogSettings",
    }
    assert set(document["Globals"]) == {"Function"}
    assert not {"Events", "FunctionUrlConfig"} & set(document["Globals"]["Function"])


def test_a_function_is_reached_through_the_api_alone(resources: dict[str, Any]):
    for name, resource in resources.items():
        kind = resource["Type"]
        is_door = kind.startswith(OTHER_DOORS) and kind != "AWS::ApiGatewayV2::RouteResponse"
        assert not is_door or name in {"ApiDomain", "ApiDomainMapping"}, name
        if kind == "AWS::Serverless::Function":
            assert "FunctionUrlConfig" not in resource["Properties"], name
            events = resource["Properties"].get("Events", {}).values()
            assert {event["Type"] for event in events} <= {
                "HttpApi",
                "Schedule",
                "DynamoDB",
                "SQS",
            }, name


def test_a_domain_name_leads_to_the_same_api(resources: dict[str, Any]):
    mapping = resources["ApiDomainMapping"]["Properties"]
    assert mapping["ApiId"] == ("Ref", "MessagingApi")
    assert "ApiMappingKey" not in mapping


def test_the_authorizer_has_no_route_and_reads_one_table(resources: dict[str, Any]):
    authorizer = resources["AuthorizerFunction"]["Properties"]
    assert "Events" not in authorizer
    assert authorizer["Environment"]["Variables"] == {
        "AWS_ENDPOINT_URL_DYNAMODB": "",
        "PYDANTIC_DISABLE_PLUGINS": "true",
        "AGENT_KEYS_TABLE": ("Ref", "AgentKeysTable"),
    }
    assert statements(resources, "AuthorizerRole")[:-1] == [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
            "Resource": ("GetAtt", "AgentKeysTable.Arn"),
        }
    ]


def test_the_registration_key_is_read_by_the_agents_function_alone(resources: dict[str, Any]):
    secret = ("Ref", "RegistrationKeySecret")
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Serverless::Function":
            said = repr(resource["Properties"])
            assert (repr(secret) in said) == (name == "AgentsFunction")
        if resource["Type"] == "AWS::IAM::Role":
            assert ("secretsmanager:" in repr(resource)) == (name == "AgentsRole")
    assert {
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": ("GetAtt", "RegistrationKeySecret.Id"),
    } in statements(resources, "AgentsRole")


def test_registration_has_the_tightest_throttle(document: Any, api: dict[str, Any]):
    parameters = document["Parameters"]

    def number(value: Any) -> int:
        return int(parameters[value[1]]["Default"] if isinstance(value, tuple) else value)

    names = ("ThrottlingRateLimit", "ThrottlingBurstLimit")
    every = [number(api["DefaultRouteSettings"][name]) for name in names]
    # What takes no key has a throttle of its own, and nothing else has.
    assert set(api["RouteSettings"]) == {
        "$default" if each == DEFAULT else " ".join(each) for each in OPEN
    }
    register = [number(api["RouteSettings"][REGISTER][name]) for name in names]
    assert register == [10, 20]
    assert all(ours < theirs for ours, theirs in zip(register, every, strict=True))


def test_by_default_registering_takes_the_registration_key(document: Any):
    mode = document["Parameters"]["RegistrationMode"]
    assert (mode["Default"], mode["AllowedValues"]) == ("key", ["key", "open"])
