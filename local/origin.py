"""Tell requests of tools and pages on this machine from those of foreign web pages.

Open mode trusts every caller, and a foreign page in this machine's browser can send requests here.
A page may point its own host name to this machine (DNS rebinding), but not `localhost` or an
address. And browsers say which page sends a request that could change something
(https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

# Another port of this machine is another origin, but the same site.
ELSEWHERE = (b"cross-site", b"same-site")


def is_trusted(headers: Mapping[bytes, bytes], also: str = "localhost") -> bool:
    """Return whether a request with these headers comes from no foreign web page.

    `also` is one more name of this machine.
    """
    host = headers.get(b"host", b"localhost").decode("latin-1")
    origin = headers.get(b"origin", b"").decode("latin-1")
    is_of_a_page_from_here = origin in ("", f"http://{host}")
    is_from_elsewhere = headers.get(b"sec-fetch-site") in ELSEWHERE
    return _is_of_this_machine(host, also) and is_of_a_page_from_here and not is_from_elsewhere


def _is_of_this_machine(host: str, also: str) -> bool:
    name = re.sub(r":\d*\Z", "", host).lower()
    return name in ("localhost", also) or name.endswith(".localhost") or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
