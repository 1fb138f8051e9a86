"""Read the request headers that choose a form of a page (RFC 9110, sections 8.8 and 12). Pure."""

import re
from collections.abc import Iterator

# `re` compiles these at their first use, so an import does not.
# 12.4.2. A weight that does not match is an error of the client, and its member is left out.
WEIGHT = r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?"
# 8.8.3. A tag may contain commas and spaces, so a list of tags cannot be split at them.
ENTITY_TAG = r'(?:W/)?("[^"\x00-\x20\x7f]*")'
GZIP = ("gzip", "x-gzip")  # 8.4.1.3: the same coding
JSON, HTML = "application/json", "text/html"


def accepts_gzip(accept_encoding: str) -> bool:
    """Return whether the client prefers gzip to no coding (12.5.3).

    The RFC lets a server send any coding to a client without an `Accept-Encoding`. But most of
    these clients, such as curl, show the bytes as they are. So they count as not accepting gzip.
    A client that refuses every page without a coding (`identity;q=0`) gets gzip, unless it refuses
    that too.
    """
    weights = dict(_weighted(accept_encoding))
    named = [weights[name] for name in GZIP if name in weights]
    identity = weights.get("identity")
    otherwise = 1.0 if identity == 0 else 0.0
    gzip = max(named) if named else weights.get("*", otherwise)
    return gzip > 0 and gzip >= (identity or 0)


def prefers_html(accept: str) -> bool:
    """Return whether the client prefers HTML to JSON (12.5.1). A tie is JSON."""
    ranges = list(_weighted(accept))
    return _quality(HTML, ranges) > _quality(JSON, ranges)


def has_tag(if_none_match: str, tag: str) -> bool:
    """Return whether the client has the page with this strong tag (13.1.2, weak comparison)."""
    return if_none_match.strip() == "*" or tag in re.findall(ENTITY_TAG, if_none_match)


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """Return the weight of the most specific range that matches. 0 means not acceptable."""
    for wanted in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        found = [weight for name, weight in ranges if name == wanted]
        if found:
            return max(found)
    return 0.0


def _weighted(header: str) -> Iterator[tuple[str, float]]:
    """Yield each member of a list in lower case, without its parameters, and its weight."""
    for member in header.lower().split(","):
        name, *parameters = (part.strip() for part in member.split(";"))
        named = dict(_parameter(part) for part in parameters)
        weight = named.get("q", "1")
        if name and re.fullmatch(WEIGHT, weight):
            yield name, float(weight)


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()
