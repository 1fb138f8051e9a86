"""What an update relies on: everybody calls an alias, which moves when a version is complete."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.template.written import (
    DOCUMENT,
    FUNCTIONS,
    PARAMETERS,
    RESOURCES,
)
from tools.operating.redrive import ALIAS

SHARED = DOCUMENT["Globals"]["Function"]
# No part of a version, or nothing that a call sees.
NOT_OF_A_VERSION = {
    "Description",
    "VersionDescription",
    "DeploymentPreference",
    "EventInvokeConfig",
    "Events",
}
LONGEST_DESCRIPTION = 256
# Of a key of KMS, in the region with the longest name.
LONGEST_ARN = f"arn:aws-us-gov:kms:ap-northeast-1:123456789012:key/mrk-{'0' * 36}"
# Who calls a function, and where it says which.
CALLERS = {
    "AWS::Lambda::Permission": "FunctionName",
    "AWS::Lambda::EventSourceMapping": "FunctionName",
    "AWS::Events::Rule": "Targets",
    "AWS::ApiGatewayV2::Api": "Body",
    "AWS::ApiGatewayV2::Authorizer": "AuthorizerUri",
    "AWS::ApiGatewayV2::Integration": "IntegrationUri",
}
CALLED = re.compile(r"\$?\b(\w+Function)(Aliaslive|\.Arn\}:live)?\b")


def parameters_in(value: Any) -> Iterator[str]:
    """The parameters that a value refers to."""
    for name in re.findall(r"\$\{(\w+)\}|'Ref': '(\w+)'", repr(value)):
        yield from set(name) & set(PARAMETERS)


def versions(resources: dict[str, dict[str, Any]]) -> set[str]:
    return {name for name, each in resources.items() if each["Type"] == "AWS::Lambda::Version"}


def test_everybody_calls_an_alias(plain: dict[str, dict[str, Any]]):
    callers = [
        json.dumps(each["Properties"][CALLERS[each["Type"]]])
        for each in plain.values()
        # The routes of the WebSocket API are resources of their own.
        if each["Type"] in CALLERS and each["Properties"].get("ProtocolType") != "WEBSOCKET"
    ]
    called = [found for text in callers for found in CALLED.findall(text)]
    assert {function for function, _ in called} == set(FUNCTIONS)
    assert [function for function, alias in called if not alias] == []


def test_what_a_function_gives_up_is_kept_for_the_alias_too(plain: dict[str, dict[str, Any]]):
    configured = [e for e in plain.values() if e["Type"] == "AWS::Lambda::EventInvokeConfig"]
    assert [each["Properties"]["Qualifier"] for each in configured] == [ALIAS] * 3


def test_the_api_waits_for_the_alias_that_its_authorizer_names():
    (authorizer,) = RESOURCES["MessagingApi"]["Properties"]["Auth"]["Authorizers"].values()
    assert authorizer["FunctionArn"] == {"Fn::Sub": f"${{AuthorizerFunction.Arn}}:{ALIAS}"}
    assert RESOURCES["MessagingApi"]["DependsOn"] == f"AuthorizerFunctionAlias{ALIAS}"
    assert SHARED["AutoPublishAlias"] == ALIAS


def test_a_new_layer_makes_a_new_version_of_every_function(
    plain: dict[str, dict[str, Any]], canary: dict[str, dict[str, Any]]
):
    assert len(versions(plain)) == len(versions(canary)) == len(FUNCTIONS)
    assert versions(plain) & versions(canary) == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_new_value_of_a_parameter_makes_a_new_version(function: str):
    """Lambda publishes no version if nothing changed, and what it reserves is no change for it."""
    own = FUNCTIONS[function]
    settings = [value for name, value in own.items() if name not in NOT_OF_A_VERSION]
    replaced = NOT_OF_A_VERSION | ({"ReservedConcurrentExecutions"} & set(own))
    shared = [value for name, value in SHARED.items() if name not in replaced]
    assert own["VersionDescription"] == own["Description"]
    named = re.findall(r"(\w+)=\$\{(\w+)\}", own["Description"]["Fn::Sub"])
    assert all(name == value for name, value in named)
    assert {name for name, _ in named} == set(parameters_in([*settings, *shared]))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_description_is_short_enough_with_every_value(function: str):
    def longest(match: re.Match[str]) -> str:
        parameter = PARAMETERS[match[1]]
        values = parameter.get("AllowedValues") or [parameter.get("MaxValue", LONGEST_ARN)]
        return max(map(str, values), key=len)

    text = re.sub(r"\$\{(\w+)\}", longest, FUNCTIONS[function]["Description"]["Fn::Sub"])
    assert len(text) <= LONGEST_DESCRIPTION
