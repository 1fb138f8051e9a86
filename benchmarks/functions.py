"""The functions as candidates: the handler of a case, called with its event."""

import importlib.util
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.recorded import Case

FUNCTIONS = Path(__file__).resolve().parent.parent / "functions"


class Context:
    """The context that Lambda passes to a handler."""

    function_name = memory_limit_in_mb = invoked_function_arn = "benchmark"
    aws_request_id = "invocation"

    def get_remaining_time_in_millis(self) -> int:
        """Return the time that a function has at its start."""
        return 25_000


class Uncounted:
    """Replaces the meter's table, because it writes only once in a dozen requests."""

    def add(self, _agent_id: str, _units: int, now: datetime, *, is_first: bool) -> Any:
        """Count nothing."""
        from agent_messaging.meter.model import Standing, minute_of  # noqa: PLC0415 - the side's

        return Standing(minute=minute_of(now), units=int(is_first))


def loaded(case: Case) -> Callable[[Mapping[str, Any], Any], Any]:
    """Load the handler of the case's function as Lambda does."""
    os.environ.update(case.environment)
    path = FUNCTIONS / case.group / "app.py"
    spec = importlib.util.spec_from_file_location("app", path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if hasattr(module, "meter"):
        module.meter.table = Uncounted()
    handler: Callable[[Mapping[str, Any], Any], Any] = module.handler
    return handler


def request(case: Case, handler: Callable[[Mapping[str, Any], Any], Any]) -> Callable[[], Any]:
    """Call the handler once. It must succeed."""
    context = Context()
    answer = handler(case.event, context)
    if answer.get("statusCode", 200) != 200:  # noqa: PLR2004
        raise RuntimeError(f"{case.name}: {answer}")
    return lambda: handler(case.event, context)


def make(settings: str) -> Callable[[], Any]:
    """Return the candidate: the unchanged handler. The environment has the stub's URL."""
    case = Case.from_json(settings)
    return request(case, loaded(case))
