"""What an update relies on: everybody calls an alias, which moves when a version is complete."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from local.cloudformation import REGION
from tests.unit.template.written import (
    DOCUMENT,
    FILE,
    FUNCTIONS,
    PARAMETERS,
    RESOURCES,
    listed,
    properties_of,
)
from tools.operating.redrive import ALIAS

# SAM's transform is beside the second engine.
TRANSLATOR = Path(sys.prefix).with_name(".venv-engine") / "bin" / "python"
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
# Who calls a function, and where it says which.
CALLERS = {
    "AWS::Lambda::Permission": "FunctionName",
    "AWS::Lambda::EventSourceMapping": "FunctionName",
    "AWS::Events::Rule": "Targets",
    "AWS::ApiGatewayV2::Api": "Body",
}
CALLED = re.compile(r"\$?\b(\w+Function)(Aliaslive|\.Arn\}:live)?\b")


def translated(*arguments: str) -> dict[str, dict[str, Any]]:
    """The resources after SAM's transform."""
    done = subprocess.run(
        [TRANSLATOR, "tests/checks/translate.py", *arguments],
        check=True,
        capture_output=True,
        text=True,
        cwd=FILE.parent,
        env={**os.environ, "AWS_DEFAULT_REGION": REGION},
    )
    return dict(json.loads(done.stdout)["Resources"])


@pytest.fixture(scope="module")
def plain() -> dict[str, dict[str, Any]]:
    return translated()


@pytest.fixture(scope="module")
def canary() -> dict[str, dict[str, Any]]:
    """With the canary on, and another layer."""
    return translated("Canary=true", "AgentMessagingLayer=s3://bucket/new")


def parameters_in(value: Any) -> Iterator[str]:
    """The parameters that a value refers to."""
    for name in re.findall(r"\$\{(\w+)\}|'Ref': '(\w+)'", repr(value)):
        yield from set(name) & set(PARAMETERS)


def with_canary(value: dict[str, Any]) -> dict[str, Any]:
    """The value if the canary is on, as CloudFormation is told."""
    return {"Fn::If": ["HasCanary", value, {"Ref": "AWS::NoValue"}]}


