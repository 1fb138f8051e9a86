"""Tell requests of tools and pages on this machine from those of foreign web pages.

Open mode trusts every caller, and a foreign page in this machine's browser can send requests here.
A page may point its own host name to this machine (DNS rebinding), but not `localhost` or an
address. And browsers say which page sends a request that could change something
(https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/).
ALLOW_HOST and ALLOW_ORIGIN add names and pages that the user trusts.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

# How a container calls its host: https://docs.docker.com/desktop/features/networking/
DOCKER_HOST = "host.docker.internal"
# What the tables answer to a web page. Also the sign by which `make events` knows these tables.
REFUSAL = b"Only tools on this machine may use this DynamoDB.\n"
# Another port of this machine is another origin, but the same site.
ELSEWHERE = (b"cross-site", b"same-site")
HOST = re.compile(r"[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?")
ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")


@dataclass(frozen=True)
class Trusted:
    """What is trusted beside this machine's own names and pages, in lower case."""

    hosts: frozenset[str] = frozenset()
    """Names without a port."""
    origins: frozenset[str] = frozenset()
    """Such as `http://localhost:3000`."""


@dataclass(frozen=True)
class Distrust:
    """Why a request is refused, and how to open the server for it."""

    code: str
    detail: str
    fix: str


NOBODY_ELSE = Trusted()
TOOLS_IN_CONTAINERS = Trusted(hosts=frozenset({DOCKER_HOST}))


def distrust(headers: Mapping[bytes, bytes], trusted: Trusted = NOBODY_ELSE) -> Distrust | None:
    """Return why a request with these headers is refused, None to serve it."""
    host = headers.get(b"host", b"localhost").decode("latin-1")
    if not _is_trusted_name(name := _name(host), trusted):
        return _distrust_host(name)
    origin = headers.get(b"origin", b"").decode("latin-1")
    if origin in trusted.origins:
        return None
    if origin not in ("", f"http://{host}"):
        return _distrust_origin(origin)
    if headers.get(b"sec-fetch-site") in ELSEWHERE:
        return Distrust(
            "origin_refused",
            "A web page of another site or port sent this request, without its Origin header.",
            "Enter the URL in the browser's address bar, or call the API from a page whose origin"
            " is in ALLOW_ORIGIN.",
        )
    return None


def is_of_a_tool(headers: Mapping[bytes, bytes]) -> bool:
    """Return whether a request to the tables is of a tool here or in a container, not of a page."""
    is_of_a_page = b"origin" in headers or b"sec-fetch-site" in headers
    return not is_of_a_page and distrust(headers, TOOLS_IN_CONTAINERS) is None


def _distrust_host(name: str) -> Distrust:
    fix = "Call the server as localhost or 127.0.0.1"
    if HOST.fullmatch(name):
        fix += f", or start it with ALLOW_HOST={name}"
    return Distrust(
        "host_refused",
        f"The Host header names `{name[:253]}`, which is not a name of this machine.",
        f"{fix}.",
    )


def _distrust_origin(origin: str) -> Distrust:
    fix = "Serve the page over http, and start the server with its origin in ALLOW_ORIGIN."
    if ORIGIN.fullmatch(origin):
        fix = f"Start the server with ALLOW_ORIGIN={origin}."
    return Distrust(
        "origin_refused",
        f"A web page of the origin `{origin[:253]}` sent this request.",
        fix,
    )


def _name(host: str) -> str:
    """Return the name in a Host header, without its port and the final dot of a full name."""
    return re.sub(r":\d*\Z", "", host).lower().removesuffix(".")


def _is_trusted_name(name: str, trusted: Trusted) -> bool:
    is_of_this_machine = name == "localhost" or name.endswith(".localhost") or _is_address(name)
    return is_of_this_machine or name in trusted.hosts


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
