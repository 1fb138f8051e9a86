"""Where a request comes from: tools and pages of this machine, and not a web page from elsewhere.

Open mode believes what it is told, and a browser on this machine can reach it for anybody's page.
A page may lead its own name here (DNS rebinding), but neither `localhost` nor an address; and
browsers say where a request that could change something comes from
(https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

# Another port of this machine is another origin, though the same site.
ELSEWHERE = (b"cross-site", b"same-site")


def is_trusted(headers: Mapping[bytes, bytes]) -> bool:
    """Whether no page from elsewhere is behind a request with these headers."""
    host = headers.get(b"host", b"localhost").decode("latin-1")
    origin = headers.get(b"origin", b"").decode("latin-1")
    is_of_a_page_from_here = origin in ("", f"http://{host}")
    is_from_elsewhere = headers.get(b"sec-fetch-site") in ELSEWHERE
    return _is_of_this_machine(host) and is_of_a_page_from_here and not is_from_elsewhere


def _is_of_this_machine(host: str) -> bool:
    name = re.sub(r":\d*\Z", "", host).lower()
    return name == "localhost" or name.endswith(".localhost") or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
