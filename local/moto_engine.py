"""The storage process: serve moto's DynamoDB on an address, one request at a time.

    python -m local.moto_engine 127.0.0.1     print the port on stdout; end when stdin ends

moto does not isolate requests from each other, so a lock makes each request atomic.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from local.moto_patches import correct_moto
from local.origin import REFUSAL, is_of_a_tool


class KeepAliveHandler(MotoRequestHandler):
    """Keep connections open, because a new one costs a client more than most requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True


def serialised(application: Callable[..., Any]) -> Callable[..., Any]:
    """Return the WSGI application with a lock, so it handles one request at a time."""
    lock = threading.Lock()

    def call(environ: dict[str, Any], start_response: Any) -> Any:
        with lock:
            return list(application(environ, start_response))

    return call


def for_tools_alone(application: Callable[..., Any]) -> Callable[..., Any]:
    """Return the WSGI application without access for web pages, and without moto's own pages.

    moto lets any page read its answers, and its own pages show and delete everything.
    """

    def call(environ: dict[str, Any], start_response: Any) -> Any:
        headers = {
            name.removeprefix("HTTP_").lower().replace("_", "-").encode(): value.encode("latin-1")
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        if not is_of_a_tool(headers) or environ["PATH_INFO"] != "/":
            start_response("403 Forbidden", [("Content-Type", "text/plain")])
            return [REFUSAL]
        return application(environ, start_response)

    return call


def end_with_parent() -> None:
    """End this process when its stdin closes, because the parent has ended."""
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """Serve until the parent ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    correct_moto()
    application = for_tools_alone(serialised(DomainDispatcherApplication(create_backend_app)))
    host = sys.argv[1] if sys.argv[1:] else "127.0.0.1"
    try:
        server = make_server(host, 0, application, threaded=True, request_handler=KeepAliveHandler)
    except SystemExit:  # of werkzeug, which has printed why
        sys.exit(f"TABLES_HOST={host} cannot be used. Is it an address of this machine?")
    threading.Thread(target=end_with_parent, daemon=True).start()
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
