"""A worker process seen from the server: started, asked one thing at a time, ended.

The process shares a socket pair with the server and no more: when the server is gone, however it
ended, the socket closes and the process ends by itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.cloudformation import REGION
from local.model import Function

WORKER = Path(__file__).with_name("worker.py")
INIT_SECONDS = 20
"""Twice what Lambda allows: a laptop that starts several at once is slower."""


class InvocationError(Exception):
    """The function gave no result.

    InvocationError
    ├── FunctionFailedError    its handler, or its import, raised
    ├── FunctionTimedOutError  it took longer than the template's Timeout
    └── FunctionDiedError      its process ended
    """


class FunctionFailedError(InvocationError):
    """The handler, or its import, raised."""


class FunctionTimedOutError(InvocationError):
    """The function took longer than its Timeout."""


class FunctionDiedError(InvocationError):
    """The process ended before it answered."""


@dataclass(frozen=True)
class Endpoints:
    """The URLs at which functions find the services that they call."""

    dynamodb: str
    secrets: str | None = None

    def variables(self) -> dict[str, str]:
        """The environment that leads botocore there."""
        variables = {"AWS_ENDPOINT_URL_DYNAMODB": self.dynamodb}
        if self.secrets is not None:
            variables["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = self.secrets
        return variables


def environment(function: Function, endpoints: Endpoints) -> dict[str, str]:
    """What the function sees: the template's variables and Lambda's own, nothing of the user's."""
    inherited = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    search_path = os.pathsep.join(str(folder) for folder in (function.code, *function.layers))
    return {
        **inherited,
        **function.environment,
        # The gateway prints a line per request; INFO records would drown it.
        "POWERTOOLS_LOG_LEVEL": "WARNING",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "TZ": "UTC",
        "PYTHONPATH": search_path,
        "PYTHONUNBUFFERED": "1",
        "_HANDLER": function.handler,
        "LAMBDA_TASK_ROOT": str(function.code),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **endpoints.variables(),
        # boto3 would put the account into the host name, where no engine listens.
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    }


class Instance:
    """One process of one function. `invoke` serves one call at a time; the pool sees to that."""

    def __init__(
        self,
        function: Function,
        process: asyncio.subprocess.Process,
        connection: socket.socket,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.function = function
        self._process = process
        self._connection = connection
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls, function: Function, endpoints: Endpoints) -> Instance:
        """Starts the process and waits until its handler is imported; raises InvocationError."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", str(WORKER), function.name, str(theirs.fileno())),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=environment(function, endpoints),
                # Ctrl-C at the terminal is for the server, which then ends its workers.
                start_new_session=True,
            )
        reader, writer = await asyncio.open_connection(sock=ours)
        instance = cls(function, process, ours, reader, writer)
        try:
            _result(await instance._receive(INIT_SECONDS))
        except BaseException:
            await instance.kill()
            raise
        return instance

    @property
    def is_alive(self) -> bool:
        """Whether the process can be asked; it may have ended while it was idle, just now even."""
        if self._process.returncode is not None or self._reader.at_eof():
            return False
        try:
            return self._connection.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:  # open, and nothing to be read
            return True
        except OSError:
            return False

    async def invoke(self, event: Any) -> Any:
        """The handler's result; raises InvocationError."""
        timeout = self.function.timeout
        frame = {"request_id": str(uuid.uuid4()), "timeout": timeout, "event": event}
        body = json.dumps(frame).encode()
        self._writer.write(struct.pack("!I", len(body)) + body)
        return _result(await self._receive(timeout))

    async def _receive(self, seconds: float) -> dict[str, Any]:
        try:
            async with asyncio.timeout(seconds):
                await self._writer.drain()
                (size,) = struct.unpack("!I", await self._reader.readexactly(4))
                frame: dict[str, Any] = json.loads(await self._reader.readexactly(size))
        except TimeoutError as error:
            raise FunctionTimedOutError(f"timed out after {seconds} seconds") from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise FunctionDiedError("its process ended") from error
        return frame

    async def stop(self, seconds: float = 1.0) -> None:
        """Lets the process end by itself, then kills it."""
        self._writer.close()
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """Ends the process now."""
        self._writer.close()
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


def _result(frame: Mapping[str, Any]) -> Any:
    if "error" in frame:
        raise FunctionFailedError("{type}: {message}".format(**frame["error"]))
    return frame.get("result")
