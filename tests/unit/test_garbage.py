"""The garbage collector does not run during an import, and runs again before the first request."""

import subprocess
import sys
from pathlib import Path

LAYER = Path(__file__).resolve().parents[2] / "layers" / "agent_messaging"
IMPORTING = "import gc, sys; sys.path.insert(0, sys.argv[1])\n"
TOLD = f"""{IMPORTING}
import agent_messaging
before = gc.get_stats()[0]["collections"]
kept = [[] for _ in range(60_000)]
print(gc.get_stats()[0]["collections"] - before, gc.get_threshold()[0], gc.get_freeze_count())
agent_messaging.watch_garbage()
frozen = gc.get_freeze_count()
agent_messaging.watch_garbage()
print(gc.get_threshold()[0], frozen > 60_000, gc.get_freeze_count() == frozen)
"""


def test_the_collector_waits_until_it_is_told():
    done = subprocess.run(
        [sys.executable, "-I", "-c", TOLD, str(LAYER)], capture_output=True, text=True, check=True
    )
    while_importing, while_serving = done.stdout.splitlines()
    assert while_importing == "0 1000000 0"
    assert while_serving == "50000 True True"


def test_the_pages_end_the_wait_as_a_connection_does():
    told = f"{IMPORTING}import agent_messaging.docs.pages\nprint(gc.get_threshold()[0])"
    done = subprocess.run(
        [sys.executable, "-I", "-c", told, str(LAYER)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "50000\n"
