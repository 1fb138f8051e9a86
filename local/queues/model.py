"""Queues and their mappings to functions, as the template declares them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.cloudformation import Scope, TemplateError

MAX_DELAY_SECONDS = 900


@dataclass(frozen=True)
class Queue:
    """A standard queue of SQS. Its name is its logical id."""

    name: str
    visibility: int = 30
    """For how many seconds a message that was received is invisible."""
    max_receives: int = 0
    """After how many receives a message becomes a dead letter. 0 means never."""
    delay: int = 0
    """For how many seconds a message waits that names no delay."""


@dataclass(frozen=True)
class QueueMapping:
    """A queue, delivered to a function."""

    name: str
    function: str
    queue: str
    batch_size: int
    reports_failures: bool
    concurrency: int
    """How many batches the function gets at the same time. 0 means no limit."""


def read_queues(resources: Mapping[str, Mapping[str, Any]], scope: Scope) -> Iterator[Queue]:
    """Yield the queues of a template. Raises TemplateError for one that is FIFO."""
    for name, resource in resources.items():
        if resource.get("Type") != "AWS::SQS::Queue":
            continue
        properties = scope.resolve(resource.get("Properties") or {})
        if properties.get("FifoQueue"):
            raise TemplateError(f"queue {name}: the local server supports only standard queues")
        yield Queue(
            name=name,
            visibility=int(properties.get("VisibilityTimeout", 30)),
            max_receives=int((properties.get("RedrivePolicy") or {}).get("maxReceiveCount", 0)),
            delay=int(properties.get("DelaySeconds", 0)),
        )


def read_mapping(name: str, function: str, properties: Mapping[str, Any]) -> QueueMapping:
    """Return the mapping of a function's event. Its references are resolved.

    Raises TemplateError for what the local server does not do.
    """
    for unknown in ("FilterCriteria", "MaximumBatchingWindowInSeconds"):
        if unknown in properties:
            raise TemplateError(f"the local server does not support {unknown} of an SQS event")
    scaling = properties.get("ScalingConfig") or {}
    return QueueMapping(
        name=name,
        function=function,
        queue=str(properties["Queue"]).split(":")[5],
        batch_size=int(properties.get("BatchSize", 10)),
        reports_failures="ReportBatchItemFailures"
        in (properties.get("FunctionResponseTypes") or []),
        concurrency=int(scaling.get("MaximumConcurrency", 0)),
    )
