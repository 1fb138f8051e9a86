"""Look up the addresses of a webhook's host, and decide which of them are public."""

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Sequence

# Once the way from IPv4 to IPv6 (RFC 7526). `is_global` accepts it.
RELAYS = ipaddress.IPv4Network("192.88.99.0/24")


def addresses_of(host: str) -> list[str]:
    """Return the IPv4 addresses of a host name, from the system's resolver."""
    found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def is_public(address: str) -> bool:
    """Return whether an IPv4 address belongs to the public internet, and to one host there."""
    try:
        number = ipaddress.IPv4Address(address)
    except ValueError:
        return False
    return (
        number.is_global
        and not number.is_multicast
        and not number.is_reserved
        and number not in RELAYS
    )


def look_up(resolve: Callable[[str], Sequence[str]], host: str, seconds: float) -> Sequence[str]:
    """Return what `resolve` finds, within `seconds`. The system's resolver has no deadline.

    Raises:
        TimeoutError: it took longer. Its thread goes on, and ends at some time.
        Exception: what `resolve` raised, such as `socket.gaierror` for an unknown host.
    """
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def answer() -> None:
        try:
            answers.put(resolve(host))
        except Exception as error:  # noqa: BLE001 - it is raised again where it is awaited
            answers.put(error)

    threading.Thread(target=answer, daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(found, Exception):
        raise found
    return found
