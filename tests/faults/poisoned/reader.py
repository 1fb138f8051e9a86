"""Read every list of some agents in one process, and print what each took.

    python -m tests.faults.poisoned.reader URL < calls.json

A call is `[agent_id, path, query]`. For each, one line of JSON goes to stdout: the status, the CPU
seconds, the bytes of the answer, and the most memory that the process has held so far, in bytes.
The process has as much memory as the functions have.
"""

import gc
import json
import re
import resource
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from local.in_process.requests import BASE, event_of
from local.routing import Routes
from local.template import load
from tests.faults.injection.faults import Injector
from tests.faults.injection.instance import Context, Instance

MEGABYTE = 1024 * 1024
TEMPLATE = load(parameters={"RegistrationMode": "open"})
ROUTES = Routes(TEMPLATE.routes)
OPEN = {"lambda": {"mode": "open"}}


def event(agent_id: str, path: str, query: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """The function that serves a GET of the agent's, and its event."""
    made = event_of("GET", path, raw=None, content_type=None)
    made["rawQueryString"] = urlencode({"agent_id": agent_id, **query})
    match = ROUTES.match("GET", BASE + path)
    made["routeKey"] = made["requestContext"]["routeKey"] = match.route.key
    made["pathParameters"] = dict(match.parameters)
    made["requestContext"]["authorizer"] = OPEN
    return match.route.function, made


def read(instance: Instance, call: Any) -> dict[str, Any]:
    """One call, and what it took."""
    function, made = event(*call)
    handler = instance.app(function).handler
    gc.collect()
    begun = time.process_time()
    answer = handler(made, Context(25))
    took = time.process_time() - begun
    return {
        "call": call,
        "status": answer["statusCode"],
        "cpu": took,
        "bytes": len(answer["body"]),
        "peak_bytes": most_memory(),
    }


def most_memory() -> int:
    """Bytes; of this program alone, where `getrusage` also tells of the process that began it."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def main() -> None:
    """As the module says."""
    calls = json.load(sys.stdin)
    instance = Instance(sys.argv[1], {}, Injector(lambda _: None))
    for call in calls:
        instance.app(event(*call)[0])
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (512 * MEGABYTE, most))
    for call in calls:
        sys.stdout.write(json.dumps(read(instance, call)) + "\n")


if __name__ == "__main__":
    main()
