"""An answer of DynamoDB that is lost, and what others do before boto3 asks again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ReadTimeoutError
from moto.core.models import botocore_stubber

from local.in_process.functions import app


@contextmanager
def lost_once(
    group: str, operation: str, table: str, meanwhile: Callable[[], Any]
) -> Iterator[list[str]]:
    """The first such call to the table happens, and times out; then `meanwhile`, then the next.

    Gives the operations that were lost.
    """
    lost: list[str] = []

    def before_send(request: Any, event_name: str, **_: Any) -> None:
        if lost or table.encode() not in request.body:
            return
        lost.append(operation)
        botocore_stubber(event_name, request)
        meanwhile()
        raise ReadTimeoutError(endpoint_url=request.url)

    events = app(group).client.meta.events
    name = f"before-send.dynamodb.{operation}"
    events.register_first(name, before_send)
    try:
        yield lost
    finally:
        events.unregister(name, before_send)
