"""The pages at the host's root, as they are sent.

Nothing is fetched from elsewhere: Swagger UI ships with Powertools and stands inside the page. When
the layer is built the pages are written down in all their forms, and read from there:

    python -m agent_messaging.docs.pages

Where that was not done, each is made once per process, when it is first asked for.
"""

import base64
import functools
import gzip
import hashlib
import importlib.util
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

VERSION = "0.1.0"

HERE = Path(__file__).parent
RENDERED = HERE / "rendered"
SWAGGER_UI = "event_handler/openapi/swagger_ui"

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
    is_worth_compressing: bool = True


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
    assets = _package("aws_lambda_powertools") / SWAGGER_UI
    style = (assets / "swagger-ui.min.css").read_text("utf-8")
    script = (assets / "swagger-ui-bundle.min.js").read_text("utf-8")
    page = _file("swagger.html")
    return page.replace("/* style */", style).replace("/* script */", enclosed(script))


def enclosed(script: str) -> str:
    """The script as it can stand inside a script element, and does the same."""
    for breaker in SCRIPT_BREAKERS:
        script = script.replace(breaker, "\\x3c" + breaker.removeprefix("<"))
    return script


def _package(name: str) -> Path:
    """The folder of a package, which is not imported."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name)
    return Path(spec.origin).parent


def _file(name: str) -> str:
    return (HERE / name).read_text("utf-8")


PAGES = (
    Page(
        "health",
        "/health",
        "Whether the service answers",
        "application/json",
        health,
        "no-store",
        is_worth_compressing=False,
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
    if "gzip" not in headers.get("accept-encoding", "") or not page.is_worth_compressing:
        return Content(200, _body(page), answered)
    answered["Content-Encoding"] = "gzip"
    return Content(200, _compressed(page), answered, is_base64=True)


def _body(page: Page) -> str:
    return _form(page, "body")


def _compressed(page: Page) -> str:
    return _form(page, "gzip")


def _tag(page: Page) -> str:
    return _form(page, "etag")


@functools.cache
def _form(page: Page, form: str) -> str:
    """One form of a page: as it was rendered, or made now."""
    file = RENDERED / f"{page.name}.{form}"
    return file.read_text("utf-8") if file.exists() else _made(page, form)


def _made(page: Page, form: str) -> str:
    """The page as text, compressed and in base64, or its tag.

    The tag is weak (RFC 9110, 8.8.1), for the compressed page and the plain one are one page.
    """
    body = page.make() if form == "body" else _body(page)
    if form == "gzip":
        return base64.b64encode(gzip.compress(body.encode(), mtime=0)).decode()
    if form == "etag":
        return f'W/"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
    return body


def render() -> None:
    """Write every page down in all its forms."""
    RENDERED.mkdir(exist_ok=True)
    for page in PAGES:
        for form in ("body", "gzip", "etag"):
            (RENDERED / f"{page.name}.{form}").write_text(_made(page, form), "utf-8")


if __name__ == "__main__":
    render()
