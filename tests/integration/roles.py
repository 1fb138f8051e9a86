"""What the roles of the template grant on its tables, and what a call to DynamoDB takes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.cloudformation import parse, scope_of
from local.template import TEMPLATE

# A transaction needs the rights of what it holds; there is no action of its own.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
IN_TRANSACTIONS = {
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


@dataclass(frozen=True, order=True)
class Right:
    """An action on a table, or on one index of it."""

    action: str
    table: str
    index: str = ""

    def __str__(self) -> str:
        return f"dynamodb:{self.action} {self.table}{self.index and f'/index/{self.index}'}"


def granted() -> dict[str, frozenset[Right]]:
    """By function, what its role allows on tables."""
    document = parse(TEMPLATE.read_text(encoding="utf-8"), TEMPLATE.name)
    scope, resources = scope_of(document, {}), document["Resources"]
    return {
        name: frozenset(_rights(scope.resolve(statements(resources, resource))))
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def statements(resources: Mapping[str, Any], function: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The statements of the role that a function names."""
    role, _ = function["Properties"]["Role"]["Fn::GetAtt"]
    (policy,) = resources[role]["Properties"]["Policies"]
    documents = [
        policy["PolicyDocument"],
        *(each["PolicyDocument"] for each in added(resources, role)),
    ]
    return [statement for document in documents for statement in document["Statement"]]


def added(resources: Mapping[str, Any], role: str) -> list[Mapping[str, Any]]:
    """The policies that some parameter adds to a role."""
    policies = (each for each in resources.values() if each["Type"] == "AWS::IAM::Policy")
    found = (each["Properties"] for each in policies)
    return [each for each in found if {"Ref": role} in each["Roles"]]


def _rights(statements: list[dict[str, Any]]) -> Iterator[Right]:
    for statement in statements:
        for resource in listed(statement["Resource"]):
            _, _, where = str(resource).partition(":table/")
            table, kind, index = (*where.split("/"), "", "")[:3]
            for action in listed(statement["Action"]):
                if action.startswith("dynamodb:") and kind != "stream":
                    yield Right(action.removeprefix("dynamodb:"), table, index)


def listed(value: Any) -> list[Any]:
    """The value as a list, as IAM reads it."""
    return value if isinstance(value, list) else [value]


def taken(operation: str, request: Mapping[str, Any]) -> Iterator[Right]:
    """What a call takes of the rights of its function."""
    if operation == "TransactWriteItems":
        for item in request["TransactItems"]:
            ((kind, write),) = item.items()
            yield Right(IN_TRANSACTIONS[kind], write["TableName"])
    elif operation == "BatchGetItem":
        yield from (Right(operation, table) for table in request["RequestItems"])
    else:
        yield Right(operation, request["TableName"], request.get("IndexName", ""))
