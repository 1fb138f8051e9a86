"""Lasting data is kept and restorable. All data is encrypted, and tidied up when it says so."""

import json
import re

import pytest

from tests.unit.template.written import (
    DOCUMENT,
    FILE,
    PARAMETERS,
    RESOURCES,
    of_type,
    properties_of,
)

TABLES = properties_of("AWS::DynamoDB::Table")
KEPT = {"Fn::If": ["DataIsProtected", "Retain", "Delete"]}
# What nobody needs after a day.
PASSING = {"AgentMeterTable", "AgentPresenceTable", "IdempotencyTable"}
# What lives as long as an agent or an order does is not tidied up.
TIDIED = {
    "AgentFeedTable",
    "AgentMeterTable",
    "AgentMessagesTable",
    "AgentOutboxTable",
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
def test_a_table_is_encrypted_and_paid_by_request(table: str):
    assert TABLES[table]["SSESpecification"] == {"SSEEnabled": True}
    assert TABLES[table]["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("table", TABLES)
def test_lasting_data_is_restorable_and_outlives_its_stack_where_data_is_protected(table: str):
    is_lasting = table not in PASSING
    policy = KEPT if is_lasting else "Delete"
    assert RESOURCES[table]["DeletionPolicy"] == RESOURCES[table]["UpdateReplacePolicy"] == policy
    said = TABLES[table]["PointInTimeRecoverySpecification"]
    assert said == {"PointInTimeRecoveryEnabled": is_lasting}
    # CloudFormation could not delete a table that is protected.
    protected = TABLES[table]["DeletionProtectionEnabled"]
    assert protected == ({"Ref": "ProtectData"} if is_lasting else False)


def test_the_documents_say_which_tables_last():
    page = (FILE.parent / "docs/deploying.md").read_text("utf-8")
    rows = re.findall(
        r"^\| (`\w+Table`[^|]*) \|[^|]+\| (yes|no) \| (stay|are)\b", page, re.MULTILINE
    )
    told = {
        table: (restorable, end)
        for tables, restorable, end in rows
        for table in re.findall(r"`(\w+)`", tables)
    }
    assert told == {name: ("no", "are") if name in PASSING else ("yes", "stay") for name in TABLES}


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


def test_a_name_contains_the_stacks_name_or_is_a_reference():
    for resource, each in RESOURCES.items():
        for name in NAMES & set(each.get("Properties", {})):
            text = each["Properties"][name].get("Fn::Sub", "")
            is_reference = each["Properties"][name].get("Ref") in PARAMETERS | RESOURCES
            assert "${AWS::StackName}" in text or is_reference, f"{resource}.{name}"


def test_logs_are_kept_as_long_as_the_parameter_says():
    groups = properties_of("AWS::Logs::LogGroup")
    assert len(groups) == len(of_type("AWS::Serverless::Function")) + 1
    for group in groups.values():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_the_apis_log_does_not_grow_a_policy_that_other_apis_fill():
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html"""
    name = properties_of("AWS::Logs::LogGroup")["AccessLogs"]["LogGroupName"]["Fn::Sub"]
    assert name.startswith("/aws/vendedlogs/")


def test_tables_with_indexes_are_created_one_after_another():
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html"""
    indexed = [name for name, each in TABLES.items() if "GlobalSecondaryIndexes" in each]
    waits_for = {name: RESOURCES[name].get("DependsOn") for name in indexed}
    assert waits_for == dict(zip(indexed, [None, *indexed], strict=False))


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


def test_the_page_notes_the_tables_that_stay_and_no_other():
    page = (FILE.parent / "docs" / "deploying.md").read_text("utf-8")
    (names,) = re.findall(r"!contains\(`(\[.+?\])`, LogicalResourceId\)", page)
    gone = set(json.loads(names))
    assert {name for name in TABLES if RESOURCES[name]["DeletionPolicy"] == KEPT} == {
        *TABLES
    } - gone
