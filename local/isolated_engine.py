"""The isolated engine: a DynamoDB in memory that keeps concurrent requests apart, as AWS does.

It is ministack in a process and an environment of its own, for races and for load. The process ends
when its stdin closes, so it never outlives the server.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from local import engine, environment
from local.cloudformation import ACCOUNT_ID
from local.engine import Engine, EngineError

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv-engine" / "bin" / "python"


def settings(services: str) -> dict[str, str]:
    """Return ministack's variables: these services, on this machine alone, nothing kept."""
    return {
        "PERSIST_STATE": "0",
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
        "SERVICES": services,
    }


async def start(host: str = "127.0.0.1", python: Path = PYTHON) -> Engine:
    """Start the process on an address, and wait for its port. Raises EngineError."""
    _require(python)
    process = await asyncio.create_subprocess_exec(
        *(python, "-P", "-m", "local.isolated_process", host),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={
            **environment.cleaned(os.environ),
            **settings("dynamodb,dynamodbstreams,kms,secretsmanager"),
            "LOG_LEVEL": "ERROR",
            "PYTHONPATH": str(ROOT),
        },
        # Ctrl-C must reach only the server. The storage ends last.
        start_new_session=True,
    )
    return await engine.listening(process, host)


def _require(python: Path) -> None:
    if not python.exists():
        raise EngineError(
            f"ENGINE=isolated needs {python.parent.parent.name}, which is not installed."
            " Start the server with make run ENGINE=isolated, which installs it."
        )
