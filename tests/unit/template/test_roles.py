"""A role of its own for each function, with what it needs written out, and nothing else."""

import re
from typing import Any

import pytest

from tests.unit.template.written import DOCUMENT, FUNCTIONS, RESOURCES, listed, properties_of

CANARY = "CanaryRole"
ROLES = {name: each for name, each in properties_of("AWS::IAM::Role").items() if name != CANARY}
# Before a mapping is made, Lambda asks for all four, each on the stream itself.
# https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
READ_A_STREAM = {"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"}
READERS = {"ProjectorRole", "RelayRole", "WorkOrdersPurgeRole"}
READ_AND_WRITE = {
    "BatchGetItem",
    "ConditionCheckItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "UpdateItem",
}


# The connections of one stage of one API, which have no names before they exist.
CONNECTIONS = re.compile(
    re.escape(
        "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${SocketsApi}/live/"
    )
    + r"(POST|DELETE)/@connections/\*"
)


def role_of(function: str) -> str:
    name, attribute = FUNCTIONS[function]["Role"]["Fn::GetAtt"]
    assert attribute == "Arn"
    return str(name)


def statements(role: str) -> list[dict[str, Any]]:
    (policy,) = ROLES[role]["Policies"]
    assert set(policy) == {"PolicyName", "PolicyDocument"}
    return list(policy["PolicyDocument"]["Statement"])


def test_every_function_has_a_role_of_its_own_and_but_for_the_canary_nobody_else_has_one():
    assert sorted(map(role_of, FUNCTIONS)) == sorted(ROLES)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_its_role_and_its_logs_stand_together_under_one_name(function: str):
    names = list(RESOURCES)
    at, own = names.index(function), function.removesuffix("Function")
    assert names[at : at + 3] == [f"{own}Function", f"{own}Role", f"{own}Logs"]


def test_no_policy_is_added_where_it_is_not_seen():
    """SAM would put managed policies into a role that it makes up, and templates of its own."""
    shared = DOCUMENT["Globals"]["Function"]
    for function in (*FUNCTIONS.values(), shared):
        assert not {"Policies", "RolePath", "PermissionsBoundary", "Tracing", "VpcConfig"} & set(
            function
        )


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_lambdas_and_has_one_policy(role: str):
    assert set(ROLES[role]) == {"AssumeRolePolicyDocument", "Policies"}
    assert ROLES[role]["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ]


@pytest.mark.parametrize("role", ROLES)
def test_a_statement_names_each_action_and_each_resource_of_this_stack(role: str):
    for statement in statements(role):
        assert set(statement) - {"Condition"} == {"Effect", "Action", "Resource"}
        assert statement["Effect"] == "Allow"
        assert all("*" not in action for action in listed(statement["Action"]))
        for resource in listed(statement["Resource"]):
            assert set(resource) <= {"Ref", "Fn::GetAtt", "Fn::Sub"}, resource
            if statement["Action"] == "execute-api:ManageConnections":
                assert CONNECTIONS.fullmatch(resource["Fn::Sub"])
                continue
            assert "*" not in repr(resource)
            if text := resource.get("Fn::Sub"):
                assert re.fullmatch(r"\$\{\w+Table\.Arn\}/index/\w+", text)


# What the meter may write into tables that are not its own.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
PENALTY_ALONE = {
    "AgentKeysTable": ["key_hash", "refused_until"],
    "AgentsTable": ["agent_id", "deleted_at", "penalty"],
}


@pytest.mark.parametrize("role", [name for name in ROLES if "AgentMeterTable" in repr(ROLES[name])])
def test_the_meter_writes_into_keys_and_agents_nothing_but_a_penalty(role: str):
    conditional = {
        each["Resource"]["Fn::GetAtt"][0]: each for each in statements(role) if "Condition" in each
    }
    assert {"AgentKeysTable"} <= set(conditional) <= set(PENALTY_ALONE)
    for table, statement in conditional.items():
        assert statement["Action"] == "dynamodb:UpdateItem"
        assert statement["Condition"] == {
            "ForAllValues:StringEquals": {"dynamodb:Attributes": PENALTY_ALONE[table]},
            "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE"]},
            # Without it a request that names no attribute would pass.
            "Null": {"dynamodb:Attributes": "false"},
        }


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_do_is_read_and_write_what_its_function_serves(role: str):
    actions = {action for each in statements(role) for action in listed(each["Action"])}
    of_tables = {each.removeprefix("dynamodb:") for each in actions if each.startswith("dynamodb:")}
    allowed = READ_AND_WRITE | (READ_A_STREAM if role in READERS else set())
    assert of_tables <= allowed
    others = {each for each in actions if not each.startswith("dynamodb:")}
    assert others <= {
        "execute-api:ManageConnections",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "secretsmanager:GetSecretValue",
        "sqs:SendMessage",
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_writes_into_its_own_log_group_and_into_no_other(function: str):
    group = FUNCTIONS[function]["LoggingConfig"]["LogGroup"]["Ref"]
    assert group == function.removesuffix("Function") + "Logs"
    about_logs = [each for each in statements(role_of(function)) if "logs:" in repr(each)]
    assert about_logs == [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": {"Fn::GetAtt": [group, "Arn"]},
        }
    ]


def test_a_function_with_a_failure_destination_may_send_to_it():
    destination = {"Fn::GetAtt": ["DeadLettersQueue", "Arn"]}
    for name, function in FUNCTIONS.items():
        sends = any(
            each["Action"] == "sqs:SendMessage" and each["Resource"] == destination
            for each in statements(role_of(name))
        )
        assert sends == ("OnFailure" in repr(function)), name
