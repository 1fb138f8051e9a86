"""What moto's DynamoDB holds in this process: made once, emptied and put back in milliseconds."""

from __future__ import annotations

import copy
import functools
from typing import Any

import boto3
import botocore
from botocore.config import Config
from moto.dynamodb.models import dynamodb_backends
from moto.sqs.models import sqs_backends

from local.cloudformation import ACCOUNT_ID, REGION
from local.in_process.functions import TEMPLATE
from local.moto_queries import forget

# The queues that functions send to. Nobody reads them in this process.
QUEUES = ("WebhooksQueue",)


@functools.cache
def client() -> Any:
    """A client of the tests' own, which nothing records."""
    # Without botocore's check of the parameters: it takes longer than the writes of a large test.
    # Without a signature too: moto reads none.
    config = Config(parameter_validation=False, signature_version=botocore.UNSIGNED)
    return boto3.client("dynamodb", config=config)


def tables() -> dict[str, Any]:
    """moto's own tables, by name."""
    stored: dict[str, Any] = dynamodb_backends[ACCOUNT_ID][REGION].tables
    return stored


@functools.cache
def _created() -> dict[str, Any]:
    tables().clear()
    for table in TEMPLATE.tables:
        client().create_table(**table.create)
    return dict(tables())


def empty() -> None:
    """Let moto hold the template's tables, empty, and nothing else."""
    created = _created()
    tables().clear()
    tables().update(created)
    for table in created.values():
        table.items.clear()
        forget(table)
        _forget_stream(table)
    _empty_queues()


class Memory:
    """What the tables hold now, kept aside."""

    def __init__(self) -> None:
        self._items = {name: copy.deepcopy(table.items) for name, table in tables().items()}

    def put_back(self) -> None:
        """Let the tables hold it again; their streams are forgotten."""
        for name, items in self._items.items():
            tables()[name].items = copy.deepcopy(items)
            _forget_stream(tables()[name])
        _empty_queues()


def queued(name: str) -> list[str]:
    """Return the bodies of the messages in a queue."""
    found = sqs_backends[ACCOUNT_ID][REGION].queues[name]
    return [each.body for each in found._messages]


def _empty_queues() -> None:
    backend = sqs_backends[ACCOUNT_ID][REGION]
    backend.queues.clear()
    for name in QUEUES:
        backend.create_queue(name, {})


def _forget_stream(table: Any) -> None:
    if table.stream_shard is not None:
        table.stream_shard.items.clear()
