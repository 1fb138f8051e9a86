"""The raw floor: a client that signs and sends the one PutItem of a message, and nothing else."""

from collections.abc import Callable
from typing import Any

import botocore.session

from benchmarks.recorded import Case


def make(settings: str) -> Callable[[], Any]:
    """A side."""
    case = Case.from_json(settings)
    put = next(exchange for exchange in case.exchanges if exchange.operation == "PutItem")
    client = botocore.session.get_session().create_client("dynamodb")
    return lambda: client.put_item(**put.request)
