"""The process of the isolated engine: serve ministack's DynamoDB on an address.

    python -m local.isolated_process 127.0.0.1     print the port on stdout; end when stdin ends

It runs in .venv-engine, so it can import only those modules of this project that need no package.
What ministack writes goes to a folder that is deleted at the end.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from local.origin import REFUSAL, is_of_a_tool

Scope = Mapping[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Any, Send], Awaitable[None]]


def folders(folder: str) -> dict[str, str]:
    """Return the variables that let ministack write only into this folder."""
    return {
        "HOME": folder,
        "TMPDIR": folder,
        "STATE_DIR": f"{folder}/state",
        "S3_DATA_DIR": f"{folder}/s3",
    }


def end_with_parent(folder: str) -> None:
    """Delete the folder and end this process when its stdin closes: the parent has ended."""
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def for_tools_alone(application: Application) -> Application:
    """Return the ASGI application without access for web pages, which ministack lets in."""

    async def call(scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] == "lifespan" or is_of_a_tool(dict(scope["headers"])):
            await application(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": REFUSAL})

    return call


def listen(host: str) -> socket.socket:
    """Return a listening socket on a free port."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.bind((host, 0))
    except OSError as error:
        reason = f"TABLES_HOST={host} cannot be used: {error.strerror}"
        sys.exit(f"{reason}. Is it an address of this machine?")
    listener.listen()
    return listener


def main() -> None:
    """Serve until the parent ends."""
    folder = tempfile.mkdtemp(prefix="isolated-engine-")
    os.environ.update(folders(folder))
    tempfile.tempdir = folder
    threading.Thread(target=end_with_parent, args=(folder,), daemon=True).start()
    with listen(sys.argv[1] if sys.argv[1:] else "127.0.0.1") as listener:
        # Only here, because they read the environment when they are imported.
        from hypercorn.asyncio import serve  # noqa: PLC0415
        from hypercorn.config import Config  # noqa: PLC0415
        from ministack.app import app  # noqa: PLC0415

        config = Config()
        config.bind = [f"fd://{listener.fileno()}"]
        config.keep_alive_timeout = 75
        config.errorlog = None
        print(listener.getsockname()[1], flush=True)
        # The parent has read what it needs, and reads no more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        asyncio.run(serve(for_tools_alone(app), config))


if __name__ == "__main__":
    main()
