"""Check the URL of a webhook as text, without a look-up.

A URL is https on port 443, with a host name in the public DNS (`hosts`). It has no user name,
password or fragment, and only characters that a URL may have. So every program reads the same host
in it. The routes check a URL before they store it, and the sender checks it again before each
attempt.

A server of `make run` may allow one address of its own machine over http. It is the value of
LOCAL_ONLY, `127.0.0.1:<port>`. The template does not set this variable.
"""

import re
from typing import NamedTuple

from agent_messaging import ids
from agent_messaging.webhooks import hosts

MAX_URL = 2048
PORT = 443
EXAMPLE = "https://hooks.example.com/agent"

_PARTS = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://([^/?]*)([^?]*)(\?.*)?", re.DOTALL)
# RFC 3986: what may stand in a path and a query. A `%` begins an encoded byte.
_TARGET = re.compile(r"(?:[A-Za-z0-9/?:@!$&'()*+,;=._~-]|%[0-9A-Fa-f]{2})*")
_HTTP = re.compile(r"http://(?:(?:127\.0\.0\.1|localhost):([0-9]{1,5})(?![0-9]))?", re.IGNORECASE)
_LOCAL = re.compile(r"127\.0\.0\.1:[0-9]{1,5}")


class Target(NamedTuple):
    """Where a webhook is sent. `path` begins with `/` and includes the query."""

    url: str
    host: str
    port: int
    path: str
    is_local: bool = False


class UrlError(ValueError):
    """Webhooks are not sent to this URL. `detail` says why, `fix` what to use instead."""

    def __init__(self, detail: str, fix: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fix = fix


def canonical(url: str, local_only: str = "") -> Target:
    """Return where a URL leads, with the URL in its canonical form.

    The canonical form has its scheme and host in lower case, A-labels in the host, no port, and at
    least `/` as its path. `local_only` is the value of LOCAL_ONLY.

    Raises:
        UrlError: webhooks are not sent to this URL.
    """
    try:
        return _canonical(url, local_only)
    except UrlError as error:
        fix = f"{error.fix}{_local(url) if local_only else ''} Set `url` to another URL, for "
        raise UrlError(error.detail, f'{fix}example `"{_repaired(url)}"`.') from None


def _local(url: str) -> str:
    """Say how a local server calls an address of its own machine, if a URL is http."""
    if (http := _HTTP.match(url)) is None:
        return ""
    address = f"127.0.0.1:{http[1] or 9000}"
    return (
        f" To get webhooks on this machine, start the server with `make run WEBHOOKS={address}` "
        f'and set `url` to `"http://{address}/"`.'
    )


def _canonical(url: str, local_only: str = "") -> Target:
    _refuse_characters(url)
    scheme, authority, path = _split(url)
    if scheme == "http" and _LOCAL.fullmatch(local_only) and authority == local_only:
        return Target(
            f"http://{authority}{path}", "127.0.0.1", int(authority[10:]), path, is_local=True
        )
    if scheme != "https":
        raise UrlError("does not begin with https://", "Use a URL that begins with `https://`.")
    if "@" in authority:
        raise UrlError(
            "has a user name or a password", "Remove everything up to and including the `@`."
        )
    try:
        host = hosts.canonical(_without_port(authority))
    except hosts.HostError as error:
        raise UrlError(*error.problem) from None
    return Target(f"https://{host}{path}", host, PORT, path)


def _refuse_characters(url: str) -> None:
    """Check the length, and refuse what programs read differently, wherever it is."""
    if len(url) > MAX_URL:
        raise UrlError(
            f"has {len(url)} characters, and the maximum is {MAX_URL}", "Use a shorter path."
        )
    if ids.has_key(url):
        raise UrlError("contains an API key", "Remove the key. Everybody who sees the URL gets it.")
    if "\\" in url:
        raise UrlError("has a backslash", "Write `/` instead of the backslash.")
    if "#" in url:
        raise UrlError("has a fragment", "Remove the `#` and all after it.")
    if any(each.isspace() or not each.isprintable() for each in url):
        raise UrlError(
            "has spaces or invisible characters",
            "Remove the spaces, or write them as `%20` in the path.",
        )


def _split(url: str) -> tuple[str, str, str]:
    """Return the scheme in lower case, the host with its port, and the path with the query."""
    parts = _PARTS.fullmatch(url)
    if parts is None or not parts[2]:
        raise UrlError("has no host", "Use a URL of the form `https://<host>/<path>`.")
    path = f"{parts[3] or '/'}{parts[4] or ''}"
    if not _TARGET.fullmatch(path):
        raise UrlError(
            "has characters in its path that a URL does not have",
            "Percent-encode them, for example `%20` for a space.",
        )
    return parts[1].lower(), parts[2], path


def _without_port(authority: str) -> str:
    """Return the host of an authority whose port, if any, is 443."""
    if authority.startswith("["):  # an IPv6 address, which `hosts` refuses
        return authority
    host, colon, port = authority.rpartition(":")
    if not colon:
        return authority
    if port != str(PORT):
        raise UrlError("has a port", f"Remove the port. Webhooks are sent to port {PORT} only.")
    if not host:
        raise UrlError("has no host", "Use a URL of the form `https://<host>/<path>`.")
    return host


def _repaired(url: str) -> str:
    """Return the URL without what is often wrong in it, if it is lawful then, or an example."""
    parts = _PARTS.fullmatch(url.partition("#")[0].replace("http://", "https://", 1))
    if parts is None or parts[1].lower() != "https" or "\\" in url:
        return EXAMPLE
    host = parts[2].rpartition("@")[2].partition(":")[0].rstrip(".")
    try:
        return _canonical(f"https://{host}{parts[3]}{parts[4] or ''}").url
    except UrlError:
        return EXAMPLE
