"""The functions as candidates: the handler of a case, called with its event."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.recorded import Case
from local.in_process.runtime import Context, load_app

FUNCTIONS = Path(__file__).resolve().parent.parent / "functions"


class Uncounted:
    """Replaces the meter's table, because it writes only once in a dozen requests."""

    def add(self, _agent_id: str, _units: int, now: datetime, *, is_first: bool) -> Any:
        """Count nothing."""
        from agent_messaging.meter.model import MeterRecord, minute_of  # noqa: PLC0415 - the side's

        return MeterRecord(minute=minute_of(now), units=int(is_first))


def loaded(case: Case) -> Callable[[Mapping[str, Any], Any], Any]:
    """Load the handler of the case's function as Lambda does."""
    os.environ.update(case.environment)
    module = load_app("app", FUNCTIONS / case.group)
    if hasattr(module, "meter"):
        module.meter.table = Uncounted()
    handler: Callable[[Mapping[str, Any], Any], Any] = module.handler
    return handler


def request(case: Case, handler: Callable[[Mapping[str, Any], Any], Any]) -> Callable[[], Any]:
    """Call the handler once. It must succeed."""
    context = Context(25_000)
    answer = handler(case.event, context)
    if answer.get("statusCode", 200) != 200:  # noqa: PLR2004
        raise RuntimeError(f"{case.name}: {answer}")
    return lambda: handler(case.event, context)


def make(settings: str) -> Callable[[], Any]:
    """Return the candidate: the unchanged handler. The environment has the stub's URL."""
    case = Case.from_json(settings)
    return request(case, loaded(case))