def named_by(value: Any) -> Iterator[Any]:
    """What a resource refers to."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name in ("Ref", "Fn::GetAtt", "DependsOn"):
                yield each
            elif name == "Fn::Sub":
                text = each if isinstance(each, str) else each[0]
                yield re.findall(r"\$\{(\w+)", text)
            yield from named_by(each)
    elif isinstance(value, list):
        for each in value:
            yield from named_by(each)


def versions(resources: dict[str, dict[str, Any]]) -> set[str]:
    return {name for name, each in resources.items() if each["Type"] == "AWS::Lambda::Version"}


def test_everybody_calls_an_alias(plain: dict[str, dict[str, Any]]):
    callers = [
        json.dumps(each["Properties"][CALLERS[each["Type"]]])
        for each in plain.values()
        if each["Type"] in CALLERS
    ]
    called = [found for text in callers for found in CALLED.findall(text)]
    assert {function for function, _ in called} == set(FUNCTIONS)
    assert [function for function, alias in called if not alias] == []


def test_what_a_function_gives_up_is_kept_for_the_alias_too(plain: dict[str, dict[str, Any]]):
    configured = [e for e in plain.values() if e["Type"] == "AWS::Lambda::EventInvokeConfig"]
    assert [each["Properties"]["Qualifier"] for each in configured] == [ALIAS, ALIAS]


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
    shared = [value for name, value in SHARED.items() if name not in NOT_OF_A_VERSION]
    assert own["VersionDescription"] == own["Description"]
    named = re.findall(r"(\w+)=\$\{(\w+)\}", own["Description"]["Fn::Sub"])
    assert all(name == value for name, value in named)
    assert {name for name, _ in named} == set(parameters_in([*settings, *shared]))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_description_is_short_enough_with_every_value(function: str):
    def longest(match: re.Match[str]) -> str:
        parameter = PARAMETERS[match[1]]
        values = parameter.get("AllowedValues") or [parameter["MaxValue"]]
        return max(map(str, values), key=len)

    text = re.sub(r"\$\{(\w+)\}", longest, FUNCTIONS[function]["Description"]["Fn::Sub"])
    assert len(text) <= LONGEST_DESCRIPTION


def test_without_the_canary_an_alias_moves_at_once(plain: dict[str, dict[str, Any]]):
    aliases = [each for each in plain.values() if each["Type"] == "AWS::Lambda::Alias"]
    assert len(aliases) == len(FUNCTIONS)
    assert not any("UpdatePolicy" in each for each in aliases)
    assert "CodeDeploy" not in repr({each["Type"] for each in plain.values()})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_with_the_canary_alarms_decide_whether_an_alias_moves(
    function: str, canary: dict[str, dict[str, Any]]
):
    policy = canary[f"{function}Alias{ALIAS}"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    group = canary[policy["DeploymentGroupName"]["Ref"]]["Properties"]
    own = f"{function.removesuffix('Function')}CanaryAlarm"
    assert group["AlarmConfiguration"] == {
        "Enabled": True,
        "Alarms": [
            {"Name": with_canary({"Ref": "CanaryServerErrorsAlarm"})},
            {"Name": with_canary({"Ref": own})},
        ],
    }
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    assert group["ServiceRoleArn"] == with_canary({"Fn::GetAtt": ["CanaryRole", "Arn"]})
    alarm = canary[own]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Errors")
    assert alarm["Dimensions"] == [
        {"Name": "FunctionName", "Value": {"Ref": function}},
        {"Name": "Resource", "Value": {"Fn::Sub": f"${{{function}}}:{ALIAS}"}},
    ]


def test_an_alarm_goes_off_before_the_five_minutes_are_over():
    alarms = {n: e for n, e in properties_of("AWS::CloudWatch::Alarm").items() if "Canary" in n}
    assert len(alarms) == len(FUNCTIONS) + 1
    for name, alarm in alarms.items():
        assert RESOURCES[name]["Condition"] == "HasCanary"
        assert alarm["Period"] * alarm["EvaluationPeriods"] <= 180
        assert (alarm["Threshold"], alarm["TreatMissingData"]) == (0, "notBreaching")


def test_a_500_of_any_function_with_routes_counts():
    filters = properties_of("AWS::Logs::MetricFilter")
    groups = {each["LogGroupName"]["Ref"] for each in filters.values()}
    with_routes = {name for name, each in FUNCTIONS.items() if "HttpApi" in repr(each)}
    assert groups == {name.replace("Function", "Logs") for name in with_routes}
    alarm = RESOURCES["CanaryServerErrorsAlarm"]["Properties"]
    door = FILE.parent / "layers/agent_messaging/agent_messaging/door/api.py"
    assert 'logger.exception("failed"' in door.read_text("utf-8")
    for name, each in filters.items():
        assert RESOURCES[name]["Condition"] == "HasCanary"
        assert each["FilterPattern"] == '{ ($.level = "ERROR") && ($.message = "failed") }'
        (counted,) = each["MetricTransformations"]
        assert counted["MetricNamespace"] == alarm["Namespace"]
        assert counted["MetricName"] == alarm["MetricName"]


def test_no_resource_waits_for_itself(canary: dict[str, dict[str, Any]]):
    """An alarm decides about an alias, and the API waits for the alias."""
    waits_for = {
        name: {
            found
            for found in re.findall(r"\w+", json.dumps(list(named_by(each))))
            if found in canary and found != name
        }
        for name, each in canary.items()
    }
    assert "CanaryServerErrorsAlarm" in waits_for["AgentsFunctionDeploymentGroup"]
    assert "AgentsFunctionAliaslive" in waits_for["MessagingApi"]
    TopologicalSorter(waits_for).prepare()


def test_codedeploy_may_read_alarms_and_move_aliases_and_nothing_else():
    role = RESOURCES["CanaryRole"]
    assert role["Condition"] == "HasCanary"
    (policy,) = role["Properties"]["Policies"]
    alarms, aliases = policy["PolicyDocument"]["Statement"]
    assert alarms["Action"] == "cloudwatch:DescribeAlarms"
    assert set(listed(aliases["Action"])) == {
        "lambda:GetAlias",
        "lambda:GetProvisionedConcurrencyConfig",
        "lambda:UpdateAlias",
    }
    assert sorted(each["Fn::Sub"] for each in aliases["Resource"]) == sorted(
        f"${{{function}.Arn}}*" for function in FUNCTIONS
    )
