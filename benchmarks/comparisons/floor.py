"""The minimum: a client that signs and sends only the PutItem of a message."""

from collections.abc import Callable
from typing import Any

import botocore.session

from benchmarks.recorded import Case


def make(settings: str) -> Callable[[], Any]:
    """Return the candidate."""
    case = Case.from_json(settings)
    put = next(exchange for exchange in case.exchanges if exchange.operation == "PutItem")
    client = botocore.session.get_session().create_client("dynamodb")
    return lambda: client.put_item(**put.request)
