"""The DynamoDB that the functions use: moto in its own process, or an endpoint by its URL.

moto's process ends when its stdin closes, so it never outlives the server. The user's AWS keys,
profiles and proxies are ignored.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local import environment
from local.cloudformation import REGION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

START_SECONDS = 20
LOAD_SECONDS = 120
"""A folder with a few hundred thousand items takes most of this time."""
USER_SETTINGS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")


class EngineError(Exception):
    """The engine cannot be used. The message is one line."""


def _session() -> Session:
    for name in USER_SETTINGS:
        os.environ.pop(name, None)
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    return Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=REGION)  # noqa: S106 - no secret


def _config(seconds: float, attempts: int) -> Config:
    return Config(
        connect_timeout=seconds,
        read_timeout=seconds,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        proxies={},
        # Otherwise boto3 puts the account into the host name, where no engine listens.
        account_id_endpoint_mode="disabled",
    )


def dynamodb(url: str, seconds: float = 10, attempts: int = 2) -> DynamoDBClient:
    """Return a client that answers or fails within `attempts` times `seconds`."""
    config = _config(seconds, attempts)
    client: DynamoDBClient = _session().client("dynamodb", endpoint_url=url, config=config)
    return client


def dynamodb_streams(url: str) -> Any:
    """Return a client for the streams of an endpoint."""
    config = _config(seconds=10, attempts=1)
    return _session().client("dynamodbstreams", endpoint_url=url, config=config)


def secrets_manager(url: str) -> Any:
    """Return a client for the Secrets Manager of a storage process."""
    config = _config(seconds=10, attempts=2)
    return _session().client("secretsmanager", endpoint_url=url, config=config)


def keys(url: str) -> Any:
    """Return a client for the KMS of a storage process."""
    return _session().client("kms", endpoint_url=url, config=_config(seconds=10, attempts=2))


class Engine:
    """An endpoint of DynamoDB. `process` is None if it is not ours."""

    def __init__(self, url: str, process: asyncio.subprocess.Process | None) -> None:
        self.url = url
        self.process = process

    async def stop(self) -> None:
        """End the process, if it is ours. Its data is lost, unless it is kept in a folder."""
        if self.process is None:
            return
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            async with asyncio.timeout(1):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


async def start_moto(host: str = "127.0.0.1", data: Path | None = None) -> Engine:
    """Start the storage process on an address, and wait for its port. Raises EngineError.

    `data` is the folder in which it keeps the tables. None keeps them in memory alone.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local.moto_engine", host, *([str(data)] if data else [])),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment.cleaned(os.environ),
        # Ctrl-C must reach only the server. The storage ends last.
        start_new_session=True,
    )
    return await listening(process, host, LOAD_SECONDS if data else START_SECONDS)


async def listening(
    process: asyncio.subprocess.Process, host: str, seconds: int = START_SECONDS
) -> Engine:
    """Return the engine of a process when it has printed its port. Raises EngineError."""
    engine = Engine("", process)
    try:
        async with asyncio.timeout(seconds):
            port = await process.stdout.readline() if process.stdout else b""
    except BaseException:
        await engine.stop()
        raise
    if not port.strip().isdigit():
        await engine.stop()
        if reason := port.decode(errors="replace").strip():
            raise EngineError(reason)
        raise EngineError("the storage process did not start. See its output above")
    engine.url = f"http://{host}:{int(port)}"
    return engine


async def connect(url: str) -> Engine:
    """Return the engine at `url`. Raises EngineError if it does not answer like DynamoDB in 3 s."""
    if not is_http_url(url):
        raise EngineError(f"ENGINE={url} is not a URL. Use one such as http://127.0.0.1:8000")
    try:
        async with asyncio.timeout(3):
            await asyncio.to_thread(_ask, url)
    except (BotoCoreError, ClientError, TimeoutError, ValueError) as error:
        reason = " ".join(str(error).split()) or "no answer within 3 seconds"
        raise EngineError(f"ENGINE={url} does not answer like DynamoDB: {reason}") from error
    return Engine(url, None)


def is_http_url(url: str) -> bool:
    """Return whether the URL has http or https, a host, and a valid port."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _ask(url: str) -> None:
    answer = dynamodb(url, seconds=1.2, attempts=1).list_tables(Limit=1)
    if "TableNames" not in answer:
        raise ValueError("its answer to ListTables has no TableNames")
