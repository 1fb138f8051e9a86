"""`sam deploy` into an emulated account: it works the first time, and again without losing data.

One story, in the order of its tests: deployed, used, changed, used again, and deploys that fail.
"""

import json
import os
import subprocess
import sys
import time
from datetime import datetime
from typing import Any

import pytest
import requests

from tests.e2e.client import Agent, Stack, eventually
from tests.e2e.server import ROOT
from tests.scale import Figure
from tests.stack.deployment import DeployFailedError, Deployment, deploy
from tests.stack.emulator import Account

SUITE_SECONDS = 600


@pytest.fixture(scope="module")
def nova(dev: Deployment) -> Agent:
    """Registered on the first deploy; everything later finds her."""
    return Stack(dev.api_url, is_open_mode=False, registration_key=dev.registration_key).register(
        "Nova"
    )


def run_suite(deployment: Deployment, tests: str = "tests/e2e") -> float:
    """The end-to-end tests against the stack, as its outputs say; the seconds that they take."""
    stack = {"API_URL": deployment.api_url, "REGISTRATION_KEY": deployment.registration_key}
    began = time.monotonic()
    completed = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", tests],
        env={**os.environ, **stack},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SUITE_SECONDS,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout[-6000:]
    return time.monotonic() - began


def lease(agent: Agent) -> float:
    """How many seconds one heartbeat is good for: a parameter of the stack."""
    answer = agent.post("/messaging/heartbeat")
    ends, began = (
        datetime.fromisoformat(answer[name]) for name in ("expires_at", "last_heartbeat_at")
    )
    return (ends - began).total_seconds()


def test_it_deploys_the_first_time(first: tuple[Deployment, float], figure: Figure):
    deployment, seconds = first
    figure("seconds", round(seconds, 1))
    assert deployment.state["StackStatus"] == "CREATE_COMPLETE"
    assert requests.get(f"{deployment.api_url}/health", timeout=30).json()["status"] == "ok"


def test_registering_takes_the_key_that_the_output_leads_to(dev: Deployment):
    stack = Stack(dev.api_url, is_open_mode=False, registration_key="wrong")
    answer = stack.send("POST", "/agents/register", json={"name": "Nobody"})
    assert answer.status_code == 401, answer.text


def test_the_end_to_end_tests_pass(dev: Deployment, figure: Figure):
    figure("seconds", round(run_suite(dev), 1))


def test_a_function_has_the_rights_of_its_role_and_no_others(dev: Deployment, nova: Agent):
    """Else the tests above would prove nothing of the roles."""
    iam, role = dev.account.client("iam"), dev.physical("PresenceRole")
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    written = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    assert lease(nova) == 90

    iam.delete_role_policy(RoleName=role, PolicyName=policy)
    assert nova.send("POST", "/messaging/heartbeat").status_code == 500
    put = {"RoleName": role, "PolicyName": policy, "PolicyDocument": json.dumps(written)}
    iam.put_role_policy(**put)
    assert lease(nova) == 90


def test_a_smoke_test_leaves_nobody_behind(dev: Deployment, nova: Agent):
    def listed() -> set[str]:
        return {each["agent_id"] for each in nova.get("/agents", limit=100)["agents"]}

    before = listed()
    run_suite(dev, "tests/e2e/test_checklist.py")
    assert eventually(lambda: listed() == before)


def test_a_deploy_with_another_parameter_takes_effect_and_keeps_the_data(
    dev: Deployment, nova: Agent, figure: Figure
):
    boots = nova.stack.register("Boots")
    sent = nova.post("/messaging/send", to_agent_id=boots.agent_id, body="Still here?")
    assert lease(nova) == 90

    _, seconds = deploy(dev.account, "dev", PresenceLeaseSeconds="120")
    figure("seconds", round(seconds, 1))
    assert dev.state["StackStatus"] == "UPDATE_COMPLETE"
    assert lease(nova) == 120
    assert [each["message_id"] for each in boots.inbox()] == [sent["message_id"]]


def test_the_end_to_end_tests_pass_again(dev: Deployment, figure: Figure):
    figure("seconds", round(run_suite(dev), 1))


@pytest.mark.parametrize(
    ("parameter", "value", "sentence"),
    [
        ("AlarmEmail", "nobody", "must be one email address"),
        # The emulator names the values itself, in place of the ConstraintDescription.
        ("HeartbeatSeconds", "4", r"HeartbeatSeconds.*is not in AllowedValues: \[5, 10, 15"),
        ("HeartbeatSeconds", "90", "needs PresenceLeaseSeconds=180 or more"),
        ("RegistrationMode", "closed", "RegistrationMode.*closed"),
        ("StatsSchedule", "rate(1 minutes)", "must be an expression of EventBridge"),
    ],
)
def test_a_bad_parameter_is_refused_with_a_sentence(
    dev: Deployment, nova: Agent, parameter: str, value: str, sentence: str
):
    with pytest.raises(DeployFailedError, match=sentence):
        deploy(dev.account, "dev", **{"PresenceLeaseSeconds": "120", parameter: value})
    assert lease(nova) == 120


def hopeless(template: dict[str, Any]) -> None:
    """Waits for a signal that nobody gives, once the rest is in place."""
    template["Resources"]["Handle"] = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    template["Resources"]["Signal"] = {
        "Type": "AWS::CloudFormation::WaitCondition",
        "DependsOn": ["PresenceFunction"],
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "1"},
    }


def test_a_deploy_that_fails_leaves_the_old_version_serving(dev: Deployment, nova: Agent):
    with pytest.raises(DeployFailedError):
        deploy(dev.account, "dev", edit=hopeless, PresenceLeaseSeconds="150")
    assert dev.state["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert lease(nova) == 120


def test_another_stack_leaves_nothing_behind(account: Account):
    staging, _ = deploy(account, "staging")
    dynamodb, table = account.client("dynamodb"), staging.physical("AgentsTable")

    cloudformation = account.client("cloudformation")
    cloudformation.delete_stack(StackName=staging.name)
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=staging.name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.describe_table(TableName=table)
