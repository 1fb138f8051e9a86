"""Data is kept, encrypted, restorable, and tidied up by the attribute that says when."""

from typing import Any

import pytest

from tests.unit.template.written import DOCUMENT, PARAMETERS, RESOURCES, of_type, properties_of

TABLES = properties_of("AWS::DynamoDB::Table")
KEPT = {"Fn::If": ["DataIsProtected", "Retain", "Delete"]}
# What lives as long as an agent or an order does is not tidied up.
TIDIED = {
    "AgentMeterTable",
    "AgentMessagesTable",
    "AgentPresenceTable",
    "AgentSentTable",
    "ContactsTable",
    "IdempotencyTable",
    "MessagingStatsTable",
    "WorkOrdersTable",
}
# A name of one's own can be given once in an account: a second stack would fail.
NAMES = {
    "AlarmName",
    "BudgetName",
    "DashboardName",
    "FunctionName",
    "LayerName",
    "LogGroupName",
    "Name",
    "QueueName",
    "RoleName",
    "TableName",
    "TopicName",
}


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_restorable_and_encrypted(table: str):
    properties = TABLES[table]
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert properties["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("resource", [*TABLES, "DeadLettersQueue"])
def test_what_holds_data_outlives_its_stack_where_data_is_protected(resource: str):
    assert RESOURCES[resource]["DeletionPolicy"] == KEPT
    assert RESOURCES[resource]["UpdateReplacePolicy"] == KEPT
    if resource in TABLES:
        assert TABLES[resource]["DeletionProtectionEnabled"] == {"Ref": "ProtectData"}


def test_protection_is_a_parameter_that_is_true_or_false():
    assert DOCUMENT["Conditions"]["DataIsProtected"] == {
        "Fn::Equals": [{"Ref": "ProtectData"}, "true"]
    }
    assert PARAMETERS["ProtectData"]["AllowedValues"] == ["true", "false"]
    # Without this transform, and before SAM's, CloudFormation takes no condition there.
    assert DOCUMENT["Transform"] == ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"]


def test_what_is_tidied_up_says_when_under_one_name():
    said = {name: each.get("TimeToLiveSpecification") for name, each in TABLES.items()}
    expected = {"AttributeName": "purge_at", "Enabled": True}
    assert said == {name: expected if name in TIDIED else None for name in TABLES}


def test_nothing_has_a_name_of_its_own():
    for name, resource in RESOURCES.items():
        properties = resource.get("Properties", {})
        # A reference to another resource is no name.
        named = {each for each in NAMES & set(properties) if not refers(properties[each])}
        assert not named, name


def refers(value: Any) -> bool:
    return isinstance(value, dict) and value.get("Ref") in RESOURCES


def test_logs_are_kept_as_long_as_the_parameter_says():
    groups = of_type("AWS::Logs::LogGroup")
    assert len(groups) == len(of_type("AWS::Serverless::Function")) + 1
    for group in groups.values():
        assert group["Properties"] == {"RetentionInDays": {"Ref": "LogRetentionDays"}}


def test_a_dead_letter_waits_as_long_as_a_queue_can_keep_it():
    queue = RESOURCES["DeadLettersQueue"]["Properties"]
    assert queue == {"MessageRetentionPeriod": 14 * 24 * 3600, "SqsManagedSseEnabled": True}


def test_the_rules_of_this_account_may_leave_a_dead_letter_and_nobody_else():
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html"""
    (policy,) = properties_of("AWS::SQS::QueuePolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    ((key, rules),) = statement["Condition"]["ArnLike"].items()
    assert key == "aws:SourceArn"
    assert rules["Fn::Sub"].endswith(":events:${AWS::Region}:${AWS::AccountId}:rule/*")
