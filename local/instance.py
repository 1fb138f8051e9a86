"""A worker process, as the server sees it: start it, send it one event at a time, end it.

The process shares only a socket pair with the server. When the server ends in any way, the socket
closes, and the process ends by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
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

from local import environment
from local.cloudformation import REGION
from local.model import Function

WORKER = Path(__file__).with_name("worker.py")
INIT_SECONDS = 20
"""Twice the limit of Lambda, because a laptop that starts several processes is slower."""


class InvocationError(Exception):
    """The function returned no result.

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
    """The URLs of the services that functions call."""

    dynamodb: str
    secrets: str | None = None
    sockets: str | None = None
    """Where functions post to the connections of the WebSocket API."""
    socket_url: str = ""
    """Where clients connect to it. Empty if there is none."""
    queues: str | None = None
    keys: str | None = None
    """The KMS with the key that signs. None: nothing is signed."""
    signing_key: str = ""
    """The ARN of that key."""
    local_only: str = "keys"
    """What a deployed function never gets: it opens the keys that everybody knows."""

    def variables(self) -> dict[str, str]:
        """Return the environment variables that tell functions these URLs."""
        variables = {
            "AWS_ENDPOINT_URL_DYNAMODB": self.dynamodb,
            "SOCKETS_URL": self.socket_url,
        }
        if self.secrets is not None:
            variables["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = self.secrets
        if self.sockets is not None:
            variables["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"] = self.sockets
        if self.keys is not None:
            variables["AWS_ENDPOINT_URL_KMS"] = self.keys
            variables["SIGNING_KEY_ARN"] = self.signing_key
        if self.queues is not None:
            variables["AWS_ENDPOINT_URL_SQS"] = self.queues
        return variables


def variables(function: Function, endpoints: Endpoints) -> dict[str, str]:
    """Return the function's environment: the template's variables and Lambda's, not the user's."""
    search_path = os.pathsep.join(str(folder) for folder in (function.code, *function.layers))
    return {
        **environment.cleaned(os.environ),
        **function.environment,
        # The gateway already prints a line for each request.
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
        "LOCAL_ONLY": endpoints.local_only,
        **endpoints.variables(),
        # Otherwise boto3 puts the account into the host name, where no engine listens.
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    }


class Instance:
    """One process of one function. The pool makes one call of `invoke` at a time."""

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
        """Start the process and wait until its handler is imported. Raises InvocationError."""
        ours, theirs = socket.socketpair()
        with contextlib.ExitStack() as stack, theirs:
            stack.enter_context(ours)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", str(WORKER), function.name, str(theirs.fileno())),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=variables(function, endpoints),
                # Ctrl-C must reach only the server, which then ends its workers.
                start_new_session=True,
            )
            stack.pop_all()  # From here on, the instance closes its own end.
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
        """Whether the process still runs. It may have ended while it was idle."""
        if self._process.returncode is not None or self._reader.at_eof():
            return False
        try:
            return self._connection.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:  # open, with nothing to read
            return True
        except OSError:
            return False

    async def invoke(self, event: Any) -> Any:
        """Call the handler and return its result. Raises InvocationError."""
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
        """Let the process end by itself. Kill it if that takes too long."""
        self._writer.close()
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """Kill the process."""
        self._writer.close()
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


def _result(frame: Mapping[str, Any]) -> Any:
    if "error" in frame:
        raise FunctionFailedError("{type}: {message}".format(**frame["error"]))
    return frame.get("result")
