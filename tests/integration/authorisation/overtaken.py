"""Something else happens while a request is between its read and its write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any

from local.in_process.functions import app


@contextmanager
def overtaken(group: str, operation: str, by: Callable[[], Any]) -> Iterator[list[Any]]:
    """Run `by` once, right before the function's next call of the operation goes out.

    What it returned stands in the list afterwards, which is empty if it never ran.
    """
    events = app(group).client.meta.events
    happened: list[Any] = []
    is_under_way = []

    def interrupt(**_: Any) -> None:
        if not is_under_way:
            is_under_way.append(True)
            # As another process would, with none of what this request has set.
            happened.append(Context().run(by))

    name = f"before-call.dynamodb.{operation}"
    events.register_first(name, interrupt)
    try:
        yield happened
    finally:
        events.unregister(name, interrupt)
