"""The trial of a new version, if Canary is true: what ends it, and what CodeDeploy may do."""

import json
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

import pytest

from tests.unit.template.written import FILE, FUNCTIONS, RESOURCES, listed, properties_of
from tools.operating.redrive import ALIAS


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
    with_routes |= {"SocketsFunction"}
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
