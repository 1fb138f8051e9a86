"""Where a request comes from: tools and pages of this machine, and not a web page from elsewhere.

Open mode believes what it is told, and a browser on this machine can reach it for anybody's page.
A page may lead its own name here (DNS rebinding), but neither `localhost` nor an address; and
browsers say when a request crosses sites (https://www.w3.org/TR/fetch-metadata/).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping


def is_trusted(headers: Mapping[bytes, bytes]) -> bool:
    """Whether no page from elsewhere is behind a request with these headers."""
    host = headers.get(b"host", b"localhost").decode("latin-1")
    return _is_of_this_machine(host) and headers.get(b"sec-fetch-site") != b"cross-site"


def _is_of_this_machine(host: str) -> bool:
    name = re.sub(r":\d*\Z", "", host).lower()
    return name == "localhost" or name.endswith(".localhost") or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
