"""The operations of DynamoDB by name, as the functions called them."""

from tests.integration.cloud import Cloud

BATCH, GET, PUT, UPDATE = "BatchGetItem", "GetItem", "PutItem", "UpdateItem"
QUERY, TRANSACT = "Query", "TransactWriteItems"


def operations(cloud: Cloud) -> list[str]:
    return [call.operation for call in cloud.cost()]
