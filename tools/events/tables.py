"""Tell the tables of `make run` from those of somebody else."""

from __future__ import annotations

import http.client
import ipaddress
from urllib.parse import urlsplit

from local.engine import EngineError
from local.origin import REFUSAL

SECONDS = 3


def require_local(url: str) -> None:
    """Check that tables may be emptied: at a loopback address, or those of `make run`.

    Raises:
        EngineError: they may be tables that others use.
    """
    if not is_loopback(url) and not is_of_make_run(url):
        raise EngineError(
            f"ENGINE={url} may hold data of others, which this would delete. Use the URL of the"
            " tables that make run prints, or a DynamoDB at 127.0.0.1."
        )


def is_loopback(url: str) -> bool:
    """Return whether the host of a URL is this machine, for this machine alone."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_of_make_run(url: str) -> bool:
    """Return whether `make run` serves the tables. They refuse web pages in words of their own."""
    parts = urlsplit(url)
    if parts.scheme != "http":
        return False
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request("GET", "/", headers={"Origin": "https://a-page.example"})
        return connection.getresponse().read(len(REFUSAL)) == REFUSAL
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
