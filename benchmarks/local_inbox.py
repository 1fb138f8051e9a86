"""How long an inbox page takes on the local server, and how many items moto looks at for it.

    python -m benchmarks.local_inbox

`make run` is measured as it starts by default: moto, in a process of its own. An agent gets 10,
then 1,000, then 10,000 pending messages, which are copies of one that was sent. A page has 20
messages. The answer also counts the pending messages, up to 100, so this looks at up to 80 more
items and the next one. A ping shows what a transaction costs in a table of this size.
"""

import contextlib
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests

from benchmarks import figures
from benchmarks.figures import Figure
from local import moto_queries
from local.engine import dynamodb

ROOT = Path(__file__).resolve().parent.parent
LAYER = ROOT / "layers" / "agent_messaging"
SIZES = (10, 1_000, 10_000)
LIMIT, COUNTED = 20, 100
TIMES = 40
BATCH = 25  # of BatchWriteItem
MOST_MILLISECONDS = 15.0
TABLE = "AgentMessagesTable"
INBOX = {"agent_id": "boots-agent-id", "status": "pending", "limit": LIMIT}
PING = {"to_agent_id": "boots-agent-id", "message": "Ready?"}


def measure() -> Iterator[Figure]:
    """Yield the milliseconds of a page and of a send, and the items looked at, for each size."""
    sender = {"from_agent_id": "nova-agent-id"}
    with running() as (url, tables):
        session, filled = requests.Session(), 0
        for size in SIZES:
            filled = fill(tables, filled, size)
            page = milliseconds(lambda: session.get(f"{url}/inbox", params=INBOX, timeout=60))
            name = f"inbox of {size:,}"
            yield Figure(f"{name}: a page", page, "ms", MOST_MILLISECONDS, kind="machine")
            sent = milliseconds(
                lambda: session.post(f"{url}/ping", params=sender, json=PING, timeout=60)
            )
            yield Figure(f"{name}: a ping", sent, "ms", kind="machine")
    yield from looked_at()


def looked_at() -> Iterator[Figure]:
    """Yield how many items moto gets for the page, and for the count, in this process."""
    sys.path.insert(0, str(LAYER))
    from moto import mock_aws  # noqa: PLC0415 - only this part needs it

    from local.in_process.environment import prepare  # noqa: PLC0415
    from local.in_process.host import Host  # noqa: PLC0415

    prepare()
    with mock_aws():
        host = Host()
        for name in ("nova", "boots"):
            host.register(name)
        host.send("nova", "boots")
        [sent] = host.items(TABLE)
        for before, size in zip((1, *SIZES), SIZES, strict=False):
            host.write(TABLE, *({**sent, "message_id": old(each)} for each in range(before, size)))
            with counting() as counts:
                host.inbox("boots", status="pending", limit=LIMIT)
            page, *count = counts
            yield Figure(f"inbox of {size:,}: items for a page", page, "items", LIMIT + 1)
            yield Figure(f"inbox of {size:,}: items to count", sum(count), "items", COUNTED + 1)


@contextlib.contextmanager
def counting() -> Iterator[list[int]]:
    """Count the items that each query of the block gets."""
    candidates, counts = moto_queries.candidates, []

    def counted(table: Any, asked: Any) -> Any:
        found = candidates(table, asked)
        counts.append(len(table) if found is None else len(found))
        return found

    moto_queries.candidates = counted
    try:
        yield counts
    finally:
        moto_queries.candidates = candidates


def old(number: int) -> str:
    """Return the id of an old message. There is one for each minute from 1970 on."""
    if str(LAYER) not in sys.path:
        sys.path.insert(0, str(LAYER))
    from agent_messaging import ids  # noqa: PLC0415 - of the layer

    return f"msg_{ids.base32(number * 60_000 << 80, ids.ULID_DIGITS)}"


def fill(tables: str, filled: int, size: int) -> int:
    """Copy the pending message until there are `size`. Return `size`."""
    client = dynamodb(tables)
    [sent, *_] = client.query(
        TableName=TABLE,
        KeyConditionExpression="recipient_id = :boots",
        ExpressionAttributeValues={":boots": {"S": "boots-agent-id"}},
        ScanIndexForward=False,
        Limit=1,
    )["Items"]
    for start in range(filled, size, BATCH):
        numbers = range(start, min(start + BATCH, size))
        copies = [{**sent, "message_id": {"S": old(each)}} for each in numbers]
        requests_ = [{"PutRequest": {"Item": each}} for each in copies]
        client.batch_write_item(RequestItems={TABLE: requests_})
    client.close()
    return size


def milliseconds(call: Callable[[], requests.Response]) -> float:
    """Return the median of some calls, after two that are not measured."""
    taken = []
    for _ in range(TIMES + 2):
        begun = time.perf_counter()
        call().raise_for_status()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken[2:])


@contextlib.contextmanager
def running(*options: str) -> Iterator[tuple[str, str]]:
    """Start a server. Yield the URL of its messages and that of its tables."""
    command = [sys.executable, "-m", "local", "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            urls = _urls(process)
            requests.post(
                f"{urls[0]}/ping",
                params={"from_agent_id": "nova-agent-id"},
                json=PING,
                timeout=60,
            ).raise_for_status()
            yield urls
        finally:
            process.terminate()


def _urls(process: subprocess.Popen[str]) -> tuple[str, str]:
    printed = ""
    for line in process.stdout or ():
        printed += line
        found = re.search(r"(http://\S+/api/v1)\n(?s:.*)Tables +(http://\S+) ", printed)
        if found:
            return f"{found[1]}/messaging", found[2]
    raise RuntimeError("the server ended before it was ready")


if __name__ == "__main__":
    print(figures.table(measure()))
