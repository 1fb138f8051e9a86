"""What a request costs without the database: CPU time, and calls of Python functions.

    python -m benchmarks.warm

The handler is the function's own. The client of its tables returns prepared answers, which were
recorded on moto. Two others are measured for comparison: a script that does the same with routes in
a dict (`plain`), and an empty handler. The empty handler reads the body, finds the route in a dict
and writes the recorded answer. Calls are those of Python functions. They depend only on the
versions of Python and the packages.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from itertools import cycle
from types import SimpleNamespace
from typing import Any

from benchmarks import figures, functions, recorded
from benchmarks.compared import PACKAGED, Candidate, compared
from benchmarks.figures import Figure
from benchmarks.plain import Plain
from benchmarks.recorded import Case

BY_HAND = ("send", "inbox", "heartbeat")
BY_HAND_IS = "a dict-routed script"


class PreparedClient:
    """Replaces boto3's client: returns the answers of a case in order."""

    def __init__(self, case: Case, config: Any) -> None:
        import botocore  # noqa: PLC0415 - the candidate's

        self.meta = SimpleNamespace(config=config)
        self._answers = cycle([(one.operation, one.parsed) for one in case.exchanges])
        for operation in {one.operation for one in case.exchanges}:
            setattr(self, botocore.xform_name(operation), partial(self._next, operation))

    def _next(self, operation: str, **_: Any) -> Any:
        expected, answer = next(self._answers)
        if operation != expected:
            raise RuntimeError(f"{operation} came in place of {expected}")
        return answer


def make(settings: str) -> Callable[[], Any]:
    """Return the candidate: the handler of a case."""
    from agent_messaging.storage import connection  # noqa: PLC0415 - the candidate's

    case = Case.from_json(settings)

    def connect(config: Any = connection.CONFIG) -> Any:
        return PreparedClient(case, config)

    connection.connect = connect
    return functions.request(case, functions.loaded(case))


def make_by_hand(settings: str) -> Callable[[], Any]:
    """Return the candidate: the script with the same prepared answers."""
    case = Case.from_json(settings)
    return functions.request(case, Plain(PreparedClient(case, None)))


def make_empty(settings: str) -> Callable[[], Any]:
    """Return the candidate: the empty handler of a case."""
    case = Case.from_json(settings)
    text = case.answer.get("body")
    prepared: dict[str, Any] = json.loads(text) if text else case.answer

    def answer(_body: Mapping[str, Any]) -> Mapping[str, Any]:
        return prepared

    routes = {case.event["routeKey"]: answer}

    def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        body = json.loads(event.get("body") or "{}")
        found = routes[event["routeKey"]](body)
        headers = {"Content-Type": "application/json"}
        return {"statusCode": 200, "headers": headers, "body": json.dumps(found)}

    return functions.request(case, handler)


def measure(cases: Mapping[str, Case] | None = None) -> Iterator[Figure]:
    """Yield calls, ratios and microseconds of each case."""
    for name, case in (cases or recorded.cases()).items():
        settings = case.as_json()
        makes = ("make", "make_empty") + (("make_by_hand",) if name in BY_HAND else ())
        with ExitStack() as stack:
            candidates = {
                make: stack.enter_context(Candidate(f"benchmarks.warm:{make}", PACKAGED, settings))
                for make in makes
            }
            yield Figure(f"{name}: calls without the database", candidates["make"].calls(), "calls")
            ours = f"{name}: CPU without the database"
            found = compared(candidates, "make_empty")
        if "make_by_hand" in found:
            ratio = found["make"].ratio / found["make_by_hand"].ratio
            yield Figure(f"{ours} to {BY_HAND_IS}", ratio, "×", kind="ratio")
        yield Figure(f"{ours} to an empty handler", found["make"].ratio, "×", kind="ratio")
        yield Figure(ours, found["make"].microseconds, "µs", kind="machine")


if __name__ == "__main__":
    print(figures.table(measure()))
