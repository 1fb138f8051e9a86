"""The storage process: serve moto's DynamoDB on an address, one request at a time.

    python -m local.moto_engine 127.0.0.1 [FOLDER]

It prints its port on stdout, or one line that says why it cannot start. It ends when stdin ends.
With a folder, the tables are kept there (`data_folder`), otherwise they are lost.

moto does not isolate requests from each other, so a lock makes each request atomic.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from local.data_folder import DataError, DataFolder
from local.moto_data import Journal
from local.moto_http import KeepAliveHandler, straight_to_dynamodb
from local.moto_keys import keep_the_key
from local.moto_patches import correct_moto
from local.origin import REFUSAL, is_of_a_tool

DEFAULTS = ("127.0.0.1", "")  # of the arguments


def serialised(
    application: Callable[..., Any], store: Callable[[], None] = lambda: None
) -> Callable[..., Any]:
    """Return the WSGI application with a lock, so it handles one request at a time.

    `store` is called after each request and before its answer.
    """
    lock = threading.Lock()

    def call(environ: dict[str, Any], start_response: Any) -> Any:
        with lock:
            answer = list(application(environ, start_response))
            store()
            return answer

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


def _kept_in(folder: str) -> list[Callable[[], None]]:
    """Keep the tables in the folder, if one is given. Return what stores a request's changes."""
    if not folder:
        return []
    try:
        journal = Journal(DataFolder.open(Path(folder)))
    except DataError as error:
        print(error, flush=True)
        sys.exit(1)
    journal.keep_tables()
    return [journal.store]


def main() -> None:
    """Serve until the parent ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    correct_moto()
    keep_the_key()
    host, folder = [*sys.argv[1:], *DEFAULTS[len(sys.argv) - 1 :]]
    application = straight_to_dynamodb(DomainDispatcherApplication(create_backend_app))
    wrapped = for_tools_alone(serialised(application, *_kept_in(folder)))
    try:
        server = make_server(host, 0, wrapped, threaded=True, request_handler=KeepAliveHandler)
    except SystemExit:  # of werkzeug, which has printed why
        sys.exit(f"TABLES_HOST={host} cannot be used. Is it an address of this machine?")
    threading.Thread(target=end_with_parent, daemon=True).start()
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
