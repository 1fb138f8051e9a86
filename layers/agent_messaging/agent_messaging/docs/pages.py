"""The pages at the host's root: each is made once per process, when it is first asked for.

Nothing is fetched from elsewhere: Swagger UI ships with Powertools and stands inside the page.
"""

import base64
import functools
import gzip
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources

VERSION = "0.1.0"

SWAGGER_UI = "event_handler/openapi/swagger_ui"
WORTH_COMPRESSING = 1024  # characters

# What would end or nest the script element, where JavaScript stands inside HTML; `\x3c` is `<` in
# texts, templates and regular expressions alike.
SCRIPT_BREAKERS = ("</script", "<script", "<!--")


@dataclass(frozen=True)
class Page:
    """One page: where it is, what it says, and how long a reader may keep it."""

    name: str
    path: str
    summary: str
    media_type: str
    make: Callable[[], str]
    cache_control: str = "public, max-age=300"


@dataclass(frozen=True)
class Content:
    """A page as it is sent; `headers` say all about the body but its media type.

    The body is text, or bytes in base64: the two that a function can answer.
    """

    status: int
    body: str
    headers: Mapping[str, str]
    is_base64: bool = False


def health() -> str:
    """Says that the function runs; asks no database."""
    return json.dumps({"status": "ok", "service": "agent-messaging", "version": VERSION})


def swagger() -> str:
    """Swagger UI over /openapi.json, with all that it needs inside."""
    assets = resources.files("aws_lambda_powertools").joinpath(SWAGGER_UI)
    style = assets.joinpath("swagger-ui.min.css").read_text("utf-8")
    script = assets.joinpath("swagger-ui-bundle.min.js").read_text("utf-8")
    page = _file("swagger.html")
    return page.replace("/* style */", style).replace("/* script */", enclosed(script))


def enclosed(script: str) -> str:
    """The script as it can stand inside a script element, and does the same."""
    for breaker in SCRIPT_BREAKERS:
        script = script.replace(breaker, "\\x3c" + breaker.removeprefix("<"))
    return script


def _file(name: str) -> str:
    return resources.files(__package__ or "").joinpath(name).read_text("utf-8")


PAGES = (
    Page(
        "health", "/health", "Whether the service answers", "application/json", health, "no-store"
    ),
    Page("docs", "/docs", "This API, to read and to try out", "text/html; charset=utf-8", swagger),
    Page(
        "openapi",
        "/openapi.json",
        "This document",
        "application/json",
        functools.partial(_file, "openapi.json"),
    ),
    Page(
        "llms_txt",
        "/llms.txt",
        "The API in plain words, for an agent that has only a URL",
        "text/plain; charset=utf-8",
        functools.partial(_file, "llms.txt"),
    ),
)


def serve(page: Page, headers: Mapping[str, str]) -> Content:
    """The page for a request with these headers, their names in lower case."""
    tag = _tag(page)
    answered = {"Cache-Control": page.cache_control, "ETag": tag, "Vary": "Accept-Encoding"}
    if tag in headers.get("if-none-match", ""):
        return Content(304, "", answered)
    body = _body(page)
    if "gzip" not in headers.get("accept-encoding", "") or len(body) < WORTH_COMPRESSING:
        return Content(200, body, answered)
    answered["Content-Encoding"] = "gzip"
    return Content(200, _compressed(page), answered, is_base64=True)


@functools.cache
def _body(page: Page) -> str:
    return page.make()


@functools.cache
def _compressed(page: Page) -> str:
    return base64.b64encode(gzip.compress(_body(page).encode(), mtime=0)).decode()


@functools.cache
def _tag(page: Page) -> str:
    """Weak (RFC 9110, 8.8.1), for the compressed page and the plain one are one page."""
    return f'W/"{hashlib.sha256(_body(page).encode()).hexdigest()[:16]}"'
